import type { Refuse } from "../errors.ts";
import { limits } from "../limits.ts";

/** Pixels of an image file, whatever its format: what the decoders return and the resampler takes. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  /** uint8 [height,width,3]; grey is repeated. */
  readonly rgb: Uint8Array;
  /** The file has no colours. */
  readonly grey: boolean;
  /** What the file holds beyond that and is left out. */
  readonly dropped: readonly Dropped[];
}

export type Dropped = "transparency" | "the lower 8 of 16 bits";

/** Before anything is allocated. */
export function checkSize(width: number, height: number, where: string, refuse: Refuse): void {
  const { pictureSide: side, picturePixels: pixels } = limits;
  if (width >= 1 && height >= 1 && width <= side && height <= side && width * height <= pixels) return;
  const most = `1 to ${side} pixels a side and at most ${pixels} in all`;
  refuse(where, most, `${width} by ${height}`, "Make the image smaller");
}
