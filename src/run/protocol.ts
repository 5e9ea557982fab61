/**
 * What crosses the border between the page and the engine: plain data only, so that the same calls work over a
 * worker port (comlink), on the main thread of a sandboxed iframe, and in Node.
 */

import type { Passport } from "../gpu/passport.ts";
import type { Candidate, LossKind } from "../model/index.ts";
import type { Check, NotChecked } from "./checkTypes.ts";
import type { KernelsUsed, KernelTable, TableSummary } from "./kernelTypes.ts";
import type { Landscape, LandscapeRequest } from "./landscapeTypes.ts";
import type { Answered, Question, QuestionKind } from "./questions.ts";
import type { SizePlan } from "./sizeTypes.ts";
import type { BatchNormMode, DataSource, ModelSource } from "./sources.ts";

export type { FunctionError, Passport } from "../gpu/passport.ts";
export type { SafePath } from "../gpu/safePaths.ts";
export type * from "./activationTypes.ts";
export type { Check, CheckName, NotChecked } from "./checkTypes.ts";
export type * from "./jacobianTypes.ts";
export type { KernelsUsed, KernelTable, TableSummary } from "./kernelTypes.ts";
export type {
  Direction,
  Landscape,
  LandscapeAxis,
  LandscapeMark,
  LandscapeRequest,
} from "./landscapeTypes.ts";
export type * from "./layerTypes.ts";
export type * from "./planTypes.ts";
export type * from "./pruneTypes.ts";
export type { Answered, Question, QuestionKind, Questions } from "./questions.ts";
export type {
  BatchNormMode,
  DataOptions,
  DataSource,
  ModelOptions,
  ModelSource,
  NamedFile,
} from "./sources.ts";
export type * from "./studyTypes.ts";
export type * from "./vectorTypes.ts";
export type { Candidate, LossKind };

/**
 * The matrix that is measured. `ggn`: generalised Gauss-Newton. `fisher`: the expectation over all labels of the model, for these
 * losses the same matrix. `fisher-mc`: labels drawn once. `empirical-fisher`: the labels of the data. `residual`: Hessian minus
 * Gauss-Newton.
 */
export type OperatorKind = "hessian" | "ggn" | "fisher" | "fisher-mc" | "empirical-fisher" | "residual";

/**
 * How the trace is measured. `exact`: the closed sum of the Gauss-Newton matrix over samples and classes, which is that of the
 * Hessian in piecewise linear networks.
 */
export type TraceMethod = "hutchinson" | "hutch++" | "xtrace" | "exact";

/** Everything that decides the numbers of a run, apart from the model, the data and the device. */
export interface RunSettings {
  /** BatchNorm: running statistics (`eval`) or the statistics of the batch itself (`batch`). */
  readonly bn: BatchNormMode;
  /** `range`: the samples from `start` on. `random`: drawn from all by `dataSeed`, without replacement. */
  readonly draw: "range" | "random";
  /** First sample of the data file, for a range. */
  readonly start: number;
  /** u32, for a random batch. */
  readonly dataSeed: number;
  /** Samples. */
  readonly batchSize: number;
  /** Default: the Hessian. */
  readonly operator?: OperatorKind;
  /** Patterns over tensor names (params.ts): the block of these tensors. Default: all. */
  readonly params?: readonly string[];
  /** lambda: the matrix gets lambda I more. Default 0. */
  readonly weightDecay?: number;
  /** Samples computed at once: the batch is cut into such parts. Null for as many as fit the memory. */
  readonly microBatch: number | null;
  /** Lanczos steps per probe. */
  readonly steps: number;
  /** Probes of the stochastic Lanczos quadrature. */
  readonly probes: number;
  /** Probes of the trace estimate; those beyond `probes` cost one product each. Other methods: products in all. */
  readonly traceProbes: number;
  /** `auto`: exact where a closed sum gives it, else the sharpest estimate (traceMethod.ts). Default: Hutchinson. */
  readonly traceMethod?: TraceMethod | "auto";
  readonly seed: number;
  /** How many extreme Ritz values to report at each end. */
  readonly top: number;
  readonly bottom: number;
}

