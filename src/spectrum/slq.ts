/**
 * Stochastic Lanczos quadrature (Golub and Meurant 1994; Ubaru, Chen and Saad 2017): each probe's T gives nodes
 * theta_ij and weights tau_ij, the squared first components of T's eigenvectors, and the spectral density is
 * phi(t) = 1/n_v sum_i sum_j tau_ij delta(t - theta_ij). The first product of every probe is also a trace sample.
 *
 * Nothing is ever started again that is known: `extend` asks for more steps, probes or trace samples, and `advance`
 * does what is missing. The same call resumes after a pause or a cancel, and continues a stored run.
 */
import { LanczosRun } from "./lanczos.ts";
import { type LanczosColumn, type Quadrature, quadrature } from "./lanczosColumn.ts";
import type { LinearOperator } from "./operator.ts";
import { extremes, ghostCount, type RitzValue, ritzVector } from "./ritz.ts";
import type { SlqCheckpoint, SlqEvent, SlqOptions, SlqProgress, SlqResult, SlqTarget } from "./slqResult.ts";
import { type TraceSample, traceEstimate } from "./trace.ts";
import { sampleTrace } from "./traceRun.ts";

export class SlqRun<V> {
  readonly #operator: LinearOperator<V>;
  readonly #options: SlqOptions;
  #target: SlqTarget;
  /** The longest T known of each probe. */
  readonly #columns = new Map<number, LanczosColumn>();
  /** Samples of probes without a quadrature. */
  readonly #samples = new Map<number, TraceSample>();
  readonly #quadratures = new WeakMap<LanczosColumn, Quadrature>();
  /** Runs that still hold their basis, oldest first. */
  readonly #live: LanczosRun<V>[] = [];
  #done = 0;

  /** Throws RangeError for a target below one step or probe, and for a checkpoint of another operator or source. */
  constructor(operator: LinearOperator<V>, options: SlqOptions, known?: SlqCheckpoint) {
    this.#operator = operator;
    this.#options = options;
    this.#target = checkedTarget(options);
    if (known === undefined) return;
    const { seed, distribution } = options.source;
    if (known.n !== operator.space.n) {
      throw new RangeError(
        `checkpoint: expected n = ${operator.space.n}, found ${known.n}: it is of another operator`,
      );
    }
    if (known.source.seed !== seed || known.source.distribution !== distribution) {
      throw new RangeError(
        `checkpoint: expected ${distribution} probes of seed ${seed}, ` +
          `found ${known.source.distribution} probes of seed ${known.source.seed}`,
      );
    }
    for (const column of known.columns) this.#columns.set(column.probe, structuredClone(column));
    for (const sample of known.samples) this.#samples.set(sample.probe, sample);
  }

  get target(): SlqTarget {
    return this.#target;
  }

  /** Asks for more (or less: what is known stays) steps, probes, trace probes; `advance` then does what is missing. */
  extend(target: Partial<SlqTarget>): void {
    this.#target = checkedTarget({ ...this.#target, ...target });
  }

