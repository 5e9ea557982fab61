/**
 * Golub-Kahan bidiagonalisation of a rectangular operator, k start vectors in lockstep (Golub and Kahan 1965; Golub and
 * Van Loan, section 10.4): A V = U B, A'U = V B' + beta_m v_{m+1} e_m', B upper bidiagonal with diagonal alpha and
 * superdiagonal beta. It is the Lanczos process on A'A without its square: small singular values keep their digits. Both
 * bases are orthogonalised twice against all of their vectors, so they stay orthonormal to the rounding of the device.
 *
 * Where A has fewer rows than columns its transpose is taken, so that no singular value is a zero of the shape alone.
 *
 * The device never waits for the host: the coefficients of step j are awaited after step j+1 has been enqueued.
 */
import type { Quadrature } from "./lanczosColumn.ts";
import { NonFiniteError } from "./nonFinite.ts";
import type { Basis, Coefficients, VectorSpace } from "./operator.ts";
import { type ProbeSource, unitProbe } from "./probes.ts";
import { type RitzOptions, type RitzValue, ritzValues } from "./ritz.ts";
import { tridiagonalEigen } from "./tridiagonal.ts";

/** An m x n matrix; both spaces have blocks of k columns, and column c is multiplied by the c-th of k matrices. */
export interface RectangularOperator<V> {
  /** Of vectors of n components, which the matrix takes. */
  readonly domain: VectorSpace<V>;
  /** Of vectors of m components, which it gives. */
  readonly range: VectorSpace<V>;
  /** out := A v, out in the range. Resolves when the work is enqueued; rejects with AbortError between slices. */
  apply(v: V, out: V, signal?: AbortSignal): Promise<void>;
  /** out := A'u, out in the domain. */
  applyTransposed(u: V, out: V, signal?: AbortSignal): Promise<void>;
}

export const transposed = <V>(a: RectangularOperator<V>): RectangularOperator<V> => ({
  domain: a.range,
  range: a.domain,
  apply: (u, out, signal) => a.applyTransposed(u, out, signal),
  applyTransposed: (v, out, signal) => a.apply(v, out, signal),
});

/** What is known of one start vector, as plain numbers. */
export interface BidiagonalColumn {
  readonly probe: number;
  /** alpha_1 ... alpha_m: diagonal of B, the values that the device used. */
  readonly alpha: number[];
  /** beta_1 ... beta_m: superdiagonal of B; the last is the norm of what is left. */
  readonly beta: number[];
  /** The space is invariant (to the tolerance): B is complete and its singular values are exact. */
  closed: boolean;
}

export interface GolubKahanOptions {
  readonly source: ProbeSource;
  /** Probe number of each column, at least one and at most k. */
  readonly probes: readonly number[];
  /** At most min(m, n) count. */
  readonly steps: number;
  /** Closed once alpha or beta <= tolerance * ||B||. Default 1e-6, the rounding of a float32 operator. */
  readonly breakdownTolerance?: number;
  readonly signal?: AbortSignal;
  readonly onStep?: (step: number, steps: number) => Promise<void> | void;
}

export interface Bidiagonal {
  readonly columns: readonly BidiagonalColumn[];
  /** Largest entries of |V'V - I| and |U'U - I|. */
  readonly orthogonality: number;
}

interface StepInFlight {
  readonly alpha: Promise<Float64Array>;
  readonly beta: Promise<Float64Array>;
}

/**
 * Runs the process and measures the orthogonality of its bases. Throws RangeError for steps or probes that do not fit,
 * NonFiniteError, AbortError when the signal fires, and what the device throws.
 */
export async function golubKahan<V>(
  a: RectangularOperator<V>,
  options: GolubKahanOptions,
): Promise<Bidiagonal> {
  const tall = a.range.n < a.domain.n ? transposed(a) : a;
  const { domain, range } = tall;
  const { source, probes, signal, breakdownTolerance: tolerance = 1e-6, onStep } = options;
  if (options.steps < 1) throw new RangeError(`steps: expected at least 1, found ${options.steps}`);
  if (probes.length < 1 || probes.length > domain.k)
    throw new RangeError(`probes: expected 1 to k = ${domain.k}, found ${probes.length}`);
  const steps = Math.min(options.steps, domain.n);
  const columns = probes.map((probe): BidiagonalColumn => ({ probe, alpha: [], beta: [], closed: false }));
  const [v, u] = [domain.create(), range.create()];
  const bases: Basis<V>[] = [];
  try {
    const rights = domain.basis(steps + 1);
    bases.push(rights);
    const lefts = range.basis(steps);
    bases.push(lefts);
    // Columns without a probe of their own repeat the last one: harmless, where a zero column would give NaN.
    const start = probes.map((probe) => unitProbe(domain.n, source, probe));
    domain.write(
      v,
      Array.from({ length: domain.k }, (_, c) => start[Math.min(c, start.length - 1)]),
    );
    await rights.append(v, 1);
    let pending: StepInFlight | null = null;
    for (let step = 0; step < steps; step++) {
      signal?.throwIfAborted();
      await rights.load(step, v);
      await tall.apply(v, u, signal);
      const alpha = (await orthonormalised(range, lefts, u)).fetch();
      await lefts.load(step, u);
      await tall.applyTransposed(u, v, signal);
      const beta = (await orthonormalised(domain, rights, v)).fetch();
      if (pending !== null) await record(columns, pending, tolerance);
      pending = { alpha, beta };
      // Awaited one step later; until then a failure must not count as unhandled.
      for (const promise of [alpha, beta]) promise.catch(() => {});
      await onStep?.(step + 1, steps);
      if (columns.every(({ closed }) => closed)) break;
    }
    if (pending !== null) await record(columns, pending, tolerance);
    const known = columns.map((column) => column.alpha.length);
    const worst = Math.max(await defect(domain, rights, v, known), await defect(range, lefts, u, known));
    return { columns, orthogonality: worst };
  } finally {
    for (const basis of bases) basis.release();
    domain.release(v);
    range.release(u);
  }
}

