import type { Attrs } from "../../model/graph.ts";
import { fail, integers } from "./op.ts";

/** A window that slides over the two picture axes of [N,H,W,C], as convolutions and pooling have it. */
export interface Window {
  /** Height and width, like all pairs here. */
  readonly kernel: readonly number[];
  readonly stride: readonly number[];
  /** Distance between neighbouring taps. */
  readonly dilation: readonly number[];
  /** top, left, bottom, right */
  readonly pad: readonly number[];
}

/** Stride, padding and dilation of the attributes; the dilation is 1 where it is not given. */
export const windowOf = (attrs: Attrs, kernel: readonly number[]): Window => ({
  kernel,
  stride: integers(attrs, "stride", 2, 1),
  dilation: attrs.dilation === undefined ? [1, 1] : integers(attrs, "dilation", 2, 1),
  pad: integers(attrs, "pad", 4, 0),
});

/** Height and width of the result over an image of `size`. */
export function windowsOver(size: readonly number[], { kernel, stride, dilation, pad }: Window): number[] {
  const out = [0, 1].map(
    (a) => Math.floor((size[a] + pad[a] + pad[a + 2] - (kernel[a] - 1) * dilation[a] - 1) / stride[a]) + 1,
  );
  return out.some((n) => n < 1) ? fail("the kernel is larger than the padded image") : out;
}

/**
 * Calls `visit` for every tap of every window that lies inside the image, with places counted over [batch, height, width].
 * Rows of taps come before windows of a row, so that a row of kernel weights stays in the cache; each window sees its taps
 * in row-major order.
 */
export function eachTap(
  batch: number,
  [height, width]: readonly number[],
  [oh, ow]: readonly number[],
  { kernel: [kh, kw], stride, dilation, pad }: Window,
  visit: (picture: number, tap: number, window: number) => void,
): void {
  for (let n = 0; n < batch; n++)
    for (let i = 0; i < oh; i++)
      for (let k = 0; k < kh; k++) {
        const y = i * stride[0] + k * dilation[0] - pad[0];
        if (y < 0 || y >= height) continue;
        for (let j = 0; j < ow; j++)
          for (let l = 0; l < kw; l++) {
            const x = j * stride[1] + l * dilation[1] - pad[1];
            if (x >= 0 && x < width) visit((n * height + y) * width + x, k * kw + l, (n * oh + i) * ow + j);
          }
      }
}
