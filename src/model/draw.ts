import type { Tensor, TensorData, Tensors } from "./tensor.ts";

/** A random batch: samples drawn without replacement, the same from the same seed on every machine. */

/**
 * `count` of the numbers below `available`, ascending: those whose keys come first, where the key of i is
 * hash(hash(seed) ^ i) and equal keys go by number. A larger draw with the same seed holds a smaller one.
 */
export function drawSamples(available: number, count: number, seed: number): Int32Array {
  const start = hash(seed);
  const keys = Uint32Array.from({ length: available }, (_, i) => hash((start ^ i) >>> 0));
  const order = Int32Array.from(keys, (_, i) => i).sort((a, b) => keys[a] - keys[b] || a - b);
  return order.slice(0, count).sort();
}

/** The finaliser of MurmurHash3 by A. Appleby (public domain): a bijection of the 32-bit integers. */
function hash(seed: number): number {
  let x = (seed + 0x9e3779b9) >>> 0;
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return (x ^ (x >>> 16)) >>> 0;
}

/** The rows of these samples in every array that has one row a sample. */
export function takeSamples(arrays: Tensors, available: number, samples: Int32Array): Tensors {
  const taken = [...arrays].map(([key, array]): [string, Tensor] => {
    if (array.shape[0] !== available) return [key, array];
    const shape = [samples.length, ...array.shape.slice(1)];
    return [key, { ...array, shape, data: takeRows(array.data, array.data.length / available, samples) }];
  });
  return new Map(taken);
}

function takeRows(data: TensorData, size: number, rows: Int32Array): TensorData {
  // An array of the same kind with as many rows as are wanted, then written over.
  const out = data.slice(0, rows.length * size);
  rows.forEach((row, i) => {
    out.set(data.subarray(row * size, (row + 1) * size) as never, i * size);
  });
  return out;
}
