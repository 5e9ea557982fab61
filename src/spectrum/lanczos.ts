/**
 * The Lanczos process for a symmetric operator, k start vectors in lockstep: A V = V T + beta_m v_{m+1} e_m' per
 * column, T symmetric tridiagonal (Golub and Van Loan, section 10.1). Every new vector is orthogonalised twice
 * against the whole basis ("twice is enough": Giraud, Langou and Rozloznik, 2005), so V stays orthonormal to the
 * rounding of the device, and no ghost copies of eigenvalues appear.
 *
 * Where the basis does not fit, `memory: "two vectors"` keeps the three-term recurrence alone. Orthogonality is then lost as Ritz
 * values converge and ghost copies appear; T stays the quadrature of a measure close to that of the start vector, the weight of
 * an eigenvalue being shared by its copies (Greenbaum 1989; Chen and Trogdon 2024). So the density may be claimed, and
 * neither a list of eigenvalues nor a Ritz vector.
 *
 * The device never waits for the host: the coefficients of step j are awaited after step j+1 has been enqueued.
 */
import type { LanczosColumn } from "./lanczosColumn.ts";
import { NonFiniteError } from "./nonFinite.ts";
import type { Basis, LinearOperator } from "./operator.ts";
import { type ProbeSource, unitProbe } from "./probes.ts";

export type LanczosMemory = "all vectors" | "two vectors";

export interface LanczosOptions {
  readonly source: ProbeSource;
  /** Probe number of each column, at least one and at most k. */
  readonly probes: readonly number[];
  /** Unit start vector of column c, instead of the probe itself. */
  readonly start?: (c: number) => Float64Array;
  /**
   * A column is closed as invariant once beta <= tolerance * ||T||. Default 1e-6, the rounding of a float32 operator;
   * use about 1e-13 on a float64 one.
   */
  readonly breakdownTolerance?: number;
  /** How many basis vectors are held and orthogonalised against: all by default. */
  readonly memory?: LanczosMemory;
  /** Steps to allocate at once: extension up to here copies nothing. Default: the steps of the first `advance`. */
  readonly capacity?: number;
}

export interface LanczosTarget {
  /** Steps in total, those already done included; at most n count. */
  readonly steps: number;
  readonly signal?: AbortSignal | undefined;
  /** Await each step before the next is enqueued: for a step button; slower on a GPU. */
  readonly readEveryStep?: boolean | undefined;
}

export type LanczosEvent =
  /** Step number `step` (from 1) of `steps` is known. */
  | { readonly kind: "running"; readonly step: number; readonly steps: number }
  /** All steps asked for are done, or every column is closed: its Krylov space is invariant and T exact. */
  | { readonly kind: "done"; readonly reason: "steps" | "invariant"; readonly step: number }
  /** The signal fired. What is known is kept; `advance` goes on from here. */
  | { readonly kind: "cancelled"; readonly step: number };

interface StepInFlight {
  /** Row of the projection on the vector that was multiplied. */
  readonly last: number;
  /** First and second projection on the basis, [step][k] each. */
  readonly projections: readonly Promise<Float64Array>[];
  readonly norm: Promise<Float64Array>;
  /** v_l'(Av)_l by segment, [segments][k]; first step only. */
  readonly segments: Promise<Float64Array> | null;
}

export class LanczosRun<V> {
  readonly columns: LanczosColumn[];
  readonly #operator: LinearOperator<V>;
  readonly #tolerance: number;
  readonly #v: V;
  readonly #w: V;
  readonly #capacity: number;
  readonly #start: Float64Array[];
  readonly #memory: LanczosMemory;
  #basis: Basis<V> | null = null;
  /** Steps enqueued so far, those read included. */
  #enqueued = 0;
  /** Steps enqueued and not yet read, oldest first: at most two. */
  #inFlight: StepInFlight[] = [];
  #step = 0;
  #failure: unknown = null;
  #released = false;

