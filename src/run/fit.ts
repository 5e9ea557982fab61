/** How much is computed at once: vectors per product, and samples per part of the batch, as memory allows. */

import { kernelBounds } from "../gpu/device.ts";
import type { HostRoom } from "../gpu/hostBasis.ts";
import { checkPlan, MemoryRefusal } from "../gpu/plan.ts";
import type { VectorLayout } from "../gpu/vectorLayout.ts";
import { type Blueprint, drawForward } from "./batched.ts";
import type { Engines } from "./device.ts";
import {
  type Drawing,
  HessianOperator,
  type HessianPlan,
  type PlannedFor,
  type PlanOptions,
} from "./hessian.ts";
import type { Matrix } from "./matrix.ts";
import type { Problem } from "./problem.ts";
import type { RunSettings } from "./protocol.ts";

/** Bytes that a run may use: WebGPU does not tell how much memory a device has. */
export const defaultBudget = (software: boolean): number => (software ? 2e9 : 4e9);

/**
 * Bytes of host memory that a Krylov basis may take where it does not fit the device: half of what a browser says that there is,
 * which is 8 GB at most; 2 GB where nothing is said.
 */
export function defaultHostBudget(): number {
  const { deviceMemory = 4 } = (globalThis.navigator ?? {}) as { readonly deviceMemory?: number };
  return 0.5e9 * deviceMemory;
}

/** Vectors per product on a real GPU; a software device gains nothing from more than one. */
const PROBES_AT_ONCE = 4;

/** Vectors per product that a run asks for. */
export const vectorsAtOnce = (
  { steps, probes, traceProbes }: Pick<RunSettings, "steps" | "probes" | "traceProbes">,
  software: boolean,
): number => (software ? 1 : Math.min(steps > 1 ? probes : traceProbes, PROBES_AT_ONCE));

/** A request that cannot be met. The message says what can. */
export class RunRefusal extends Error {
  override readonly name = "RunRefusal";
}

/** What is to be planned. */
export interface FitRequest extends PlannedFor {
  readonly problem: Pick<Problem, "cut" | "coupled"> & { readonly batch: { readonly count: number } };
  readonly matrix?: Matrix;
  /** Samples computed at once; null for as many as fit. */
  readonly microBatch: number | null;
  /** Vectors per product wanted; fewer are taken where memory is short. */
  readonly probes: number;
  readonly krylovVectors: number;
  /** Host memory for these. */
  readonly host?: HostRoom | null;
  readonly budget: number;
  /** Whether residuals may be computed again in each product, where not even one sample fits otherwise. */
  readonly recompute?: boolean;
  /** What helps where not even one sample fits; default: fewer steps. */
  readonly advice?: string;
  /** Of the same problem and matrix, to be looked up and added to. */
  readonly drawings?: Map<string, Drawing>;
}

export interface OperatorRequest extends FitRequest, Engines {
  readonly gpu: Engines["gpu"];
  readonly problem: Problem;
  readonly onCompiled?: (done: number, total: number) => void;
}

/** The Hessian operator that `chooseHessian` finds. */
export const makeHessian = (request: OperatorRequest): Promise<HessianOperator> =>
  createChosen(request, chooseHessian(request));

/** Allocates and compiles what was chosen. */
export function createChosen(request: OperatorRequest, { options, plan }: Choice): Promise<HessianOperator> {
  const { gpu, pipelines, submitter, problem, onCompiled } = request;
  const { parameters } = problem;
  const made = { ...options, gpu, pipelines, submitter, parameters };
  return HessianOperator.create(onCompiled === undefined ? made : { ...made, onCompiled }, plan);
}

export interface Choice {
  readonly options: PlanOptions;
  readonly plan: HessianPlan;
}

const COUPLED =
  "BatchNorm with the statistics of the batch couples its samples, so that they cannot be computed in parts";
const STEPS = "use fewer Lanczos steps (one sample at a time does not help)";

/**
 * As many vectors per product as wanted and fit, and as many samples at once; nothing is allocated.
 *
 * The whole batch at once comes first, if need be with fewer vectors, because its residuals are computed once and kept.
 * Parts compute theirs again for each product, and so want all the vectors that one product can take.
 * Where not even one sample fits, its residuals are computed again if the request allows it.
 * Throws MemoryRefusal, and RunRefusal where parts are wanted of samples that depend on each other.
 */
