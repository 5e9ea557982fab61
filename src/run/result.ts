/** From what the engine knows to the result file: plain data, documented in docs/file-formats.md. */

import type {
  LanczosColumn,
  RitzValue as RunRitzValue,
  SlqResult,
  TraceEstimate,
} from "../spectrum/index.ts";
import type { Trust } from "./checkTypes.ts";
import type { BasisOnHost } from "./hessian.ts";
import type { LoadedModel } from "./load.ts";
import type { Problem } from "./problem.ts";
import type {
  Answered,
  DeviceReport,
  KernelsUsed,
  Landscape,
  LossSlice,
  OperatorKind,
  RitzValue,
  RunResult,
  RunSettings,
  TraceMethod,
} from "./protocol.ts";

/** The version in package.json, put in by the bundler. */
declare const __VERSION__: string;

/** What the primal program gives. */
export interface AtWeights {
  readonly loss: number;
  readonly accuracy: number | null;
  readonly gradientNorm: number;
}

export interface ResultParts {
  readonly loaded: LoadedModel;
  readonly problem: Problem;
  readonly settings: RunSettings;
  /** Samples computed at once. */
  readonly microBatch: number;
  /** Of the Krylov basis in host memory; 0 where the device held it. */
  readonly basisOnHost: BasisOnHost;
  /** Rows of the matrix. */
  readonly n: number;
  /** Names of the tensors of a block; null for all. */
  readonly tensors: readonly string[] | null;
  readonly atWeights: AtWeights;
  readonly spectrum: SlqResult;
  /** The tridiagonal matrices, in the order of `spectrum.probes`. */
  readonly columns: readonly LanczosColumn[];
  /** By another method than the quadrature's own probes; null for these. */
  readonly trace: { readonly trace: TraceEstimate; readonly method: TraceMethod } | null;
  /** Why its method was chosen; null where it was asked for. */
  readonly traceReason: string | null;
  readonly slices: readonly LossSlice[];
  readonly landscapes: readonly Landscape[];
  readonly answers: readonly Answered[];
  readonly trust: Trust;
  readonly device: DeviceReport;
  readonly losses: number;
  readonly kernels: KernelsUsed | null;
  readonly products: number;
  readonly seconds: number;
}

export function makeResult(parts: ResultParts): RunResult {
  const { loaded, settings, atWeights, spectrum, columns } = parts;
  const { card } = loaded;
  const { trace, method } = parts.trace ?? { trace: spectrum.trace, method: "hutchinson" };
  const mode = card.hasBatchNorm ? settings.bn : "none";
  return {
    schema: "eigenscope-result",
    version: 1,
    engine: `Eigenscope ${__VERSION__}`,
    model: card,
    settings,
    microBatch: parts.microBatch,
    drawn: parts.problem.batch.drawn === null ? null : [...parts.problem.batch.drawn],
    meaning: {
      operator: settings.operator ?? "hessian",
      loss: loaded.loss,
      reduction: reductionOf(loaded),
      batchNorm: mode,
      dropout: "none",
      weightDecay: settings.weightDecay ?? 0,
      parameters: parts.tensors ?? "all",
      precision: "float32",
      sentence: sentenceFor(parts, mode),
    },
    ...atWeights,
    parameterCount: parts.n,
    eigenvalues: { top: spectrum.top.map(ritz), bottom: spectrum.bottom.map(ritz) },
    trace: {
      // Without a sample there is no estimate: null in the file.
      estimate: trace?.estimate ?? Number.NaN,
      standardError: trace?.standardError ?? null,
      interval95: trace?.interval95 ?? null,
      samples: trace?.samples ?? 0,
      method,
      ...(parts.traceReason === null ? {} : { reason: parts.traceReason }),
      perLayer: trace?.perSegment ?? [],
    },
    spectrum: {
      nodes: spectrum.nodes,
      weights: spectrum.weights,
      alpha: columns.map((c) => c.alpha),
      beta: columns.map((c) => c.beta),
      ...(spectrum.memory === "two vectors" ? { densityOnly: { ghosts: spectrum.ghosts } } : {}),
      ...basisOnHost(parts.basisOnHost),
    },
    slices: parts.slices,
    ...(parts.landscapes.length === 0 ? {} : { landscapes: parts.landscapes }),
    ...(parts.answers.length === 0 ? {} : { answers: parts.answers }),
    ...parts.trust,
    device: parts.device,
    ...(parts.losses === 0 ? {} : { losses: parts.losses }),
    ...(parts.kernels === null ? {} : { kernels: parts.kernels }),
    products: parts.products,
    seconds: parts.seconds,
  };
}

