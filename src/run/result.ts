/** From what the engine knows to the result file: plain data, documented in docs/file-formats.md. */

import type { LanczosColumn, RitzValue as RunRitzValue, SlqResult } from "../spectrum/index.ts";
import type { LoadedModel } from "./load.ts";
import type { Problem } from "./problem.ts";
import type {
  Check,
  DeviceReport,
  Landscape,
  LossSlice,
  RitzValue,
  RunResult,
  RunSettings,
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
  readonly atWeights: AtWeights;
  readonly spectrum: SlqResult;
  /** The tridiagonal matrices, in the order of `spectrum.probes`. */
  readonly columns: readonly LanczosColumn[];
  readonly slices: readonly LossSlice[];
  readonly landscapes: readonly Landscape[];
  readonly checks: readonly Check[];
  readonly device: DeviceReport;
  readonly products: number;
  readonly seconds: number;
}

export function makeResult(parts: ResultParts): RunResult {
  const { loaded, problem, settings, atWeights, spectrum, columns } = parts;
  const { card } = loaded;
  const { trace } = spectrum;
  const mode = card.hasBatchNorm ? settings.bn : "none";
  return {
    schema: "eigenscope-result",
    version: 1,
    engine: `Eigenscope ${__VERSION__}`,
    model: card,
    settings,
    microBatch: parts.microBatch,
    drawn: problem.batch.drawn === null ? null : [...problem.batch.drawn],
    meaning: {
      operator: "hessian",
      loss: loaded.loss,
      reduction: reductionOf(loaded),
      batchNorm: mode,
      dropout: "none",
      weightDecay: 0,
      parameters: "all",
      precision: "float32",
      sentence: sentenceFor(parts, mode),
    },
    ...atWeights,
    parameterCount: problem.parameters.length,
    eigenvalues: { top: spectrum.top.map(ritz), bottom: spectrum.bottom.map(ritz) },
    trace: {
      // Without a sample there is no estimate: null in the file.
      estimate: trace?.estimate ?? Number.NaN,
      standardError: trace?.standardError ?? null,
      interval95: trace?.interval95 ?? null,
      samples: trace?.samples ?? 0,
      perLayer: trace?.perSegment ?? [],
    },
    spectrum: {
      nodes: spectrum.nodes,
      weights: spectrum.weights,
      alpha: columns.map((c) => c.alpha),
      beta: columns.map((c) => c.beta),
    },
    slices: parts.slices,
    ...(parts.landscapes.length === 0 ? {} : { landscapes: parts.landscapes }),
    checks: parts.checks,
    device: parts.device,
    products: parts.products,
    seconds: parts.seconds,
  };
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

function sentenceFor({ loaded, problem, settings }: ResultParts, mode: "eval" | "batch" | "none"): string {
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
  const parameters = card.parameterCount.toLocaleString("en-US");
  const chosen = card.candidates?.some(({ byDefault, chosen: taken }) => byDefault !== taken) ?? false;
  const which = chosen
    ? `the ${parameters} parameters of the tensors chosen`
    : `all ${parameters} parameters`;
  const rows = problem.batch.labels?.length ?? count;
  const counted = labelsTokens(loaded)
    ? `${rows} labelled token${rows === 1 ? "" : "s"} of ${count} ${samples}`
    : `${count} ${samples}`;
  const loss = loaded.loss === "cross-entropy" ? "mean cross-entropy" : "mean squared error";
  const range =
    drawn === null
      ? `${samples} ${start} to ${start + count - 1}`
      : `${samples} drawn with seed ${settings.dataSeed} from the ${available}`;
  return `Hessian of the ${loss} over ${counted} (${range} of ${card.data.source}), ${norm}, no dropout, no weight decay, ${which}, float32.`;
}
