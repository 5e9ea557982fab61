import type { Picture } from "./picture.ts";

/**
 * Resizing as PIL's `Image.resize` does it for 8-bit images (libImaging/Resample.c), and with it torchvision and the
 * image processors of Hugging Face: the filter is stretched over the source pixels of a target pixel, so that shrinking
 * does not alias; rows first, then columns, each rounded to 8 bits; weights in fixed point of 22 bits.
 */

export type Filter = "bilinear" | "bicubic" | "lanczos";

const sinc = (x: number): number => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x));

const FILTERS: Readonly<Record<Filter, { readonly support: number; readonly at: (x: number) => number }>> = {
  bilinear: { support: 1, at: (x) => (Math.abs(x) < 1 ? 1 - Math.abs(x) : 0) },
  bicubic: {
    support: 2,
    // Keys (1981) with a = -0.5.
    at: (x) => {
      const a = -0.5;
      const d = Math.abs(x);
      if (d < 1) return ((a + 2) * d - (a + 3)) * d * d + 1;
      return d < 2 ? (((d - 5) * d + 8) * d - 4) * a : 0;
    },
  },
  lanczos: { support: 3, at: (x) => (x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0) },
};

const BITS = 22;

/** For each target pixel the first source pixel and the weights of those from there on. */
interface Weights {
  readonly first: Int32Array;
  readonly counts: Int32Array;
  /** `stride` a target pixel. */
  readonly values: Float64Array;
  readonly stride: number;
}

function weightsFor(source: number, target: number, filter: Filter): Weights {
  const { support: reach, at } = FILTERS[filter];
  const scale = source / target;
  const stretch = Math.max(1, scale);
  const support = reach * stretch;
  const stride = Math.ceil(support) * 2 + 1;
  const first = new Int32Array(target);
  const counts = new Int32Array(target);
  const values = new Float64Array(target * stride);
  for (let i = 0; i < target; i++) {
    const centre = (i + 0.5) * scale;
    first[i] = Math.max(0, Math.trunc(centre - support + 0.5));
    counts[i] = Math.min(source, Math.trunc(centre + support + 0.5)) - first[i];
    const own = values.subarray(i * stride, i * stride + counts[i]);
    let sum = 0;
    for (let j = 0; j < own.length; j++) {
      own[j] = at((j + first[i] - centre + 0.5) * (1 / stretch));
      sum += own[j];
    }
    for (let j = 0; j < own.length; j++) {
      const fixed = (sum === 0 ? own[j] : own[j] / sum) * 2 ** BITS;
      own[j] = Math.trunc(fixed < 0 ? fixed - 0.5 : fixed + 0.5);
    }
  }
  return { first, counts, values, stride };
}

/** @param steps distance between neighbouring pixels along the axis, in the source and in the target */
function along(
  source: Uint8Array,
  lines: readonly number[],
  { first, counts, values, stride }: Weights,
  [from, to]: readonly [number, number],
  out: Uint8Array,
  targetLines: readonly number[],
): void {
  for (let i = 0; i < first.length; i++) {
    for (let line = 0; line < lines.length; line++) {
      const start = lines[line] + first[i] * from;
      for (let c = 0; c < 3; c++) {
        let sum = 2 ** (BITS - 1);
        for (let j = 0; j < counts[i]; j++) sum += values[i * stride + j] * source[start + j * from + c];
        out[targetLines[line] + i * to + c] = Math.min(255, Math.max(0, Math.floor(sum / 2 ** BITS)));
      }
    }
  }
}

/** The picture in another size. */
export function resize(picture: Picture, width: number, height: number, filter: Filter): Picture {
  let { rgb, width: w, height: h } = picture;
  const multiples = (count: number, step: number) => Array.from({ length: count }, (_, i) => i * step);
  if (w !== width) {
    const out = new Uint8Array(width * h * 3);
    along(rgb, multiples(h, 3 * w), weightsFor(w, width, filter), [3, 3], out, multiples(h, 3 * width));
    [rgb, w] = [out, width];
  }
  if (h !== height) {
    const out = new Uint8Array(w * height * 3);
    const columns = multiples(w, 3);
    along(rgb, columns, weightsFor(h, height, filter), [3 * w, 3 * w], out, columns);
    [rgb, h] = [out, height];
  }
  return { ...picture, rgb, width, height };
}