export interface ModelCard {
  /** Bundled id, or null for a file. */
  readonly id: string | null;
  readonly title: string;
  /** e.g. "CIFAR ResNet-20 with BatchNorm, option-A skip connections". */
  readonly architecture: string;
  readonly family: string;
  readonly parameterCount: number;
  /** The trainable tensors in the order of the parameter vector. */
  readonly tensors: readonly {
    readonly name: string;
    readonly shape: readonly number[];
    readonly size: number;
    /** Part of the network, such as `layer1` or `embeddings`. Results of engine 0.1.0 do not have it. */
    readonly group?: string;
  }[];
  readonly hasBatchNorm: boolean;
  /** Parts whose Jacobians can be measured, in the order of the forward pass; absent where they are not known. */
  readonly units?: readonly string[];
  /** ONNX: all tensors that could be trained, and whether they are. */
  readonly candidates?: readonly Candidate[];
  /** What the network takes. Absent in results of before text was read: images or vectors. */
  readonly input?: "images" | "x" | "input_ids" | "arrays";
  readonly classes: number;
  readonly source: string;
  readonly sha256: string;
  readonly data: DataCard;
  readonly warnings: readonly string[];
}

export interface DataCard {
  readonly source: string;
  readonly sha256: string;
  readonly split: string;
  /** Samples in the file. */
  readonly available: number;
  /** By class number; fewer than the model has classes where the data have fewer. */
  readonly classNames: readonly string[] | null;
  /** Of the channels, where 8-bit images are normalised by them. Older results do not have them. */
  readonly mean?: readonly number[];
  readonly std?: readonly number[];
}

export interface DeviceReport {
  /** e.g. "NVIDIA H200" or "SwiftShader Device". */
  readonly name: string;
  readonly vendor: string;
  readonly architecture: string;
  /** A software adapter: right numbers, slowly. */
  readonly software: boolean;
  readonly host: "worker" | "main" | "node";
  readonly limits: {
    readonly maxBufferSize: number;
    readonly maxStorageBufferBindingSize: number;
    readonly maxComputeWorkgroupStorageSize: number;
    readonly maxComputeInvocationsPerWorkgroup: number;
  };
  readonly features: readonly string[];
  /** Bytes that a run may take in all. Absent in older results, as the passport is. */
  readonly budget?: number;
  /** What the arithmetic of this device is worth; absent until it has been measured. */
  readonly passport?: Passport;
}

export interface RitzValue {
  readonly value: number;
  /** |beta_m s_mi|: an eigenvalue of H lies within this distance. */
  readonly residual: number;
  readonly converged: boolean;
  /** Which probe's Lanczos run it comes from, and its place (ascending) among that run's Ritz values. */
  readonly probe: number;
  readonly index: number;
}

export interface Estimate {
  readonly estimate: number;
  /** Null where one sample says nothing about the spread. */
  readonly standardError: number | null;
  /** Student-t interval. */
  readonly interval95: readonly [number, number] | null;
}

export interface LayerTrace extends Estimate {
  readonly name: string;
  /** Parameters in the tensor. */
  readonly size: number;
}

/** Measured loss along theta + step * direction, direction a unit vector. */
export interface LossSlice {
  readonly rank: { readonly end: "top" | "bottom"; readonly place: number };
  /** Of the matrix that was measured, without its weight decay, which the loss does not have either. */
  readonly eigenvalue: number;
  /** Slope at 0: g . direction. */
  readonly slope: number;
  readonly steps: readonly number[];
  readonly loss: readonly number[];
}

