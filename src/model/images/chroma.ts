/**
 * From the planes of a JPEG to RGB as libjpeg does it (jdsample.c, jdcolor.c: "fancy upsampling"), and with it PIL and
 * browsers. Colours at half resolution are magnified by a triangle filter, not repeated: at an edge of colours that
 * makes a difference of many levels.
 */

export interface Plane {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** One component in its own resolution, from an image in which each sample is repeated. */
export function takePlane(
  image: Uint8Array,
  { width, height }: { readonly width: number; readonly height: number },
  component: number,
  [across, down]: readonly [number, number],
): Plane {
  const [w, h] = [Math.ceil(width / across), Math.ceil(height / down)];
  const data = new Uint8Array(w * h);
  for (let y = 0; y < h; y++)
    for (let x = 0; x < w; x++) data[y * w + x] = image[(y * down * width + x * across) * 3 + component];
  return { width: w, height: h, data };
}

/** A plane in `across` and `down` times its resolution, cut to a size: by triangles where both are at most 2. */
export function magnify(
  plane: Plane,
  width: number,
  height: number,
  [across, down]: readonly [number, number],
): Uint8Array {
  const out = new Uint8Array(width * height);
  const smooth = across <= 2 && down <= 2 && (across === 1 || plane.width > 2);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      out[y * width + x] = smooth
        ? triangle(plane, x, y, across === 2, down === 2)
        : plane.data[Math.floor(y / down) * plane.width + Math.floor(x / across)];
  return out;
}

/** 3/4 of the nearest sample and 1/4 of the next one, along each axis that is doubled; rounding alternates. */
function triangle(plane: Plane, x: number, y: number, across: boolean, down: boolean): number {
  const { width, height, data } = plane;
  const row = down ? y >> 1 : y;
  const other = down ? Math.min(height - 1, Math.max(0, row + (y % 2 === 0 ? -1 : 1))) : row;
  /** Of one column, times 4 where rows are doubled. */
  const column = (i: number): number =>
    down ? 3 * data[row * width + i] + data[other * width + i] : data[row * width + i];
  if (!across) return down ? (column(x) + (y % 2 === 0 ? 1 : 2)) >> 2 : column(x);
  const near = x >> 1;
  const even = x % 2 === 0;
  const next = near + (even ? -1 : 1);
  const inside = next >= 0 && next < width;
  if (down) {
    const sum = inside ? 3 * column(near) + column(next) : 4 * column(near);
    return (sum + (even ? 8 : 7)) >> 4;
  }
  return inside ? (3 * column(near) + column(next) + (even ? 1 : 2)) >> 2 : column(near);
}

const fixed = (x: number): number => Math.floor(x * 65536 + 0.5);
const HALF = 32768;
const [RED, BLUE, GREEN_CR, GREEN_CB] = [1.402, 1.772, 0.71414, 0.34414].map(fixed);
const clamp = (x: number): number => Math.min(255, Math.max(0, x));

/** JFIF's YCbCr to RGB, interleaved, in fixed point of 16 bits. */
export function toRgb(y: Uint8Array, cb: Uint8Array, cr: Uint8Array): Uint8Array {
  const rgb = new Uint8Array(3 * y.length);
  for (let i = 0; i < y.length; i++) {
    const [b, r] = [cb[i] - 128, cr[i] - 128];
    rgb[3 * i] = clamp(y[i] + ((RED * r + HALF) >> 16));
    rgb[3 * i + 1] = clamp(y[i] + ((-GREEN_CB * b - GREEN_CR * r + HALF) >> 16));
    rgb[3 * i + 2] = clamp(y[i] + ((BLUE * b + HALF) >> 16));
  }
  return rgb;
}
