/** An SVG figure as PNG, at a width in millimetres and a number of dots per inch that the file states. */

import { crc32 } from "../../model/crc32.ts";
import { exported as words } from "../../strings/en.ts";

export interface PngSize {
  readonly millimetres: number;
  readonly dpi: number;
}

const MM_PER_INCH = 25.4;

/**
 * @param made what the file says of itself: seed, probes, device
 * @throws Error where the browser cannot draw the figure or has no room for it
 */
export async function figurePng(svg: string, { millimetres, dpi }: PngSize, made: string): Promise<Blob> {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const width = Math.round((millimetres / MM_PER_INCH) * dpi);
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = Math.round((width * image.height) / image.width);
  const context = canvas.getContext("2d");
  if (context === null) throw new Error(words.noCanvas);
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/png"));
  if (blob === null) throw new Error(words.noRoom(width));
  const plain = new Uint8Array(await blob.arrayBuffer());
  const bytes = withChunk(withResolution(plain, dpi), "iTXt", described(made));
  return new Blob([bytes as Uint8Array<ArrayBuffer>], { type: "image/png" });
}

/** Bytes before the first chunk, and of the chunk IHDR, which must be the first. */
const SIGNATURE = 8;
const HEADER = 25;

/** Adds the chunk pHYs (PNG specification, 11.3.5.3): pixels per metre. */
export function withResolution(png: Uint8Array, dpi: number): Uint8Array {
  const perMetre = Math.round((dpi * 1000) / MM_PER_INCH);
  const data = new Uint8Array(9);
  const view = new DataView(data.buffer);
  view.setUint32(0, perMetre);
  view.setUint32(4, perMetre);
  data[8] = 1;
  return withChunk(png, "pHYs", data);
}

/** The data of iTXt (11.3.4.5): a keyword, neither compressed nor in a language, and UTF-8. */
const described = (text: string): Uint8Array => new TextEncoder().encode(`Description\0\0\0\0\0${text}`);

/** Adds a chunk behind the header: length, type, data, checksum over type and data. */
function withChunk(png: Uint8Array, type: "pHYs" | "iTXt", data: Uint8Array): Uint8Array {
  const chunk = new Uint8Array(12 + data.length);
  const view = new DataView(chunk.buffer);
  view.setUint32(0, data.length);
  chunk.set(new TextEncoder().encode(type), 4);
  chunk.set(data, 8);
  view.setUint32(8 + data.length, crc32(chunk.subarray(4, 8 + data.length)));
  const out = new Uint8Array(png.length + chunk.length);
  out.set(png.subarray(0, SIGNATURE + HEADER));
  out.set(chunk, SIGNATURE + HEADER);
  out.set(png.subarray(SIGNATURE + HEADER), SIGNATURE + HEADER + chunk.length);
  return out;
}
