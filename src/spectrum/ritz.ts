/**
 * Ritz values: the eigenvalues of T, read as estimates of eigenvalues of A, each with what is known of its error.
 * Bounds in exact arithmetic (Parlett, The Symmetric Eigenvalue Problem, chapter 11); a device adds its own rounding,
 * about 1e-6 ||A|| in float32.
 */

import type { LanczosRun } from "./lanczos.ts";
import type { LanczosColumn, Quadrature } from "./lanczosColumn.ts";
import type { LinearOperator } from "./operator.ts";
import { tridiagonalEigenvectors } from "./tridiagonal.ts";

export interface RitzValue {
  readonly value: number;
  /** ||A y - theta y||: some eigenvalue lies within this distance. */
  readonly residual: number;
  /** min(residual, residual^2 / gap): the likely error of the value; the gap to the rest is itself an estimate. */
  readonly errorBound: number;
  readonly converged: boolean;
  /** Quadrature weight in its own probe: the squared component of the start vector. */
  readonly weight: number;
  readonly probe: number;
  /** Position in the ascending nodes of its probe after `steps` steps. */
  readonly index: number;
  readonly steps: number;
  /** Numerically equal Ritz values of the same probe: 1 unless orthogonality was lost (a ghost) or by rounding. */
  readonly copies: number;
}

export interface RitzOptions {
  /**
   * Converged: residual <= tolerance * max|theta|, and errorBound <= tolerance * |theta| unless theta itself is
   * below tolerance * max|theta|. Default 1e-4.
   */
  readonly tolerance?: number;
  /** Unit roundoff of the operator's arithmetic. Default 2^-24 (float32). */
  readonly roundoff?: number;
}

export interface Extremes {
  /** The largest eigenvalues, descending. */
  readonly top: RitzValue[];
  /** The smallest eigenvalues, ascending. */
  readonly bottom: RitzValue[];
}

/** Distances below this many roundoffs of ||A|| mean the same eigenvalue. */
const SAME = 16;

/**
 * What may be claimed of a Ritz value: its residual, but never less than the rounding of the operator it was measured
 * with, about 1e-6 of the largest |eigenvalue| in float32. Without this floor a finished Lanczos run would promise
 * eighteen digits.
 */
export const ritzError = (residual: number, largest: number, roundoff = 2 ** -24): number =>
  Math.max(residual, SAME * roundoff * Math.abs(largest));

/** All Ritz values of one probe, ascending, numerically equal copies merged. */
export function ritzValues(
  { nodes, weights, residuals, probe, steps }: Quadrature,
  { tolerance = 1e-4, roundoff = 2 ** -24 }: RitzOptions = {},
  scale = largestMagnitude([nodes]),
): RitzValue[] {
  const same = SAME * roundoff * scale;
  // Groups of node indices: a Krylov space sees each eigenvalue once, so a second settled copy is no new eigenvalue.
  const groups: number[][] = [];
  nodes.forEach((node, i) => {
    const group = groups.at(-1);
    const previous = group?.at(-1);
    if (
      group !== undefined &&
      previous !== undefined &&
      node - nodes[previous] <= same &&
      Math.max(residuals[i], residuals[previous]) <= same
    ) {
      group.push(i);
    } else {
      groups.push([i]);
    }
  });
  const chosen = groups.map((group) => group.reduce((best, i) => (weights[i] > weights[best] ? i : best)));
  return chosen.map((i, g) => {
    const gapTo = (other: number | undefined) =>
      other === undefined ? Number.POSITIVE_INFINITY : Math.abs(nodes[other] - nodes[i]) - residuals[other];
    const gap = Math.max(0, Math.min(gapTo(chosen[g - 1]), gapTo(chosen[g + 1])));
    const residual = residuals[i];
    const errorBound = residual < gap ? residual * (residual / gap) : residual;
    const value = nodes[i];
    const negligible = Math.abs(value) <= tolerance * scale;
    return {
      value,
      residual,
      errorBound,
      converged: residual <= tolerance * scale && (negligible || errorBound <= tolerance * Math.abs(value)),
      weight: weights[i],
      probe,
      index: i,
      steps,
      copies: groups[g].length,
    };
  });
}