  /** Throws RangeError when the probes do not fit the k columns. */
  constructor(operator: LinearOperator<V>, options: LanczosOptions) {
    const { space } = operator;
    const { probes, source } = options;
    if (probes.length < 1 || probes.length > space.k) {
      throw new RangeError(`Lanczos: expected 1 to k = ${space.k} probes, found ${probes.length}`);
    }
    this.#operator = operator;
    this.#tolerance = options.breakdownTolerance ?? 1e-6;
    this.#capacity = options.capacity ?? 0;
    this.#memory = options.memory ?? "all vectors";
    this.#v = space.create();
    this.#w = space.create();
    const { start } = options;
    this.#start = probes.map((probe, c) => start?.(c) ?? unitProbe(space.n, source, probe));
    this.columns = probes.map((probe) => ({ probe, alpha: [], beta: [], closed: false, quadraticForm: [] }));
  }

  /** Steps known so far. A closed column stopped earlier and has fewer. */
  get step(): number {
    return this.#step;
  }

  /**
   * Goes on until `steps` steps are known in total: also the way to resume and to extend. One event per step and a
   * last one that says how it ended. Stop pulling to pause. Throws NonFiniteError, and what the device throws.
   */
  async *advance(target: LanczosTarget): AsyncGenerator<LanczosEvent, void, undefined> {
    if (this.#released) throw new Error("internal: this Lanczos run was released");
    if (this.#failure !== null) throw this.#failure;
    const { signal } = target;
    const steps = Math.min(target.steps, this.#operator.space.n);
    const depth = target.readEveryStep ? 1 : 2;
    await this.#ensureBasis(steps);
    for (;;) {
      if (this.columns.every((column) => column.closed)) {
        // Steps enqueued beyond an invariant space carry nothing, but hold buffers until they are read.
        await Promise.allSettled(this.#inFlight.flatMap(reads));
        this.#inFlight = [];
        yield { kind: "done", reason: "invariant", step: this.#step };
        return;
      }
      if (this.#step >= steps) {
        yield { kind: "done", reason: "steps", step: this.#step };
        return;
      }
      while (this.#enqueued < steps && this.#inFlight.length < depth && !signal?.aborted) {
        try {
          await this.#enqueue(signal);
        } catch (error) {
          if (!signal?.aborted) throw error;
        }
      }
      // Even when cancelled: steps wholly on the device are nearly done, and need not be lost.
      const oldest = this.#inFlight.shift();
      if (oldest === undefined) {
        yield { kind: "cancelled", step: this.#step };
        return;
      }
      try {
        await this.#record(oldest);
      } catch (error) {
        this.#failure = error;
        throw error;
      }
      yield { kind: "running", step: this.#step, steps };
    }
  }

  /**
   * Largest entry of |V'V - I| over all columns; one projection per step. The same device work as one more pass. Null where
   * only two vectors are held.
   */
  async orthogonality(signal?: AbortSignal): Promise<number | null> {
    if (this.#memory === "two vectors") return null;
    const basis = this.basis;
    const { k } = this.#operator.space;
    let worst = 0;
    for (let j = 0; j < this.#step; j++) {
      await basis.load(j, this.#v);
      const row = await (await basis.project(this.#v, signal)).fetch();
      this.columns.forEach((column, c) => {
        if (j >= column.alpha.length) return;
        for (let i = 0; i <= j; i++) worst = Math.max(worst, Math.abs(row[i * k + c] - (i === j ? 1 : 0)));
      });
    }
    return worst;
  }

  /** The Krylov basis, for `combine`. Throws before the first step and after `release`. */
  get basis(): Basis<V> {
    if (this.#basis === null) throw new Error("internal: this Lanczos run holds no basis");
    return this.#basis;
  }

  /** Steps that the allocated basis can hold. */
  get capacity(): number {
    return this.#basis === null ? 0 : this.#basis.capacity - 1;
  }

  get memory(): LanczosMemory {
    return this.#memory;
  }

  /** Frees the basis and the work vectors; `columns` stay readable. */
  release(): void {
    if (this.#released) return;
    this.#released = true;
    this.#basis?.release();
    this.#basis = null;
    this.#operator.space.release(this.#v);
    this.#operator.space.release(this.#w);
  }

  /** A basis of at least steps + 1 vectors (the last one lets the run be extended), with what is known copied in. */
  async #ensureBasis(steps: number): Promise<void> {
    const { space } = this.#operator;
    const old = this.#basis;
    const two = this.#memory === "two vectors";
    if (old !== null && (two || old.capacity > steps)) return;
    const grown = space.basis(two ? 2 : Math.max(steps, Math.min(this.#capacity, space.n)) + 1);
    try {
      if (old === null) {
        // Columns without a probe of their own repeat the last one: harmless, where a zero column would give NaN.
        const last = this.#start[this.#start.length - 1];
        space.write(
          this.#w,
          Array.from({ length: space.k }, (_, c) => this.#start[c] ?? last),
        );
        await grown.append(this.#w, 1);
        this.#start.length = 0;
      }
      for (let j = 0; old !== null && j < old.length; j++) {
        await old.load(j, this.#v);
        await grown.append(this.#v, 1);
      }
    } catch (error) {
      grown.release();
      throw error;
    }
    old?.release();
    this.#basis = grown;
  }

  /**
   * The step after those enqueued; the youngest basis vector is multiplied. If the signal fires in `apply` or in a projection, the
   * basis is untouched and the step can be repeated.
   */
  async #enqueue(signal: AbortSignal | undefined): Promise<void> {
    const { basis } = this;
    const { space } = this.#operator;
    await basis.load(basis.length - 1, this.#v);
    await this.#operator.apply(this.#v, this.#w, signal);
    const segments = this.#enqueued === 0 ? space.segmentDots(this.#v, this.#w) : null;
    const first = await basis.project(this.#w, signal);
    await basis.subtract(this.#w, first, signal);
    const second = await basis.project(this.#w, signal);
    await basis.subtract(this.#w, second, signal);
    const norm = space.norm(this.#w);
    if (basis.length === basis.capacity) {
      // Of the two vectors held, the younger one stays.
      basis.clear();
      await basis.append(this.#v, 1);
    }
    await basis.append(this.#w, { reciprocalOf: norm });
    this.#enqueued++;
    const step: StepInFlight = {
      last: first.rows - 1,
      projections: [first.fetch(), second.fetch()],
      norm: norm.fetch(),
      segments: segments === null ? null : segments.fetch(),
    };
    // These are awaited one step later; until then a failure must not count as unhandled.
    for (const pending of reads(step)) pending?.catch(() => {});
    this.#inFlight.push(step);
  }

  async #record(pending: StepInFlight): Promise<void> {
    const [first, second] = await Promise.all(pending.projections);
    const norm = await pending.norm;
    const segments = await pending.segments;
    const { k, n } = this.#operator.space;
    const row = pending.last * k;
    const additions = this.columns.map((column, c) => {
      const alpha = first[row + c] + second[row + c];
      const beta = norm[c];
      if (!column.closed && !(Number.isFinite(alpha) && Number.isFinite(beta))) {
        throw new NonFiniteError(
          `Lanczos step ${this.#step + 1}, probe ${column.probe}`,
          `alpha is ${alpha}, beta is ${beta}`,
        );
      }
      return { alpha, beta };
    });
    this.columns.forEach((column, c) => {
      if (column.closed) return;
      const { alpha, beta } = additions[c];
      column.alpha.push(alpha);
      const norm = sizeOfT(column.alpha, column.beta);
      column.beta.push(beta);
      column.closed = beta <= this.#tolerance * norm || column.alpha.length === n;
      if (segments !== null) {
        column.quadraticForm = Array.from({ length: segments.length / k }, (_, l) => segments[l * k + c]);
      }
    });
    this.#step++;
  }
}

const reads = ({ projections, norm, segments }: StepInFlight): readonly (Promise<Float64Array> | null)[] => [
  ...projections,
  norm,
  segments,
];

/** Largest entry of T: within a factor of three of its norm. */
function sizeOfT(alpha: readonly number[], beta: readonly number[]): number {
  let size = 0;
  for (const x of alpha) size = Math.max(size, Math.abs(x));
  for (const x of beta) size = Math.max(size, x);
  return size;
}
