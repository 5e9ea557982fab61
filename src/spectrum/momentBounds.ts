/**
 * What m Lanczos steps prove about the spectral measure of their start vector v, the weights (u_i'v)^2 at the eigenvalues: all
 * measures with the same 2m moments agree within the Chebyshev-Markov-Stieltjes bounds (Szego, Orthogonal Polynomials, section
 * 3.41; Golub and Meurant 2010). The bounds at x are sharp and come from the quadrature that has x as a node (Gauss-Radau;
 * Golub 1973), one more row on T.
 */
import type { LanczosColumn } from "./lanczosColumn.ts";
import { tridiagonalEigen } from "./tridiagonal.ts";

export interface MassBounds {
  /** The weight below x is at least this. */
  readonly below: number;
  /** The weight at or below x is at most this. */
  readonly atMost: number;
}

/** Distances below this many roundoffs of ||A|| mean the same eigenvalue. */
const SAME = 16;

/**
 * Bounds for the weight below x. A column that is closed knows it exactly. The rounding of the operator moves nodes by about
 * `roundoff` of its size (float32 by default), so a node that close to x counts as undecided.
 */
export function massBounds(column: LanczosColumn, x: number, roundoff = 2 ** -24): MassBounds {
  const { alpha, beta, closed } = column;
  const m = alpha.length;
  if (m === 0) return { below: 0, atMost: 1 };
  const size = Math.max(...alpha.map(Math.abs), ...beta, Math.abs(x));
  const undecided = SAME * roundoff * size;
  // Last pivot of T - xI = LDL'.
  let pivot = alpha[0] - x;
  for (let i = 1; i < m; i++) {
    pivot = alpha[i] - x - (beta[i - 1] * beta[i - 1]) / (pivot === 0 ? Number.MIN_VALUE : pivot);
  }
  // x is a Ritz value already (to rounding), or the Krylov space is invariant: Gauss's own nodes decide.
  if (closed || !(Math.abs(pivot) > 1e-14 * size))
    return stepsAt(tridiagonalEigen(alpha, beta), x, undecided);
  const last = x + (beta[m - 1] * beta[m - 1]) / pivot;
  return stepsAt(tridiagonalEigen([...alpha, last], beta), x, undecided);
}

/** Weights of the nodes below x, and of those at or below it. */
function stepsAt(
  { values, first }: { readonly values: Float64Array; readonly first: Float64Array },
  x: number,
  undecided: number,
): MassBounds {
  let [below, atMost] = [0, 0];
  values.forEach((theta, j) => {
    const weight = first[j] * first[j];
    if (theta < x - undecided) below += weight;
    if (theta <= x + undecided) atMost += weight;
  });
  return { below: Math.min(1, below), atMost: Math.min(1, atMost) };
}

/** The mean of the bounds over probes. */
export function meanMassBounds(columns: readonly LanczosColumn[], x: number): MassBounds {
  const bounds = columns.map((column) => massBounds(column, x));
  return {
    below: bounds.reduce((sum, b) => sum + b.below, 0) / bounds.length,
    atMost: bounds.reduce((sum, b) => sum + b.atMost, 0) / bounds.length,
  };
}
