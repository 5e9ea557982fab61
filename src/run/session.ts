/** One run on one device: operator, quadrature, slices. It can be paused, cancelled, and extended when it has ended. */

import type { GpuVector } from "../gpu/vectors.ts";
import { momentMatch, SlqRun, symmetryDefect } from "../spectrum/index.ts";
import type { Engines } from "./device.ts";
import { defaultBudget, makeHessian, RunRefusal } from "./fit.ts";
import { ForwardLoss } from "./forward.ts";
import type { HessianOperator } from "./hessian.ts";
import type { LoadedModel } from "./load.ts";
import { planBits } from "./plan.ts";
import { accuracyOf, type Problem, poseProblem } from "./problem.ts";
import type {
  BitPlan,
  Check,
  DeviceReport,
  LossSlice,
  PlanRequest,
  Progress,
  RunEvent,
  RunOutcome,
  RunResult,
  RunSettings,
} from "./protocol.ts";
import { type AtWeights, makeResult } from "./result.ts";
import { lossAlong } from "./slice.ts";

export interface SessionOptions extends Engines {
  readonly loaded: LoadedModel;
  readonly settings: RunSettings;
  readonly device: DeviceReport;
  /** Bytes. */
  readonly budget?: number;
}

export interface RunContext {
  readonly signal: AbortSignal;
  readonly onEvent: (event: RunEvent) => void;
  /** Resolves at once, or when a paused run goes on. */
  readonly gate: () => Promise<void>;
}

/** Vectors per product on a real GPU; a software device gains nothing from more than one. */
const PROBES_AT_ONCE = 4;
/** Room for a later "more steps" before the basis has to be copied. */
const SPARE_STEPS = 20;
const SNAPSHOT_MS = 200;
/** Below this many products the checks would cost more than a fifth of the run. */
const PRODUCTS_WORTH_CHECKING = 20;
/** m steps match the moments up to 2m - 1, and the check looks at four. */
const STEPS_FOR_MOMENTS = 3;

