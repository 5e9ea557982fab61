/** One run on one device: operator, quadrature, slices. It can be paused, cancelled, and extended when it has ended. */

import type { GpuVector } from "../gpu/vectors.ts";
import { type DiagonalEstimate, inner, SlqRun } from "../spectrum/index.ts";
import { answerTo, isSameAnswer } from "./answers.ts";
import type { Trust } from "./checkTypes.ts";
import type { Engines } from "./device.ts";
import { measureDiagonal } from "./diagonal.ts";
import { Eta } from "./eta.ts";
import { defaultBudget, vectorsAtOnce } from "./fit.ts";
import { type Ground, jobContext, type RitzVector, type RunContext } from "./ground.ts";
import type { HessianOperator } from "./hessian.ts";
import type { KernelsUsed } from "./kernelTypes.ts";
import { type HostBudget, makeWithBasis } from "./krylov.ts";
import { landscapeKind, measureLandscape } from "./landscape.ts";
import type { LoadedModel } from "./load.ts";
import { type Matrix, matrixOf } from "./matrix.ts";
import { noEigenvalue } from "./noEigenvalue.ts";
import { accuracyOf, type Problem, poseProblem } from "./problem.ts";
import type {
  Answered,
  DeviceReport,
  Landscape,
  LandscapeRequest,
  LossSlice,
  Question,
  RunOutcome,
  RunResult,
  RunSettings,
  TraceMethod,
} from "./protocol.ts";
import type { SavedSession } from "./recovery.ts";
import { type AtWeights, makeResult, type ResultParts } from "./result.ts";
import { runChecks, UNCHECKED } from "./runChecks.ts";
import { measureSlice, type SliceOptions } from "./slice.ts";
import { traceBy } from "./traceBy.ts";
import { type ChosenTrace, chooseTrace } from "./traceMethod.ts";

export interface SessionOptions extends Engines {
  readonly loaded: LoadedModel;
  readonly settings: RunSettings;
  readonly device: DeviceReport;
  /** Bytes. */
  readonly budget?: number;
  /** For a Krylov basis that does not fit the device; nothing by default. */
  readonly host?: HostBudget;
  /** Of the session whose device was lost. */
  readonly saved?: SavedSession | null;
  /** Devices lost so far. */
  readonly losses?: number;
  /** What `gpu.choices` come of. */
  readonly kernels?: KernelsUsed | null;
}

const SNAPSHOT_MS = 200;

