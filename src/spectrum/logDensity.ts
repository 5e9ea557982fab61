/** The density of log10 |lambda|, negative and positive eigenvalues apart: the bulk over many decades. */
import { gaussianMixture, type Rows } from "./density.ts";

export interface LogDensity {
  /** Standard deviation of the smoothing, in decades. */
  readonly sigma: number;
  /** Grid of log10 |lambda|, equally spaced. */
  readonly u: Float64Array;
  /** Per decade; with `zero` the two integrate to 1. */
  readonly negative: Float64Array;
  readonly positive: Float64Array;
  /** Weight of the nodes below the floor: zero as far as the operator's rounding lets one tell. */
  readonly zero: number;
}

export interface LogDensityOptions {
  /** |lambda| below which a node counts as zero, above 0; e.g. 1e-7 of the largest. */
  readonly floor: number;
  /** Default 0.1 decades. */
  readonly sigma?: number;
  /** Grid points; default 512. */
  readonly points?: number;
}

/** Throws RangeError when the floor, sigma or points do not make a grid, or there is no node. */
export function logDensity(nodes: Rows, weights: Rows, options: LogDensityOptions): LogDensity {
  const { floor, sigma = 0.1, points = 512 } = options;
  if (!(floor > 0 && sigma > 0 && points >= 2))
    throw new RangeError(
      `log density: expected floor and sigma above 0 and 2 points, found ${floor}, ${sigma}, ${points}`,
    );
  const atoms = nodes.flatMap((row, i) =>
    row.map((theta, j) => ({ theta, weight: weights[i][j] / nodes.length })),
  );
  if (atoms.length === 0) throw new RangeError("log density: expected at least one node, found none");
  const outside = atoms.filter(({ theta }) => Math.abs(theta) >= floor);
  const positions = outside.map(({ theta }) => Math.log10(Math.abs(theta)));
  const from = Math.min(Math.log10(floor), ...positions) - 8 * sigma;
  const to = Math.max(Math.log10(floor), ...positions) + 8 * sigma;
  const spacing = (to - from) / (points - 1);
  const u = Float64Array.from({ length: points }, (_, i) => from + i * spacing);
  const side = (sign: 1 | -1): Float64Array => {
    const kept = outside.filter(({ theta }) => Math.sign(theta) === sign);
    return gaussianMixture(
      u,
      spacing,
      kept.map(({ theta }) => Math.log10(Math.abs(theta))),
      kept.map(({ weight }) => weight),
      sigma,
    );
  };
  return {
    sigma,
    u,
    negative: side(-1),
    positive: side(1),
    zero: atoms.reduce((sum, { theta, weight }) => sum + (Math.abs(theta) < floor ? weight : 0), 0),
  };
}
