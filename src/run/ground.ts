/** What a measurement may use of the run that it belongs to. */

import type { GpuVector } from "../gpu/vectors.ts";
import type { SlqRun, TraceSample } from "../spectrum/index.ts";
import type { Engines } from "./device.ts";
import type { ForwardOptions } from "./forward.ts";
import type { HessianOperator } from "./hessian.ts";
import type { LoadedModel } from "./load.ts";
import type { Matrix } from "./matrix.ts";
import type { Problem } from "./problem.ts";
import type { LossSlice, Progress, RunEvent, RunResult, RunSettings } from "./protocol.ts";
import type { AtWeights } from "./result.ts";

/** A Ritz vector of unit length over all parameters in file order. */
export interface RitzVector {
  readonly vector: Float64Array;
  /** Of the loss: without the weight decay of the run. */
  readonly eigenvalue: number;
}

export interface Ground extends Engines {
  readonly loaded: LoadedModel;
  readonly settings: RunSettings;
  /** A software adapter: right numbers, slowly. */
  readonly software: boolean;
  readonly problem: Problem;
  readonly matrix: Matrix;
  readonly operator: HessianOperator;
  readonly slq: SlqRun<GpuVector>;
  readonly atWeights: AtWeights;
  /** Of the loss, over all parameters in file order. */
  readonly gradient: Float64Array;
  /** Bytes that a run may take in all. */
  readonly budget: number;
  /** The result as it stands. */
  result(): RunResult;
  /** Of the trace, whose segments are the tensors of `result().trace.perLayer`; null where another method gave it. */
  traceSamples(): readonly TraceSample[] | null;
  /** Throws RunRefusal where the run has no such value. */
  ritz(rank: LossSlice["rank"], signal: AbortSignal): Promise<RitzVector>;
  /** The run's matrix times v, over all parameters in file order; of a block, with its part, and zero elsewhere. */
  product(v: Float32Array): Promise<Float64Array>;
  /** H v; null where the run multiplies with another matrix, or with a block that v reaches out of. */
  hessianTimes(v: Float32Array): Promise<Float64Array | null>;
  /** What a forward program of the run's batch needs. */
  forward(): ForwardOptions;
}

export interface JobContext {
  readonly signal: AbortSignal;
  /** Waits while paused. */
  readonly gate: () => Promise<void>;
  readonly onProgress: (progress: Progress) => void;
}

/** A job as the engine begins it. */
export interface RunContext {
  readonly signal: AbortSignal;
  readonly onEvent: (event: RunEvent) => void;
  /** Resolves at once, or when a paused run goes on. */
  readonly gate: () => Promise<void>;
  /** The job was begun on a device that was lost. */
  readonly again?: boolean;
}

export const jobContext = ({ signal, gate, onEvent }: RunContext): JobContext => ({
  ...{ signal, gate },
  onProgress: (progress) => onEvent({ type: "progress", progress }),
});