  /** An event per Lanczos step or trace block, and a last one that says how it ended. Stop pulling to pause. */
  async *advance(
    how: { readonly signal?: AbortSignal | undefined; readonly readEveryStep?: boolean | undefined } = {},
  ): AsyncGenerator<SlqEvent, void, undefined> {
    this.#done = 0;
    for (;;) {
      const run = this.#nextRun();
      if (run === null) break;
      for await (const event of run.advance({ steps: this.#steps, ...how })) {
        if (event.kind === "cancelled") {
          yield { kind: "cancelled", result: this.result() };
          return;
        }
        if (event.kind === "running") {
          this.#done++;
          this.#adopt(run);
          yield this.#running("lanczos");
        }
      }
    }
    const { source } = this.#options;
    for await (const event of sampleTrace(this.#operator, source, this.#missingSamples(), how.signal)) {
      if (event.kind === "cancelled") {
        yield { kind: "cancelled", result: this.result() };
        return;
      }
      if (event.kind === "samples") {
        this.#done++;
        for (const sample of event.samples) this.#samples.set(sample.probe, sample);
        yield this.#running("trace");
      }
    }
    yield { kind: "done", result: this.result() };
  }

  /** All that is known now. */
  result(): SlqResult {
    const columns = this.#known();
    const rows = columns.map((column) => this.#quadrature(column));
    const { memory = "all vectors", top = 5, bottom = 5, ritz } = this.#options;
    // Without orthogonality Ritz values come in copies: a list of them would be no list of eigenvalues.
    const counts = memory === "two vectors" ? { top: 0, bottom: 0 } : { top, bottom };
    return {
      probes: rows.map((q) => q.probe),
      steps: rows.map((q) => q.steps),
      closed: columns.map((column) => column.closed),
      nodes: rows.map((q) => q.nodes),
      weights: rows.map((q) => q.weights),
      residuals: rows.map((q) => q.residuals),
      memory,
      ghosts: ghostCount(rows, ritz),
      ...extremes(rows, counts, ritz),
      trace: traceEstimate(this.traceSamples(), this.#operator.space.segments),
    };
  }

  /** One sample per probe, whichever way it came, in the order of the probes. */
  traceSamples(): TraceSample[] {
    const { n } = this.#operator.space;
    const byProbe = new Map(this.#samples);
    for (const column of this.#known()) {
      byProbe.set(column.probe, { probe: column.probe, perSegment: column.quadraticForm.map((x) => n * x) });
    }
    return [...byProbe.values()].sort((a, b) => a.probe - b.probe);
  }

  checkpoint(): SlqCheckpoint {
    return {
      n: this.#operator.space.n,
      source: this.#options.source,
      columns: structuredClone(this.#known()),
      samples: [...this.#samples.values()],
    };
  }

  /**
   * Every column of out := the unit Ritz vector of a value in `result().top` or `bottom`. If the basis of its probe
   * is gone (released, or from a checkpoint), the Lanczos run of that probe is repeated first.
   */
  async ritzVector(
    value: Pick<RitzValue, "probe" | "index" | "steps">,
    out: V,
    signal?: AbortSignal,
  ): Promise<{ readonly kind: "done" } | { readonly kind: "cancelled" }> {
    if (this.#options.memory === "two vectors")
      throw new Error("internal: a run that holds two vectors has no Ritz vectors");
    const holds = (run: LanczosRun<V>) => run.columns.some((column) => column.probe === value.probe);
    const run = this.#live.find(holds) ?? this.#start(this.#blockOf(value.probe));
    for await (const event of run.advance({ steps: value.steps, signal })) {
      if (event.kind === "cancelled") return event;
    }
    await ritzVector(run, value, out);
    return { kind: "done" };
  }

  /** Whether a Ritz vector of this probe costs no products. */
  holds(probe: number): boolean {
    return this.#live.some((run) => run.columns.some((column) => column.probe === probe));
  }

  /** Largest |V'V - I| over the bases held; null when none is, or only two vectors of each. */
  async orthogonality(signal?: AbortSignal): Promise<number | null> {
    let worst: number | null = null;
    for (const run of this.#live) {
      const defect = await run.orthogonality(signal);
      if (defect !== null) worst = Math.max(worst ?? 0, defect);
    }
    return worst;
  }

  /** Frees the bases; results stay readable, and `advance` may be called again. */
  release(): void {
    for (const run of this.#live) run.release();
    this.#live.length = 0;
  }

  get #steps(): number {
    return Math.min(this.#target.steps, this.#operator.space.n);
  }

  #complete(probe: number): boolean {
    const column = this.#columns.get(probe);
    return column !== undefined && (column.closed || column.alpha.length >= this.#steps);
  }

  #missingProbes(): number[] {
    return range(this.#target.probes).filter((probe) => !this.#complete(probe));
  }

  #missingSamples(): number[] {
    const known = new Set(this.traceSamples().map((sample) => sample.probe));
    return range(this.#target.traceProbes).filter(
      (probe) => !known.has(probe) && probe >= this.#target.probes,
    );
  }

  /** The held run with something to do, or a new one for the next k missing probes; null when nothing is missing. */
  #nextRun(): LanczosRun<V> | null {
    const missing = this.#missingProbes();
    if (missing.length === 0) return null;
    const held = this.#live.find((run) => run.columns.some((column) => missing.includes(column.probe)));
    return held ?? this.#start(missing.slice(0, this.#operator.space.k));
  }

  /** The known probes that share a block with this one: repeating them together costs no more. */
  #blockOf(probe: number): number[] {
    const { k } = this.#operator.space;
    const first = probe - (probe % k);
    return [...this.#columns.keys()].filter((p) => p >= first && p < first + k).sort((a, b) => a - b);
  }

  #start(probes: readonly number[]): LanczosRun<V> {
    const { source, memory, breakdownTolerance, capacity, keepBases = 1 } = this.#options;
    // A run with work left may be paused in the middle of `advance`: it is never released here.
    const idle = this.#live.filter((run) => run.columns.every((column) => this.#complete(column.probe)));
    for (const run of idle.slice(0, Math.max(0, this.#live.length - keepBases + 1))) {
      run.release();
      this.#live.splice(this.#live.indexOf(run), 1);
    }
    const run = new LanczosRun(this.#operator, {
      source,
      probes,
      ...(memory === undefined ? {} : { memory }),
      ...(breakdownTolerance === undefined ? {} : { breakdownTolerance }),
      ...(capacity === undefined ? {} : { capacity }),
    });
    this.#live.push(run);
    return run;
  }

  /** Takes over the run's columns, unless a longer T of the same probe is known (a repeated run catches up first). */
  #adopt(run: LanczosRun<V>): void {
    for (const column of run.columns) {
      const known = this.#columns.get(column.probe);
      if (known === undefined || known.alpha.length <= column.alpha.length)
        this.#columns.set(column.probe, column);
    }
  }

  #known(): LanczosColumn[] {
    return [...this.#columns.values()]
      .filter((column) => column.alpha.length > 0)
      .sort((a, b) => a.probe - b.probe);
  }

  #quadrature(column: LanczosColumn): Quadrature {
    const known = this.#quadratures.get(column);
    if (known !== undefined && known.steps === column.alpha.length) return known;
    const fresh = quadrature(column);
    this.#quadratures.set(column, fresh);
    return fresh;
  }

  #running(phase: "lanczos" | "trace"): SlqEvent {
    return { kind: "running", phase, progress: this.#progress(), result: this.result() };
  }

  #progress(): SlqProgress {
    const { k } = this.#operator.space;
    const missing = new Set(this.#missingProbes());
    let left = Math.ceil(this.#missingSamples().length / k);
    for (const run of this.#live) {
      const mine = run.columns.filter((column) => missing.delete(column.probe));
      if (mine.length > 0) left += this.#steps - run.step;
    }
    left += Math.ceil(missing.size / k) * this.#steps;
    return { done: this.#done, total: this.#done + left };
  }
}

function checkedTarget({ steps, probes, traceProbes }: SlqTarget): SlqTarget {
  for (const [name, value, least] of [
    ["steps", steps, 1],
    ["probes", probes, 1],
    ["traceProbes", traceProbes, 0],
  ] as const) {
    if (!Number.isInteger(value) || value < least) {
      throw new RangeError(`${name}: expected an integer of at least ${least}, found ${value}`);
    }
  }
  return { steps, probes, traceProbes };
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}