export function chooseHessian({ recompute = false, drawings = new Map(), ...given }: FitRequest): Choice {
  const request = { ...given, drawings };
  try {
    return chooseKeeping(request);
  } catch (error) {
    if (!recompute || !(error instanceof MemoryRefusal)) throw error;
    const { microBatch, problem } = request;
    const { count } = problem.batch;
    const samples = problem.coupled ? count : Math.min(microBatch ?? 1, count);
    try {
      return draft({ ...request, recompute }, samples, 1, "");
    } catch {
      // Its words say what would help.
      throw error;
    }
  }
}

/** The same with all residuals kept. */
function chooseKeeping(request: FitRequest): Choice {
  const { problem, microBatch, probes, advice: last = STEPS } = request;
  const { coupled, batch } = problem;
  const { count } = batch;
  const wanted = Math.min(microBatch ?? count, count);
  if (coupled && wanted < count)
    throw new RunRefusal(`${COUPLED}: leave the micro-batch automatic, or use running statistics.`);
  try {
    const advice = "use a smaller micro-batch, or leave it automatic";
    return withFewerVectors(probes, (k) => draft(request, wanted, k, advice));
  } catch (error) {
    if (!(error instanceof MemoryRefusal) || microBatch !== null) throw error;
  }
  if (!coupled) return withFewerVectors(probes, (k) => inParts(count, (m) => draft(request, m, k, last)));
  const most = inParts(count, (m) => {
    draft(request, m, 1, last);
    return m;
  });
  return draft(request, count, 1, `${COUPLED}: use at most ${most} of them, or running statistics`);
}

export interface ForwardRequest {
  readonly gpu: Engines["gpu"];
  readonly problem: Problem;
  readonly layout: VectorLayout;
  /** Samples computed at once, at most. */
  readonly microBatch: number;
  /** Bytes, and those of them that are taken by other things. */
  readonly budget: number;
  readonly heldBytes: number;
  readonly advice: string;
}

/**
 * The forward program alone, for as many samples at once as wanted and fit; samples that depend on each other all at once.
 * Throws MemoryRefusal.
 */
export function planForward(request: ForwardRequest): Blueprint {
  const { gpu, problem, layout, microBatch, budget, heldBytes, advice } = request;
  const { coupled, batch } = problem;
  const attempt = (samples: number): Blueprint => {
    const forward = drawForward({ layout, ...kernelBounds(gpu), partition: problem.cut(samples) });
    checkPlan([forward.plan], gpu.limits, budget, heldBytes + forward.heldBytes, advice);
    return forward;
  };
  return coupled ? attempt(batch.count) : inParts(batch.count, attempt, Math.min(microBatch, batch.count));
}

/** Throws MemoryRefusal if it does not fit. */
function draft(request: FitRequest, samples: number, probes: number, advice: string): Choice {
  const { gpu, problem, matrix, krylovVectors, host = null, budget, drawings, recompute = false } = request;
  const partition = problem.cut(samples);
  const options = { gpu, partition, probes, krylovVectors, host, budget, recompute, advice };
  const asked = { ...options, ...(matrix && { matrix }), ...(drawings && { drawings }) };
  return { options: asked, plan: HessianOperator.plan(asked) };
}

/** The first of k, k/2, ... 1 vectors that fits. */
function withFewerVectors<T>(probes: number, attempt: (k: number) => T): T {
  for (let k = probes; ; k = Math.ceil(k / 2)) {
    try {
      return attempt(k);
    } catch (error) {
      if (k === 1 || !(error instanceof MemoryRefusal)) throw error;
    }
  }
}

/**
 * About the largest parts that fit, all of nearly the same size. What a program needs grows with its samples, but a part
 * of it (partial sums of weight gradients) does not: each refusal says how much would fit if all of it grew, and so the
 * guesses come down on the answer from above.
 * @param first the first guess
 */
export function inParts<T>(count: number, attempt: (samples: number) => T, first = count): T {
  for (let samples = first; ; ) {
    try {
      return attempt(samples);
    } catch (error) {
      if (samples === 1 || !(error instanceof MemoryRefusal)) throw error;
      const most = Math.max(1, Math.min(samples - 1, Math.floor(samples * error.share)));
      samples = Math.ceil(count / Math.ceil(count / most));
    }
  }
}
