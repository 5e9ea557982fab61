/** Dense symmetric matrices with known spectra, from a seed. */
import type { ProbeSource } from "../../src/spectrum/index.ts";
import { unitProbe } from "../../src/spectrum/index.ts";

export const rademacher = (seed: number): ProbeSource => ({ seed, distribution: "rademacher" });

/** Orthonormal rows by modified Gram-Schmidt, twice, on Gaussian vectors. */
export function randomOrthogonal(n: number, seed: number): Float64Array[] {
  const rows: Float64Array[] = [];
  for (let i = 0; i < n; i++) {
    const row = unitProbe(n, { seed, distribution: "gaussian" }, i);
    for (let pass = 0; pass < 2; pass++) {
      for (const other of rows) {
        const along = dot(row, other);
        for (let j = 0; j < n; j++) row[j] -= along * other[j];
      }
    }
    const norm = Math.sqrt(dot(row, row));
    rows.push(row.map((x) => x / norm));
  }
  return rows;
}

/** Q' diag(eigenvalues) Q with a random orthogonal Q: never diagonal for n > 1. */
export function withSpectrum(eigenvalues: readonly number[], seed = 1): Float64Array[] {
  const n = eigenvalues.length;
  const q = randomOrthogonal(n, seed);
  const matrix = Array.from({ length: n }, () => new Float64Array(n));
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let l = 0; l < n; l++) sum += eigenvalues[l] * q[l][i] * q[l][j];
      matrix[i][j] = sum;
      matrix[j][i] = sum;
    }
  }
  return matrix;
}

/** Evenly spaced eigenvalues from low to high. */
export const spread = (low: number, high: number, count: number): number[] =>
  Array.from({ length: count }, (_, i) => low + ((high - low) * i) / Math.max(1, count - 1));

export function multiply(matrix: readonly Float64Array[], v: ArrayLike<number>): Float64Array {
  return Float64Array.from(matrix, (row) => dot(row, v));
}

export function dot(x: ArrayLike<number>, y: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += x[i] * y[i];
  return sum;
}

export async function collect<T>(events: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const event of events) all.push(event);
  return all;
}

/** The last event of a run. */
export async function finish<T>(events: AsyncIterable<T>): Promise<T> {
  return (await collect(events)).at(-1) as T;
}
