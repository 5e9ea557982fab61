/**
 * How many eigenvalues lie beyond a threshold, with an interval that knows two errors: the quadrature's (momentBounds.ts) and
 * that of the random vector. The weight that a unit vector, uniform on the sphere, has on r of n eigenvectors is a
 * Beta(r/2, (n-r)/2) variable; the mean over n_v probes is nearly Beta(n_v r/2, n_v (n-r)/2). Inverting it gives an interval from
 * a single probe already. Random signs spread no more unless eigenvectors are aligned with the axes.
 */
import type { LanczosColumn } from "./lanczosColumn.ts";
import { type Quadrature, quadrature } from "./lanczosColumn.ts";
import { meanMassBounds } from "./momentBounds.ts";
import { incompleteBeta } from "./special.ts";

/** Steps from which a probe says more about shares than nothing. */
export const STEPS_FOR_SHARES = 10;

export interface SpectralMass {
  readonly threshold: number;
  /** Eigenvalues beyond it over n: the weight of the nodes beyond it, mean over probes. */
  readonly fraction: number;
  readonly interval95: readonly [number, number];
}

export interface OutlierCount {
  readonly threshold: number;
  /** Ritz values above it: by Cauchy interlacing so many eigenvalues there are at least. */
  readonly atLeast: number;
  /** n times the weight above it. */
  readonly estimate: number;
  readonly interval95: readonly [number, number];
}

/** Fraction of eigenvalues below -tolerance. Give the rounding of the operator for it: the bulk sits at zero. */
export function negativeMass(columns: readonly LanczosColumn[], n: number, tolerance: number): SpectralMass {
  const { below, atMost } = meanMassBounds(needColumns(columns), -tolerance);
  const fraction = meanWeight(columns, (theta) => theta < -tolerance);
  return {
    threshold: -tolerance,
    fraction,
    interval95: [massInterval(below, n * columns.length)[0], massInterval(atMost, n * columns.length)[1]],
  };
}

/** Number of eigenvalues above the threshold. */
export function outlierCount(columns: readonly LanczosColumn[], n: number, threshold: number): OutlierCount {
  const { below, atMost } = meanMassBounds(needColumns(columns), threshold);
  const rows = columns.map(quadrature);
  const atLeast = Math.max(...rows.map(({ nodes }) => nodes.filter((theta) => theta > threshold).length));
  const degrees = n * columns.length;
  return {
    threshold,
    atLeast,
    estimate: n * meanWeightOf(rows, (theta) => theta > threshold),
    interval95: [
      Math.max(atLeast, n * massInterval(1 - atMost, degrees)[0]),
      Math.max(atLeast, n * massInterval(1 - below, degrees)[1]),
    ],
  };
}

/** The p in which a weight of s is neither among the smallest nor the largest 2.5 % of Beta(degrees p/2, degrees (1-p)/2). */
export function massInterval(s: number, degrees: number): readonly [number, number] {
  const tail = (p: number): number => incompleteBeta((degrees * p) / 2, (degrees * (1 - p)) / 2, s);
  // P(weight <= s) falls as p grows.
  const invert = (target: number): number => {
    let [low, high] = [0, 1];
    for (let i = 0; i < 60; i++) {
      const p = (low + high) / 2;
      if (tail(p) > target) low = p;
      else high = p;
    }
    return (low + high) / 2;
  };
  return [s <= 0 ? 0 : invert(0.975), s >= 1 ? 1 : s <= 0 ? 0 : invert(0.025)];
}

const meanWeight = (columns: readonly LanczosColumn[], counts: (theta: number) => boolean): number =>
  meanWeightOf(columns.map(quadrature), counts);

const meanWeightOf = (rows: readonly Quadrature[], counts: (theta: number) => boolean): number =>
  rows.reduce(
    (sum, { nodes, weights }) =>
      sum + nodes.reduce((mass, theta, j) => mass + (counts(theta) ? weights[j] : 0), 0) / rows.length,
    0,
  );

function needColumns(columns: readonly LanczosColumn[]): readonly LanczosColumn[] {
  if (columns.length === 0) throw new RangeError("spectral mass: expected at least one probe, found none");
  return columns;
}
