/** Measurements behind the trust panel: does the quadrature match the operator, and is the operator symmetric? */
import type { LinearOperator } from "./operator.ts";
import { type ProbeSource, unitProbe } from "./probes.ts";
import type { SlqResult } from "./slqResult.ts";

export interface MomentMatch {
  /** k, from 0 to 4. */
  readonly order: number;
  /** v'A^k v from two products. */
  readonly measured: number;
  /** sum_j tau_j theta_j^k */
  readonly quadrature: number;
  /** |difference| / sum_j tau_j |theta_j|^k: a scale that cannot cancel. 0 when both are zero. */
  readonly relativeError: number;
}

/**
 * Moments 0 to 4 of a probe, measured and by its quadrature. m Lanczos steps match moments up to 2m - 1 exactly, so
 * expect agreement to rounding from 3 steps on. Costs two products.
 */
export async function momentMatch<V>(
  operator: LinearOperator<V>,
  source: ProbeSource,
  { probe, nodes, weights }: { probe: number; nodes: readonly number[]; weights: readonly number[] },
  signal?: AbortSignal,
): Promise<MomentMatch[]> {
  const { space } = operator;
  const [v, once, twice] = [space.create(), space.create(), space.create()];
  try {
    fill(operator, v, unitProbe(space.n, source, probe));
    await operator.apply(v, once, signal);
    await operator.apply(once, twice, signal);
    // A symmetric A splits the power between both sides: v'A^3 v = (Av)'(A^2 v).
    const pairs = [
      [v, v],
      [v, once],
      [once, once],
      [once, twice],
      [twice, twice],
    ] as const;
    const dots = await Promise.all(pairs.map(([x, y]) => space.dot(x, y).fetch()));
    return dots.map((dot, order) => {
      const measured = dot[0];
      const moment = nodes.reduce((sum, theta, j) => sum + weights[j] * theta ** order, 0);
      const size = nodes.reduce((sum, theta, j) => sum + weights[j] * Math.abs(theta) ** order, 0);
      const difference = Math.abs(moment - measured);
      return { order, measured, quadrature: moment, relativeError: difference === 0 ? 0 : difference / size };
    });
  } finally {
    for (const x of [v, once, twice]) space.release(x);
  }
}

export interface SymmetryDefect {
  /** u'Av and v'Au for unit probes u and v. */
  readonly forward: number;
  readonly backward: number;
  /** |u'Av - v'Au| / max(||Au||, ||Av||) */
  readonly relative: number;
}

/** Compares u'Av with v'Au for two probes. Costs two products. */
export async function symmetryDefect<V>(
  operator: LinearOperator<V>,
  source: ProbeSource,
  probes: readonly [number, number],
  signal?: AbortSignal,
): Promise<SymmetryDefect> {
  const { space } = operator;
  const [u, v, au, av] = [space.create(), space.create(), space.create(), space.create()];
  try {
    fill(operator, u, unitProbe(space.n, source, probes[0]));
    fill(operator, v, unitProbe(space.n, source, probes[1]));
    await operator.apply(u, au, signal);
    await operator.apply(v, av, signal);
    const all = await Promise.all(
      [space.dot(u, av), space.dot(v, au), space.norm(au), space.norm(av)].map((c) => c.fetch()),
    );
    const [forward, backward, sizeU, sizeV] = all.map((row) => row[0]);
    const difference = Math.abs(forward - backward);
    return { forward, backward, relative: difference === 0 ? 0 : difference / Math.max(sizeU, sizeV) };
  } finally {
    for (const x of [u, v, au, av]) space.release(x);
  }
}

/** A basis whose V'V - I is below this over its length tells two Ritz vectors apart. */
const DISTINCT = 0.1;

/**
 * Ritz values that are settled copies of others of their probe: what lost orthogonality leaves behind. Two Ritz vectors
 * y = Vs have y_1'y_2 = s_1'(V'V)s_2, at most the number of steps times `orthogonality` (largest |V'V - I|; null where unknown)
 * away from zero: where that is small, equal values belong to different eigenvectors and are no ghosts.
 */
export const ghostsLeft = (
  { ghosts, steps }: Pick<SlqResult, "ghosts" | "steps">,
  orthogonality: number | null,
): number => (orthogonality !== null && Math.max(...steps) * orthogonality < DISTINCT ? 0 : ghosts);

/** The same vector in every column: column 0 is read, and no column is left zero. */
function fill<V>({ space }: LinearOperator<V>, target: V, vector: Float64Array): void {
  space.write(
    target,
    Array.from({ length: space.k }, () => vector),
  );
}