/** Nodes that are copies of a settled one of the same probe: an eigenvalue that a Krylov space has found again. */
export function ghostCount(quadratures: readonly Quadrature[], options: RitzOptions = {}): number {
  const scale = largestMagnitude(quadratures.map((q) => q.nodes));
  const copies = quadratures.flatMap((q) => ritzValues(q, options, scale).map((value) => value.copies - 1));
  return copies.reduce((sum, more) => sum + more, 0);
}

/**
 * The `top` largest and `bottom` smallest eigenvalues, merged over probes. By Cauchy interlacing the i-th largest
 * Ritz value of any probe lies below the i-th largest eigenvalue, so the largest over the probes is the best; among
 * probes that agree with it within their errors, the one with the smallest residual speaks. An eigenvalue of higher
 * multiplicity appears once: a Krylov space cannot count it.
 */
export function extremes(
  quadratures: readonly Quadrature[],
  counts: { readonly top: number; readonly bottom: number },
  options: RitzOptions = {},
): Extremes {
  const scale = largestMagnitude(quadratures.map((q) => q.nodes));
  const perProbe = quadratures.map((q) => ritzValues(q, options, scale));
  const noise = SAME * (options.roundoff ?? 2 ** -24) * scale;
  return {
    top: mergeByRank(
      perProbe.map((values) => values.toReversed()),
      counts.top,
      1,
      noise,
    ),
    bottom: mergeByRank(perProbe, counts.bottom, -1, noise),
  };
}

function mergeByRank(lists: readonly RitzValue[][], count: number, sign: 1 | -1, noise: number): RitzValue[] {
  const merged: RitzValue[] = [];
  for (let rank = 0; rank < count; rank++) {
    const candidates = lists.flatMap((list) => list.slice(rank, rank + 1));
    if (candidates.length === 0) break;
    const extreme = candidates.reduce((best, r) => (sign * r.value > sign * best.value ? r : best));
    const agreeing = candidates.filter(
      (r) => sign * (extreme.value - r.value) <= extreme.errorBound + r.errorBound + noise,
    );
    merged.push(agreeing.reduce((best, r) => (r.residual < best.residual ? r : best)));
  }
  return merged;
}

function largestMagnitude(rows: readonly (readonly number[])[]): number {
  let size = 0;
  for (const row of rows) for (const x of row) size = Math.max(size, Math.abs(x));
  return size;
}

/** Coefficients s_i of a Ritz vector in the Krylov basis, from the leading steps x steps part of T. */
export function ritzCoefficients(column: LanczosColumn, index: number, steps: number): Float64Array {
  if (steps > column.alpha.length || index < 0 || index >= steps) {
    throw new RangeError(
      `internal: Ritz value ${index} of ${steps} steps was asked of a T with ${column.alpha.length} steps`,
    );
  }
  return tridiagonalEigenvectors(column.alpha.slice(0, steps), column.beta.slice(0, steps)).vectors[index];
}

/** Every column of out := the unit Ritz vector of `value`. The run must still hold its basis. */
export async function ritzVector<V>(
  run: LanczosRun<V>,
  value: Pick<RitzValue, "probe" | "index" | "steps">,
  out: V,
): Promise<void> {
  const c = run.columns.findIndex((column) => column.probe === value.probe);
  if (c < 0) throw new RangeError(`internal: probe ${value.probe} is not a column of this Lanczos run`);
  await run.basis.combine(ritzCoefficients(run.columns[c], value.index, value.steps), c, out);
}

/** ||A y - theta y|| measured with one product, for the y in column 0 (of unit length): what the residual predicts. */
export async function measuredResidual<V>(
  operator: LinearOperator<V>,
  y: V,
  theta: number,
  signal?: AbortSignal,
): Promise<number> {
  const { space } = operator;
  const product = space.create();
  try {
    await operator.apply(y, product, signal);
    space.axpy(-theta, y, product);
    return (await space.norm(product).fetch())[0];
  } finally {
    space.release(product);
  }
}