function basisOnHost({ hostBytes: bytes, onDisk }: BasisOnHost): Partial<RunResult["spectrum"]> {
  if (bytes === 0) return {};
  return onDisk ? { basisInFile: { bytes } } : { basisInHostMemory: { bytes } };
}

const ritz = ({ value, residual, converged, probe, index }: RunRitzValue): RitzValue => ({
  value,
  residual,
  converged,
  probe,
  index,
});

const labelsTokens = ({ model: { architecture } }: LoadedModel): boolean =>
  architecture.input.name === "input_ids" && architecture.input.labels === "tokens";

function reductionOf(loaded: LoadedModel): RunResult["meaning"]["reduction"] {
  if (loaded.loss === "mean-squared-error") return "mean over samples and outputs";
  return labelsTokens(loaded) ? "mean over labelled tokens" : "mean over samples";
}

const MATRICES: Readonly<Record<OperatorKind, string>> = {
  hessian: "Hessian",
  ggn: "Generalised Gauss-Newton matrix",
  fisher: "Fisher matrix (expectation over all labels)",
  "fisher-mc": "Fisher matrix (labels drawn from the model)",
  "empirical-fisher": "Empirical Fisher matrix (labels of the data)",
  residual: "Hessian minus generalised Gauss-Newton matrix",
};

function sentenceFor(parts: ResultParts, mode: "eval" | "batch" | "none"): string {
  const { loaded, problem, settings, tensors, n } = parts;
  const { card } = loaded;
  const { architecture } = loaded.model;
  const { count, start, drawn, available } = problem.batch;
  const samples = { images: "images", x: "samples", input_ids: "sentences", arrays: "samples" }[
    architecture.input.name
  ];
  const norm = {
    eval: "BatchNorm in eval mode (running statistics)",
    batch: "BatchNorm with the statistics of this batch",
    none: "no BatchNorm",
  }[mode];
  const total = card.parameterCount.toLocaleString("en-US");
  const chosen = card.candidates?.some(({ byDefault, chosen: taken }) => byDefault !== taken) ?? false;
  const all = chosen ? `the ${total} parameters of the tensors chosen` : `all ${total} parameters`;
  const part = `${n.toLocaleString("en-US")} of ${all} (${tensors?.length} of ${card.tensors.length} tensors)`;
  const which = tensors === null ? all : part;
  const decay = settings.weightDecay ? `weight decay ${settings.weightDecay}` : "no weight decay";
  const matrix = MATRICES[settings.operator ?? "hessian"];
  const rows = problem.batch.labels?.length ?? count;
  const counted = labelsTokens(loaded)
    ? `${rows} labelled token${rows === 1 ? "" : "s"} of ${count} ${samples}`
    : `${count} ${samples}`;
  const loss = loaded.loss === "cross-entropy" ? "mean cross-entropy" : "mean squared error";
  const range =
    drawn === null
      ? `${samples} ${start} to ${start + count - 1}`
      : `${samples} drawn with seed ${settings.dataSeed} from the ${available}`;
  return `${matrix} of the ${loss} over ${counted} (${range} of ${card.data.source}), ${norm}, no dropout, ${decay}, ${which}, float32.`;
}
