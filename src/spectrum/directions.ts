/** Directions in parameter space along which the loss is measured: flat vectors of all parameters, in file order. */

import { unitProbe } from "./probes.ts";

export interface TensorShape {
  readonly name: string;
  /** In the file; a slice along the first axis is a filter: an output channel, a neuron, a row of an embedding. */
  readonly shape: readonly number[];
}

/** What becomes of tensors with fewer than two axes: biases, scales and shifts of normalisations. */
export type OneDimensional = "zero" | "scaled";

/**
 * Filter normalisation (Li et al. 2018, section 4): every filter of the direction takes the length of the same filter
 * of the weights, d_f := d_f / |d_f| * |w_f|, so that networks whose filters differ in scale can be compared. Per filter
 * and not per tensor. Tensors with fewer than two axes have no filters: they become zero, or one filter each.
 *
 * A filter of zeros in the direction stays zero. Throws RangeError where the sizes do not agree.
 */
export function filterNormalised(
  direction: ArrayLike<number>,
  weights: ArrayLike<number>,
  tensors: readonly TensorShape[],
  oneDimensional: OneDimensional,
): Float64Array {
  const out = new Float64Array(direction.length);
  let at = 0;
  for (const { shape } of tensors) {
    const size = shape.reduce((a, b) => a * b, 1);
    const filters = shape.length < 2 ? 1 : shape[0];
    const length = filters === 0 ? 0 : size / filters;
    if (shape.length >= 2 || oneDimensional === "scaled") {
      for (let f = 0; f < filters; f++) rescale(direction, weights, out, at + f * length, length);
    }
    at += size;
  }
  if (at !== direction.length || at !== weights.length) {
    throw new RangeError(
      `tensors of ${at} numbers, a direction of ${direction.length}, weights of ${weights.length}`,
    );
  }
  return out;
}

/** out[from, from + length) := the direction there, with the length of the weights there. */
function rescale(
  direction: ArrayLike<number>,
  weights: ArrayLike<number>,
  out: Float64Array,
  from: number,
  length: number,
): void {
  let [own, wanted] = [0, 0];
  for (let i = from; i < from + length; i++) {
    own += direction[i] ** 2;
    wanted += weights[i] ** 2;
  }
  const factor = own === 0 ? 0 : Math.sqrt(wanted / own);
  for (let i = from; i < from + length; i++) out[i] = factor * direction[i];
}

/**
 * A random direction, Gaussian and then filter-normalised. @param seed u32
 * @param place which of the directions of this seed, from 0
 */
export function randomDirection(
  weights: ArrayLike<number>,
  tensors: readonly TensorShape[],
  { seed, place, oneDimensional }: { seed: number; place: number; oneDimensional: OneDimensional },
): Float64Array {
  const drawn = unitProbe(weights.length, { seed, distribution: "gaussian" }, place);
  return filterNormalised(drawn, weights, tensors, oneDimensional);
}

export function inner(x: ArrayLike<number>, y: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += x[i] * y[i];
  return sum;
}

/** to - from */
export const difference = (from: ArrayLike<number>, to: ArrayLike<number>): Float64Array =>
  Float64Array.from({ length: from.length }, (_, i) => to[i] - from[i]);

/** The vector at length one; null for a vector of zeros. */
export function unitVector(v: ArrayLike<number>): Float64Array | null {
  const length = Math.sqrt(inner(v, v));
  return length > 0 ? Float64Array.from(v, (x) => x / length) : null;
}

/** Below this cosine's complement two directions span no plane in float32. */
const PARALLEL = 1e-6;

/**
 * Gram-Schmidt: the part of `second` that is orthogonal to `first`, and how much of `first` was taken out:
 * second = direction + shift * first. Null where they are parallel or one is zero.
 */
export function orthogonalTo(
  first: ArrayLike<number>,
  second: ArrayLike<number>,
): { readonly direction: Float64Array; readonly shift: number } | null {
  const [squared, before] = [inner(first, first), inner(second, second)];
  if (squared === 0 || before === 0) return null;
  // Twice is enough: what rounding leaves of the first pass the second one takes.
  let direction = Float64Array.from(second);
  let shift = 0;
  for (let pass = 0; pass < 2; pass++) {
    const part = inner(first, direction) / squared;
    direction = direction.map((x, i) => x - part * first[i]);
    shift += part;
  }
  return inner(direction, direction) > PARALLEL ** 2 * before ? { direction, shift } : null;
}