/** The result file (docs/file-formats.md). Enough to repeat the run and to draw every figure. */
export interface RunResult {
  readonly schema: "eigenscope-result";
  readonly version: 1;
  readonly engine: string;
  readonly model: ModelCard;
  readonly settings: RunSettings;
  /** Samples that were computed at once: the whole batch, or the parts that it was cut into. */
  readonly microBatch: number;
  /** Places in the data file of a random batch, ascending; null for a range. */
  readonly drawn: readonly number[] | null;
  /** What the numbers mean, in fixed words and in one sentence. */
  readonly meaning: {
    readonly operator: OperatorKind;
    readonly loss: LossKind;
    readonly reduction: "mean over samples" | "mean over labelled tokens" | "mean over samples and outputs";
    readonly batchNorm: BatchNormMode | "none";
    readonly dropout: "none";
    readonly weightDecay: number;
    /** Names of the tensors where not all are looked at. */
    readonly parameters: "all" | readonly string[];
    readonly precision: "float32";
    readonly sentence: string;
  };
  readonly loss: number;
  /** null where the loss needs no labels. */
  readonly accuracy: number | null;
  /** Of the loss, over all parameters. */
  readonly gradientNorm: number;
  /** Rows of the matrix: parameters that are looked at. */
  readonly parameterCount: number;
  readonly eigenvalues: { readonly top: readonly RitzValue[]; readonly bottom: readonly RitzValue[] };
  readonly trace: Estimate & {
    /** Samples behind the interval; 0 where the trace is exact. */
    readonly samples: number;
    /** Hutchinson where absent. */
    readonly method?: TraceMethod;
    /** Why this method was chosen and what it costs; absent where it was asked for by name. */
    readonly reason?: string;
    /** Empty where the method gives the total alone. */
    readonly perLayer: readonly LayerTrace[];
  };
  readonly spectrum: {
    /** One row per probe: Ritz values, ascending. */
    readonly nodes: readonly (readonly number[])[];
    /** One row per probe: squared first components; each row sums to 1. */
    readonly weights: readonly (readonly number[])[];
    /** The tridiagonal matrices that the device used. */
    readonly alpha: readonly (readonly number[])[];
    readonly beta: readonly (readonly number[])[];
    /**
     * Two vectors were held in place of the basis, which did not fit: without reorthogonalisation the nodes are a density and no
     * eigenvalues, `ghosts` of them being copies of settled ones, and `eigenvalues` is empty. Absent otherwise.
     */
    readonly densityOnly?: { readonly ghosts: number };
    /** The Krylov basis did not fit the device: it lay in host memory, and was read four times a step. Absent otherwise. */
    readonly basisInHostMemory?: { readonly bytes: number };
    /** The same in a file, where host memory did not suffice either. Absent otherwise. */
    readonly basisInFile?: { readonly bytes: number };
  };
  readonly slices: readonly LossSlice[];
  /** Absent where none was measured. */
  readonly landscapes?: readonly Landscape[];
  /** What the run was asked beside that; absent where nothing was. */
  readonly answers?: readonly Answered[];
  readonly checks: readonly Check[];
  /** Checks that were not made, with the reason; absent in older results. */
  readonly notChecked?: readonly NotChecked[];
  readonly device: DeviceReport;
  /** How often the device was lost and the run went on with a new one; absent where never. */
  readonly losses?: number;
  /** Tilings of kernels that were measured on the device and decide the last bits; absent where all are the usual ones. */
  readonly kernels?: KernelsUsed;
  /** Hessian-vector products spent. */
  readonly products: number;
  readonly seconds: number;
}

export interface Progress {
  readonly phase:
    | ("loading" | "compiling" | "recovering" | "primal" | "lanczos" | "trace" | "checks")
    | ("slice" | "landscape" | "kernels")
    | QuestionKind;
  /** Products done and planned. */
  readonly done: number;
  readonly total: number;
  /** Null until a rate has been measured. */
  readonly etaSeconds: number | null;
}

export type RunEvent =
  | { readonly type: "progress"; readonly progress: Progress }
  | { readonly type: "snapshot"; readonly result: RunResult };

/** How a run ended. `cancelled` and `lost` keep what was known. */
export type RunOutcome =
  | { readonly kind: "done"; readonly result: RunResult }
  | { readonly kind: "cancelled"; readonly result: RunResult | null }
  | { readonly kind: "lost"; readonly message: string; readonly result: RunResult | null }
  /** Too large for the device, or a bad request; the message says what would fit. With what is known, where a disk was full. */
  | { readonly kind: "refused"; readonly message: string; readonly result?: RunResult }
  | { readonly kind: "failed"; readonly message: string };

