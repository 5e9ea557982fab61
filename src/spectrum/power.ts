/**
 * Power iteration with deflation: the teaching view of an eigenvalue. It finds the eigenvalue of largest magnitude of
 * A - shift I, then the next in the orthogonal complement. The value reported is the Rayleigh quotient v'Av with its
 * sign, never ||Av||: a large negative eigenvalue shows as negative. A pair of opposite eigenvalues never converges,
 * and the residual ||Av - theta v|| says so.
 */
import { NonFiniteError } from "./nonFinite.ts";
import type { Basis, LinearOperator } from "./operator.ts";
import { type ProbeSource, unitProbe } from "./probes.ts";

export interface PowerOptions {
  /** Eigenpairs to find, largest magnitude (after the shift) first. */
  readonly count: number;
  readonly maxIterations: number;
  /** Start vectors: probe number = pair number. */
  readonly source: ProbeSource;
  /** Iterates with A - shift I; values and residuals are those of A. Default 0. */
  readonly shift?: number;
  /** A pair has converged once its residual is at most this fraction of the largest |theta|. Default 1e-4. */
  readonly tolerance?: number;
  readonly signal?: AbortSignal;
}

export interface PowerPair {
  /** Rayleigh quotient v'Av, v of unit length. */
  readonly value: number;
  /** ||Av - value v||, the part along the pairs found before left out. */
  readonly residual: number;
  readonly iterations: number;
  readonly converged: boolean;
}

export type PowerEvent =
  /** One iteration of pair number `pair`. */
  | {
      readonly kind: "running";
      readonly pair: number;
      readonly current: PowerPair;
      readonly found: readonly PowerPair[];
    }
  | { readonly kind: "done"; readonly found: readonly PowerPair[] }
  | { readonly kind: "cancelled"; readonly found: readonly PowerPair[] };

/** An event per product. All k columns carry the same vector; use a space with k = 1. */
export async function* powerIteration<V>(
  operator: LinearOperator<V>,
  options: PowerOptions,
): AsyncGenerator<PowerEvent, void, undefined> {
  const { count, maxIterations, source, shift = 0, tolerance = 1e-4, signal } = options;
  const { space } = operator;
  const found: PowerPair[] = [];
  const [v, w, rest] = [space.create(), space.create(), space.create()];
  let vectors: Basis<V> | null = null;
  let largest = 0;

  const deflate = async (x: V) => {
    // Twice, as in Lanczos: once leaves rounding along what was removed, and the iteration would amplify it.
    for (let pass = 0; pass < 2 && vectors !== null && vectors.length > 0; pass++) {
      await vectors.subtract(x, await vectors.project(x));
    }
  };
  /** v := x / ||x||; false if x is zero. */
  const normalise = async (x: V): Promise<boolean> => {
    const norm = (await space.norm(x).fetch())[0];
    if (norm === 0) return false;
    space.copy(x, v);
    space.scale(1 / norm, v);
    return true;
  };
  try {
    vectors = space.basis(Math.min(count, space.n));
    for (let pair = 0; pair < Math.min(count, space.n); pair++) {
      const start = unitProbe(space.n, source, pair);
      space.write(
        w,
        Array.from({ length: space.k }, () => start),
      );
      await deflate(w);
      await normalise(w);
      let current: PowerPair;
      for (let iterations = 1; ; iterations++) {
        try {
          signal?.throwIfAborted();
          await operator.apply(v, w, signal);
        } catch (error) {
          if (!signal?.aborted) throw error;
          yield { kind: "cancelled", found: [...found] };
          return;
        }
        const value = (await space.dot(v, w).fetch())[0];
        if (!Number.isFinite(value)) {
          throw new NonFiniteError(`power iteration ${iterations} of pair ${pair + 1}`, `v'Av is ${value}`);
        }
        space.copy(w, rest);
        space.axpy(-value, v, rest);
        await deflate(rest);
        const residual = (await space.norm(rest).fetch())[0];
        largest = Math.max(largest, Math.abs(value));
        const converged = residual <= tolerance * largest;
        current = { value, residual, iterations, converged };
        yield { kind: "running", pair, current, found: [...found] };
        if (converged || iterations >= maxIterations) break;
        if (shift !== 0) space.axpy(-shift, v, w);
        await deflate(w);
        // A zero product means that v lies in the null space of A - shift I: its residual was zero already.
        if (!(await normalise(w))) break;
      }
      found.push(current);
      await vectors.append(v, 1);
    }
    yield { kind: "done", found: [...found] };
  } finally {
    vectors?.release();
    for (const x of [v, w, rest]) space.release(x);
  }
}
