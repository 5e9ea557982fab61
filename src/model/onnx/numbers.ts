import type { Dtype } from "../graph.ts";
import type { Constant } from "./tensor.ts";

/** Numbers of constants as the graph takes them. */

/** The number that all elements are. Not through float32: a number of our own, such as 1/49, keeps its digits in float64. */
export function uniform({ data }: Constant): number | null {
  const first = bounded(data[0]);
  for (let i = 1; i < data.length; i++) if (data[i] !== data[0]) return null;
  return Number.isFinite(first) ? first : null;
}

/**
 * Far below every activation and far from the end of float32: what masks mean by minus infinity. A GPU need not know
 * infinity, and the smallest float32 plus a score would be one.
 */
export const LOWEST = -1e30;
const bounded = (x: number): number => (x < LOWEST ? LOWEST : x > -LOWEST ? -LOWEST : x);

/** Numbers that a file computed, as the graph takes them. */
export const numbersFor = (dtype: Dtype, { data }: Constant): Float32Array | Int32Array =>
  dtype === "i32" ? Int32Array.from(data) : Float32Array.from(data, bounded);

/** Numbers of a constant as float32. Integers below 2^24 are exact. */
export const floats = ({ data }: Constant): Float32Array =>
  data instanceof Float32Array ? data : Float32Array.from(data);