/** What a batch is and how the model does on it, without any derivative. */
export interface Inspection {
  readonly loss: number;
  /** Null where nothing is labelled. */
  readonly accuracy: number | null;
  /** Of the samples as they enter the network, e.g. [128,32,32,3]: samples, height, width, channels. */
  readonly shape: readonly number[];
  /** Of the numbers that enter the network: per channel for images, one value for vectors, none for tokens. */
  readonly mean: readonly number[];
  readonly std: readonly number[];
  /** Samples per class; none where the classes are words or numbers. */
  readonly classCounts: readonly number[];
  /** Tokens of the shortest sentence, of the mean and of the longest; null where samples are no sentences. */
  readonly tokens: { readonly least: number; readonly mean: number; readonly most: number } | null;
  /** Places in the data file of a random batch, ascending; null for a range. */
  readonly drawn: readonly number[] | null;
}

export type Inspected =
  | { readonly kind: "inspected"; readonly inspection: Inspection }
  | Exclude<RunOutcome, { readonly kind: "done" }>;

/** The settings that choose a batch. */
export type BatchSettings = Pick<
  RunSettings,
  "bn" | "draw" | "start" | "dataSeed" | "batchSize" | "microBatch"
>;

export type Loaded =
  | { readonly kind: "loaded"; readonly card: ModelCard }
  | { readonly kind: "refused"; readonly message: string };

export type DeviceAnswer =
  | { readonly kind: "device"; readonly device: DeviceReport }
  | { readonly kind: "unavailable"; readonly message: string };

/** What size fits the device, or that there is none. */
export type SizesAnswer =
  | { readonly kind: "planned"; readonly sizes: readonly SizePlan[] }
  | Exclude<DeviceAnswer, { readonly kind: "device" }>;

/** A table, or why there is none. */
export type Tuned =
  | { readonly kind: "tuned"; readonly table: KernelTable }
  | Exclude<RunOutcome, { readonly kind: "done" }>;

/** Whether a table is in use now. */
export type KernelsAnswer =
  | { readonly kind: "used"; readonly table: TableSummary | null }
  /** The message says why; the table before stays. */
  | { readonly kind: "refused"; readonly message: string }
  | Exclude<DeviceAnswer, { readonly kind: "device" }>;

export interface Engine {
  /** Asks for the GPU; the answer is remembered. */
  device(): Promise<DeviceAnswer>;
  /** The same with the numerics passport, which is measured once. */
  examine(): Promise<DeviceAnswer>;
  /** Large published networks planned for the device as a run would plan them; nothing is allocated. */
  sizes(): Promise<SizesAnswer>;
  /** Measures how fast the tilings are that the kernels of such a run may have; a run that is shown stays as it is. */
  tune(settings: RunSettings, onEvent: (event: RunEvent) => void): Promise<Tuned>;
  /** What runs from now on do their work by: a table of `tune`, as JSON, or null for the usual tilings. */
  takeKernels(table: Uint8Array | null, file: string): Promise<KernelsAnswer>;
  load(model: ModelSource, data: DataSource): Promise<Loaded>;
  /** Loss, accuracy and statistics of a batch of the loaded model; a run that is shown stays as it is. */
  inspect(settings: BatchSettings): Promise<Inspected>;
  /** Loss, gradient, spectrum and trace of the loaded model. One run at a time. */
  run(settings: RunSettings, onEvent: (event: RunEvent) => void): Promise<RunOutcome>;
  /** More steps per probe and/or more probes for the finished or cancelled run, without starting again. */
  extend(
    more: { readonly steps: number; readonly probes: number },
    onEvent: (event: RunEvent) => void,
  ): Promise<RunOutcome>;
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** Takes effect after the current submit, within 100 ms of it. */
  cancel(): Promise<void>;
  /** Loss along the Ritz vector of `eigenvalues[end][place]` of the last run, +-radius in `points` steps. */
  slice(
    rank: LossSlice["rank"],
    options: { readonly radius: number; readonly points: number },
    onEvent: (event: RunEvent) => void,
  ): Promise<RunOutcome>;
  /** Loss and accuracy over a line or plane through the weights of the last run, as far as a cancel lets it come. */
  landscape(request: LandscapeRequest, onEvent: (event: RunEvent) => void): Promise<RunOutcome>;
  /** Whatever else there is to ask of the last run; the answer is in the result, under `answers`. */
  ask(question: Question, onEvent: (event: RunEvent) => void): Promise<RunOutcome>;
}