/** Appends w, less its part in the basis, at unit length. @returns the length that it had */
async function orthonormalised<V>(space: VectorSpace<V>, basis: Basis<V>, w: V): Promise<Coefficients> {
  for (let pass = 0; pass < 2 && basis.length > 0; pass++) await basis.subtract(w, await basis.project(w));
  const norm = space.norm(w);
  await basis.append(w, { reciprocalOf: norm });
  return norm;
}

async function record(
  columns: readonly BidiagonalColumn[],
  pending: StepInFlight,
  tolerance: number,
): Promise<void> {
  const [alphas, betas] = await Promise.all([pending.alpha, pending.beta]);
  columns.forEach((column, c) => {
    if (column.closed) return;
    const [alpha, beta] = [alphas[c], betas[c]];
    if (!Number.isFinite(alpha) || !Number.isFinite(beta)) {
      const at = `Golub-Kahan step ${column.alpha.length + 1}, column ${c}`;
      throw new NonFiniteError(at, `alpha is ${alpha}, beta is ${beta}`);
    }
    const small = tolerance * Math.max(alpha, ...column.alpha, ...column.beta);
    // A v lies in the space of the U before it: A has the singular value zero there, and nothing follows.
    const empty = alpha <= small;
    column.alpha.push(empty ? 0 : alpha);
    column.beta.push(empty || beta <= small ? 0 : beta);
    column.closed = empty || beta <= small;
  });
}

/** Largest entry of |Q'Q - I| over the vectors that the columns have used. */
async function defect<V>(
  space: VectorSpace<V>,
  basis: Basis<V>,
  work: V,
  used: readonly number[],
): Promise<number> {
  let worst = 0;
  for (let j = 0; j < Math.max(...used); j++) {
    await basis.load(j, work);
    const row = await (await basis.project(work)).fetch();
    used.forEach((count, c) => {
      if (j >= count) return;
      for (let i = 0; i <= j; i++) {
        const entry = row[i * space.k + c];
        // The last vector of a closed column may be the zero of an exhausted space.
        if (i === j && entry === 0) continue;
        worst = Math.max(worst, Math.abs(entry - (i === j ? 1 : 0)));
      }
    });
  }
  return worst;
}

/**
 * The symmetric matrix [0 A; A' 0] as the start vector sees it: eigenvalues +-sigma, by the tridiagonal matrix with a zero
 * diagonal and alpha_1, beta_1, alpha_2, ... beside it, so that nothing is squared. Weights are those of the singular
 * values: both signs together count once.
 */
function bothSigns({ probe, alpha, beta }: BidiagonalColumn): Quadrature {
  const m = alpha.length;
  const beside = alpha.flatMap((x, j) => [x, beta[j]]);
  const { values, first, last } = tridiagonalEigen(new Float64Array(2 * m), beside);
  const rest = beta[m - 1] ?? 0;
  return {
    probe,
    steps: 2 * m,
    nodes: Array.from(values),
    weights: Array.from(first, (s) => s * s),
    // Of the pair (u, v), both of unit length: ||A'u - sigma v||.
    residuals: Array.from(last, (s) => Math.SQRT2 * Math.abs(rest * s)),
  };
}

/** Nodes are the singular values of B, ascending; weights the squared components of the start vector. */
export function singularQuadrature(column: BidiagonalColumn): Quadrature {
  const { probe, steps, nodes, weights, residuals } = bothSigns(column);
  const m = steps / 2;
  // The pair of a zero may be mixed in any way; together they are what each half would be.
  const pairs = Array.from({ length: m }, (_, i) => [m - 1 - i, m + i] as const);
  return {
    probe,
    steps: m,
    nodes: pairs.map(([, plus]) => Math.max(0, nodes[plus])),
    weights: pairs.map(([minus, plus]) => weights[minus] + weights[plus]),
    residuals: pairs.map(([minus, plus]) => Math.hypot(residuals[minus], residuals[plus]) / Math.SQRT2),
  };
}

export type SingularValue = Pick<RitzValue, "value" | "residual" | "errorBound" | "converged">;

export interface SingularExtremes {
  /** Not above the largest singular value, and within its residual of one. */
  readonly largest: SingularValue;
  /** Not below the smallest, likewise. */
  readonly smallest: SingularValue;
}

/** The ends of the spectrum as one start vector sees them. The column has at least one step. */
export function singularExtremes(column: BidiagonalColumn, options: RitzOptions = {}): SingularExtremes {
  const found = ritzValues(bothSigns(column), options);
  // A zero stands for both of its signs, with either.
  const nearest = found.reduce((best, r) => (Math.abs(r.value) < Math.abs(best.value) ? r : best));
  return { largest: known(found[found.length - 1]), smallest: known(nearest) };
}

const known = ({ value, residual, errorBound, converged }: RitzValue): SingularValue => ({
  ...{ value: Math.abs(value), residual, errorBound, converged },
});