export class Session {
  readonly #options: SessionOptions;
  #settings: RunSettings;
  #problem: Problem | null = null;
  #operator: HessianOperator | null = null;
  #slq: SlqRun<GpuVector> | null = null;
  #atWeights: AtWeights = { loss: Number.NaN, accuracy: Number.NaN, gradientNorm: Number.NaN };
  #gradient: Float64Array = new Float64Array();
  #slices: LossSlice[] = [];
  #checks: Check[] = [];
  #spentMs = 0;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#settings = options.settings;
  }

  /** Poses the problem, compiles, and runs the primal program: loss, accuracy, gradient. */
  async start({ signal, onEvent }: RunContext): Promise<void> {
    const began = performance.now();
    const { loaded, device, gpu, pipelines, submitter } = this.#options;
    const { steps, probes } = this.#settings;
    const budget = this.#options.budget ?? defaultBudget(device.software);
    onEvent({ type: "progress", progress: { phase: "loading", done: 0, total: 1, etaSeconds: null } });
    const problem = poseProblem(loaded, this.#settings);
    this.#problem = problem;
    const vectors = Math.min(steps + SPARE_STEPS, problem.parameters.length) + 1;
    const atOnce = device.software ? 1 : Math.min(probes, PROBES_AT_ONCE);
    const keepBases = basesToKeep(
      Math.ceil(probes / atOnce),
      4 * vectors * atOnce * problem.parameters.length,
      budget,
    );
    const operator = await makeHessian({
      gpu,
      pipelines,
      submitter,
      problem,
      microBatch: this.#settings.microBatch,
      probes: atOnce,
      krylovVectors: keepBases * vectors,
      budget,
      onCompiled: (done, total) =>
        onEvent({ type: "progress", progress: { phase: "compiling", done, total, etaSeconds: null } }),
    });
    this.#operator = operator;
    signal.throwIfAborted();
    onEvent({ type: "progress", progress: { phase: "primal", done: 0, total: 1, etaSeconds: null } });
    await operator.prepare(signal);
    const [loss, logits, gradient] = [
      await operator.loss(),
      await operator.logits(),
      await operator.gradient(),
    ];
    this.#gradient = gradient;
    this.#atWeights = {
      loss,
      accuracy: accuracyOf(logits, problem.batch.labels),
      gradientNorm: Math.hypot(...chunkNorms(gradient)),
    };
    this.#slq = new SlqRun(operator, {
      steps,
      probes,
      traceProbes: this.#settings.traceProbes,
      source: { seed: this.#settings.seed, distribution: "rademacher" },
      top: this.#settings.top,
      bottom: this.#settings.bottom,
      capacity: steps + SPARE_STEPS,
      keepBases,
    });
    this.#spentMs += performance.now() - began;
  }

  extend(more: { readonly steps: number; readonly probes: number }): void {
    const { steps, probes, traceProbes } = this.#settings;
    const grown = { steps: steps + more.steps, probes: probes + more.probes };
    this.#settings = { ...this.#settings, ...grown, traceProbes: Math.max(traceProbes, grown.probes) };
    this.#started().slq.extend({ ...grown, traceProbes: this.#settings.traceProbes });
    this.#checks = [];
  }

  /** Does what the quadrature still lacks, with a snapshot every now and then. */
  async measure({ signal, onEvent, gate }: RunContext): Promise<RunOutcome> {
    const { slq } = this.#started();
    let began = performance.now();
    let shown = 0;
    let kind: "done" | "cancelled" = "done";
    const rate = new Eta();
    for await (const event of slq.advance({ signal })) {
      if (event.kind !== "running") {
        kind = event.kind;
        break;
      }
      const { done, total } = event.progress;
      const now = performance.now();
      onEvent({ type: "progress", progress: rate.progress(event.phase, done, total, now) });
      if (now - shown >= SNAPSHOT_MS) {
        shown = now;
        onEvent({ type: "snapshot", result: this.result(now - began) });
      }
      this.#spentMs += performance.now() - began;
      await gate();
      began = performance.now();
    }
    this.#spentMs += performance.now() - began;
    if (kind === "cancelled") return { kind, result: this.result() };
    await this.#check(signal);
    return { kind: "done", result: this.result() };
  }

  /** Measures the loss along a Ritz vector and adds it to the result. */
  async slice(
    rank: LossSlice["rank"],
    { radius, points }: { readonly radius: number; readonly points: number },
    { signal, onEvent }: RunContext,
  ): Promise<RunOutcome> {
    const { slq, operator, problem } = this.#started();
    const result = slq.result();
    const value = result[rank.end][rank.place];
    if (value === undefined) {
      return { kind: "refused", message: `The run has no eigenvalue ${rank.place + 1} at its ${rank.end}.` };
    }
    const direction = operator.space.create();
    try {
      const found = await slq.ritzVector(value, direction, signal);
      if (found.kind === "cancelled") return { kind: "cancelled", result: this.result() };
      const [vector] = await operator.space.read(direction);
      const steps = Array.from({ length: points }, (_, i) => radius * ((2 * i) / (points - 1) - 1));
      const loss = await lossAlong({
        ...this.#forward(),
        parameters: problem.parameters,
        direction,
        steps,
        signal,
        onPoint: (done) =>
          onEvent({ type: "progress", progress: { phase: "slice", done, total: points, etaSeconds: null } }),
      });
      const slope = vector.reduce((sum, d, i) => sum + d * this.#gradient[i], 0);
      const slice = { rank, eigenvalue: value.value, slope, steps, loss };
      const same = (s: LossSlice): boolean => s.rank.end === rank.end && s.rank.place === rank.place;
      this.#slices = [...this.#slices.filter((s) => !same(s)), slice];
      return { kind: "done", result: this.result() };
    } finally {
      operator.space.release(direction);
    }
  }

  /** Bits for the weights by the traces of the tensors so far, and what they measure. Throws RunRefusal. */
  async plan(request: PlanRequest, { signal, onEvent, gate }: RunContext): Promise<BitPlan> {
    const { slq, problem } = this.#started();
    const { trace } = slq.result();
    if (trace === null) throw new RunRefusal("The run has no trace yet: let it finish first.");
    const ground = {
      ...{ problem, trace, result: this.result(), samples: slq.traceSamples(), gradient: this.#gradient },
      product: (v: Float32Array) => this.product(v),
      forward: () => ForwardLoss.create(this.#forward()),
    };
    const onProgress = (progress: Progress): void => onEvent({ type: "progress", progress });
    return planBits(ground, request, { signal, gate, onProgress });
  }

  /** H v for a vector in file order. */
  async product(vector: Float32Array): Promise<Float64Array> {
    const { operator } = this.#started();
    const { space } = operator;
    const [v, out] = [space.create(), space.create()];
    try {
      space.write(v, [vector]);
      await operator.apply(v, out);
      return (await space.read(out))[0];
    } finally {
      space.release(v);
      space.release(out);
    }
  }

  result(runningMs = 0): RunResult {
    const { slq, operator, problem } = this.#started();
    return makeResult({
      loaded: this.#options.loaded,
      problem,
      settings: this.#settings,
      microBatch: operator.microBatch,
      atWeights: this.#atWeights,
      spectrum: slq.result(),
      columns: slq.checkpoint().columns,
      slices: this.#slices,
      checks: this.#checks,
      device: this.#options.device,
      products: operator.products,
      seconds: (this.#spentMs + runningMs) / 1000,
    });
  }

  resultOrNull(): RunResult | null {
    return this.#slq === null ? null : this.result();
  }

  destroy(): void {
    this.#slq?.release();
    this.#slq = null;
    this.#operator?.destroy();
    this.#operator = null;
  }

  /** What a forward program of the run's batch needs. */
  #forward() {
    const { gpu, pipelines, submitter } = this.#options;
    const { operator, problem } = this.#started();
    const { partition, space } = operator;
    return { gpu, pipelines, submitter, partition, space, labels: problem.batch.labels };
  }

  #started(): { slq: SlqRun<GpuVector>; operator: HessianOperator; problem: Problem } {
    if (this.#slq === null || this.#operator === null || this.#problem === null) {
      throw new Error("internal: this session has not started or has ended");
    }
    return { slq: this.#slq, operator: this.#operator, problem: this.#problem };
  }

  /** The checks behind "may this be believed?" (bounds: docs/numerics.md). */
  async #check(signal: AbortSignal): Promise<void> {
    const { slq, operator } = this.#started();
    const { probes, nodes, weights } = slq.result();
    const sums = weights.map((row) => Math.abs(row.reduce((a, b) => a + b, 0) - 1));
    const checks: Check[] = [checked("sum of weights", Math.max(...sums), 1e-9)];
    const orthogonality = await slq.orthogonality();
    if (orthogonality !== null) checks.push(checked("orthogonality", orthogonality, 1e-4));
    const { steps: done } = slq.result();
    if (
      done[0] >= STEPS_FOR_MOMENTS &&
      this.#settings.steps * this.#settings.probes >= PRODUCTS_WORTH_CHECKING
    ) {
      const source = { seed: this.#settings.seed, distribution: "rademacher" } as const;
      const first = { probe: probes[0], nodes: nodes[0], weights: weights[0] };
      const moments = await momentMatch(operator, source, first, signal);
      checks.push(checked("moments 1 to 4", Math.max(...moments.slice(1).map((m) => m.relativeError)), 1e-4));
      const { relative } = await symmetryDefect(operator, source, [0, 1], signal);
      checks.push(checked("symmetry", relative, 1e-4));
    }
    this.#checks = checks;
  }
}

/**
 * Krylov bases to hold at a time, of `blocks`: a Ritz vector of a basis that was let go costs a whole Lanczos run. They
 * may take a quarter of the budget.
 */
const basesToKeep = (blocks: number, basisBytes: number, budget: number): number =>
  Math.max(1, Math.min(blocks, Math.floor(budget / 4 / basisBytes)));

const checked = (name: string, value: number, bound: number): Check => ({
  name,
  value,
  bound,
  passed: value <= bound,
});

/** Norms of pieces short enough to be spread into Math.hypot, which guards against overflow. */
function chunkNorms(v: Float64Array, size = 4096): number[] {
  const norms: number[] = [];
  for (let i = 0; i < v.length; i += size) norms.push(Math.hypot(...v.subarray(i, i + size)));
  return norms;
}

/** Time to go from the pace of the last steps; the first step also pays for what is done once. */
class Eta {
  #first: { readonly done: number; readonly at: number } | null = null;

  progress(phase: Progress["phase"], done: number, total: number, now: number): Progress {
    this.#first ??= { done, at: now };
    const steps = done - this.#first.done;
    const etaSeconds = steps === 0 ? null : ((now - this.#first.at) / steps / 1000) * (total - done);
    return { phase, done, total, etaSeconds };
  }
}