export class Session {
  readonly #options: SessionOptions;
  #settings: RunSettings;
  #problem: Problem | null = null;
  readonly #matrix: Matrix;
  #operator: HessianOperator | null = null;
  #slq: SlqRun<GpuVector> | null = null;
  #atWeights: AtWeights = { loss: Number.NaN, accuracy: Number.NaN, gradientNorm: Number.NaN };
  #gradient: Float64Array = new Float64Array();
  #slices: readonly LossSlice[] = [];
  #landscapes: readonly Landscape[] = [];
  #answers: readonly Answered[] = [];
  #trust: Trust = UNCHECKED;
  #method: ChosenTrace = { method: "hutchinson", reason: null };
  /** By another method than the quadrature's own probes. */
  #trace: ResultParts["trace"] = null;
  #spentMs = 0;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#settings = options.settings;
    this.#matrix = matrixOf(options.loaded, options.settings);
    const { saved } = options;
    if (!saved) return;
    ({ settings: this.#settings, answers: this.#answers, trace: this.#trace } = saved);
    ({ slices: this.#slices, landscapes: this.#landscapes, trust: this.#trust } = saved);
    this.#spentMs = saved.spentMs;
  }

  /** Poses the problem, compiles, and runs the primal program: loss, accuracy, gradient. */
  async start({ signal, onEvent }: RunContext): Promise<void> {
    const began = performance.now();
    const { loaded, device, gpu, pipelines, submitter, saved } = this.#options;
    const { steps, probes } = this.#settings;
    const budget = this.#options.budget ?? defaultBudget(device.software);
    onEvent({ type: "progress", progress: { phase: "loading", done: 0, total: 1, etaSeconds: null } });
    const problem = poseProblem(loaded, this.#settings);
    this.#problem = problem;
    const { parameterCount, tensors } = loaded.card;
    const chosen = this.#matrix.tensors;
    const n =
      chosen === null
        ? parameterCount
        : tensors.reduce((sum, { name, size }) => sum + (chosen.includes(name) ? size : 0), 0);
    const { traceMethod = "hutchinson", traceProbes } = this.#settings;
    const question = { problem, matrix: this.#matrix, products: traceProbes, n, budget };
    this.#method = chooseTrace(traceMethod, question);
    const atOnce = vectorsAtOnce(this.#settings, device.software);
    const { operator, keepBases, memory, capacity } = await makeWithBasis({
      ...{ gpu, pipelines, submitter, problem, budget, n, steps },
      matrix: this.#matrix,
      microBatch: this.#settings.microBatch,
      ...(this.#options.host ?? { hostBudget: 0 }),
      probes: atOnce,
      runs: Math.ceil(probes / atOnce),
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
      gradientNorm: Math.sqrt(inner(gradient, gradient)),
    };
    const target = {
      steps,
      probes,
      // Other methods make their own products.
      traceProbes: this.#method.method === "hutchinson" ? traceProbes : probes,
      source: { seed: this.#settings.seed, distribution: "rademacher" } as const,
      top: this.#settings.top,
      bottom: this.#settings.bottom,
      capacity,
      keepBases,
      // What is known of a run without a basis stays without one.
      memory: saved?.result.spectrum.densityOnly === undefined ? memory : ("two vectors" as const),
    };
    this.#slq = new SlqRun(operator, target, saved?.checkpoint);
    this.#spentMs += performance.now() - began;
  }

  extend(more: { readonly steps: number; readonly probes: number }): void {
    const { steps, probes, traceProbes } = this.#settings;
    const grown = { steps: steps + more.steps, probes: probes + more.probes };
    this.#settings = { ...this.#settings, ...grown, traceProbes: Math.max(traceProbes, grown.probes) };
    const own = this.#trace === null ? this.#settings.traceProbes : grown.probes;
    // A session that takes the place of another starts with what is wanted by then.
    this.#slq?.extend({ ...grown, traceProbes: own });
    this.#trust = UNCHECKED;
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
    const { method } = this.#method;
    if (method !== "hutchinson" && this.#trace === null) await this.#traceBy(method, { signal, onEvent });
    this.#trust = await runChecks(this.#ground(), jobContext({ signal, gate, onEvent }));
    return { kind: "done", result: this.result() };
  }

  /** Measures the loss along a Ritz vector and adds it to the result. */
  async slice(rank: LossSlice["rank"], options: SliceOptions, context: RunContext): Promise<RunOutcome> {
    const slice = await measureSlice(this.#ground(), rank, options, jobContext(context));
    const same = (s: LossSlice): boolean => s.rank.end === rank.end && s.rank.place === rank.place;
    this.#slices = [...this.#slices.filter((s) => !same(s)), slice];
    return { kind: "done", result: this.result() };
  }

  /** Measures a line or plane and adds it to the result; one along the same directions makes way. */
  async landscape(request: LandscapeRequest, context: RunContext): Promise<RunOutcome> {
    const others = this.#landscapes;
    await measureLandscape(this.#ground(), request, {
      ...jobContext(context),
      begun: context.again ? others : [],
      publish: (landscape) => {
        this.#landscapes = [
          ...others.filter((other) => landscapeKind(other) !== landscapeKind(landscape)),
          landscape,
        ];
        context.onEvent({ type: "snapshot", result: this.result() });
      },
    });
    return { kind: "done", result: this.result() };
  }

  /** Adds the answer to the result; an earlier answer to the same question makes way. Throws RunRefusal. */
  async ask(question: Question, context: RunContext): Promise<RunOutcome> {
    const keep = (answered: Answered): void => {
      this.#answers = [...this.#answers.filter((other) => !isSameAnswer(other, answered)), answered];
    };
    const publish = (answered: Answered): void => {
      keep(answered);
      context.onEvent({ type: "snapshot", result: this.result() });
    };
    keep(await answerTo(question, this.#ground(), { ...jobContext(context), publish }));
    return { kind: "done", result: this.result() };
  }

  /** The product with a vector of all parameters in file order; of a block, with its part, and zero elsewhere. */
  async product(vector: Float32Array): Promise<Float64Array> {
    const { operator } = this.#started();
    const { space } = operator;
    const [v, out] = [space.create(), space.create()];
    try {
      space.write(v, [operator.restrict(Float64Array.from(vector))]);
      await operator.apply(v, out);
      return operator.embed((await space.read(out))[0]);
    } finally {
      space.release(v);
      space.release(out);
    }
  }

  /** Diagonal, traces of tensors and Frobenius norm from one stream of `traceProbes` products. */
  async diagonal(context: RunContext): Promise<DiagonalEstimate> {
    const found = await measureDiagonal(this.#started().operator, this.#settings, jobContext(context));
    const { trace, samples, perSegment } = found;
    this.#trace = { trace: { ...trace, samples, perSegment }, method: "hutchinson" };
    return found;
  }

  async #traceBy(
    method: Exclude<TraceMethod, "hutchinson">,
    { signal, onEvent }: Pick<RunContext, "signal" | "onEvent">,
  ): Promise<void> {
    const { operator, problem } = this.#started();
    const { gpu, pipelines, submitter, device } = this.#options;
    const { traceProbes: products, seed } = this.#settings;
    const began = performance.now();
    const trace = await traceBy(method, {
      ...{ gpu, pipelines, submitter, problem, operator, products, seed, signal },
      matrix: this.#matrix,
      budget: this.#options.budget ?? defaultBudget(device.software),
      onProgress: (done, total) =>
        onEvent({ type: "progress", progress: { phase: "trace", done, total, etaSeconds: null } }),
    });
    this.#trace = { trace, method };
    this.#spentMs += performance.now() - began;
  }

  result(runningMs = 0): RunResult {
    const { slq, operator, problem } = this.#started();
    return makeResult({
      loaded: this.#options.loaded,
      problem,
      settings: this.#settings,
      n: operator.space.n,
      tensors: this.#matrix.tensors,
      trace: this.#trace,
      traceReason: this.#method.reason,
      microBatch: operator.microBatch,
      basisOnHost: operator.basisOnHost,
      atWeights: this.#atWeights,
      spectrum: slq.result(),
      columns: slq.checkpoint().columns,
      slices: this.#slices,
      landscapes: this.#landscapes,
      answers: this.#answers,
      trust: this.#trust,
      device: this.#options.device,
      losses: this.losses,
      kernels: this.#options.kernels ?? null,
      products: operator.products + (this.#options.saved?.products ?? 0),
      seconds: (this.#spentMs + runningMs) / 1000,
    });
  }

  get settings(): RunSettings {
    return this.#settings;
  }

  /** Devices lost before this one. */
  get losses(): number {
    return this.#options.losses ?? 0;
  }

  get hasStarted(): boolean {
    return this.#slq !== null;
  }

  resultOrNull(): RunResult | null {
    return this.#slq === null ? (this.#options.saved?.result ?? null) : this.result();
  }

  /** What another session needs to go on where this one was; null before it has started. */
  saved(): SavedSession | null {
    if (this.#slq === null) return this.#options.saved ?? null;
    const result = this.result();
    return {
      ...{ settings: this.#settings, checkpoint: this.#slq.checkpoint(), trace: this.#trace },
      ...{ slices: this.#slices, landscapes: this.#landscapes, answers: this.#answers, trust: this.#trust },
      ...{ products: result.products, spentMs: this.#spentMs, result },
    };
  }

  /** No file outlives the job that it was made for: Ritz vectors and more steps repeat the Lanczos run. */
  closeFiles(): void {
    if (this.#operator?.basisOnHost.onDisk) this.#slq?.release();
  }

  destroy(): void {
    this.#slq?.release();
    this.#slq = null;
    this.#operator?.destroy();
    this.#operator = null;
  }

  /** The Ritz vector of a reported value. */
  async #ritz(rank: LossSlice["rank"], signal: AbortSignal): Promise<RitzVector> {
    const { slq, operator } = this.#started();
    const value = slq.result()[rank.end][rank.place];
    if (value === undefined) throw noEigenvalue(this.result(), rank);
    const out = operator.space.create();
    try {
      await slq.ritzVector(value, out, signal);
      signal.throwIfAborted();
      const [vector] = await operator.space.read(out);
      // The loss has no weight decay.
      const eigenvalue = value.value - this.#matrix.weightDecay;
      return { vector: operator.embed(vector), eigenvalue };
    } finally {
      operator.space.release(out);
    }
  }

  async #hessianTimes(v: Float32Array): Promise<Float64Array | null> {
    const { operator } = this.#started();
    const { operator: kind, weightDecay } = this.#matrix;
    const own = operator.embed(operator.restrict(Float64Array.from(v)));
    if (kind !== "hessian" || own.some((x, i) => x !== v[i])) return null;
    return (await this.product(v)).map((x, i) => x - weightDecay * v[i]);
  }

  #ground(): Ground {
    const { gpu, pipelines, submitter, device, loaded } = this.#options;
    const { operator, problem, slq } = this.#started();
    const engines = { gpu, pipelines, submitter };
    const budget = this.#options.budget ?? defaultBudget(device.software);
    const { microBatch } = operator;
    return {
      ...{ ...engines, loaded, problem, operator, slq, budget },
      ...{ settings: this.#settings, matrix: this.#matrix, software: device.software },
      ...{ atWeights: this.#atWeights, gradient: this.#gradient },
      result: () => this.result(),
      traceSamples: () => (this.#trace === null ? slq.traceSamples() : null),
      ritz: (rank, signal) => this.#ritz(rank, signal),
      product: (v) => this.product(v),
      hessianTimes: (v) => this.#hessianTimes(v),
      forward: () => ({ ...engines, problem, microBatch, budget, heldBytes: operator.cost.usedBytes }),
    };
  }

  #started(): { slq: SlqRun<GpuVector>; operator: HessianOperator; problem: Problem } {
    if (this.#slq === null || this.#operator === null || this.#problem === null) {
      throw new Error("internal: this session has not started or has ended");
    }
    return { slq: this.#slq, operator: this.#operator, problem: this.#problem };
  }
}
