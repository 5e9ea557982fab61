/** Sentences that several components share. Pure. */

import type { ControlValues } from "../store/controls.ts";
import type { CumulativeView } from "../store/cumulativeView.ts";
import type { DensityView } from "../store/densityView.ts";
import { isBusy, type RunState } from "../store/runState.ts";
import type { ModelCard, RunResult } from "../store/state.ts";
import { count, duration, percent, significant } from "./format.ts";

const BATCHNORM: Readonly<Record<RunResult["meaning"]["batchNorm"], string | null>> = {
  eval: "BatchNorm running",
  batch: "BatchNorm batch",
  none: null,
};

const MATRIX: Readonly<Record<RunResult["meaning"]["operator"], string | null>> = {
  hessian: null,
  ggn: "Gauss-Newton",
  fisher: "Fisher",
  "fisher-mc": "Fisher, drawn labels",
  "empirical-fisher": "empirical Fisher",
  residual: "Hessian − Gauss-Newton",
};

/** A dropped file goes by its own name: the title that the engine gives it is its architecture. */
export function modelName(card: ModelCard): string {
  return card.id === null ? card.source : card.title;
}

/** What the samples of a model are called: "16 sentences". */
export const samples = (n: number, { input }: ModelCard): string =>
  plural(n, input === "input_ids" ? "sentence" : "sample");

/** One line of a legend: what distinguishes one run from another. */
export function runTitle(result: RunResult): string {
  const parts = [
    modelName(result.model),
    MATRIX[result.meaning.operator],
    Array.isArray(result.meaning.parameters) ? plural(result.meaning.parameters.length, "tensor") : null,
    BATCHNORM[result.meaning.batchNorm],
    samples(result.settings.batchSize, result.model),
  ];
  return parts.filter((part) => part !== null).join(", ");
}

/** Why figures of these runs cannot be trusted; null where every check that was made has passed. */
export function doubtOf(results: readonly RunResult[]): string | null {
  const failed = results.flatMap(({ checks }) => checks.filter(({ passed }) => !passed));
  const names = [...new Set(failed.map(({ name }) => name))];
  if (names.length === 0) return null;
  return `Do not trust this: the ${names.length === 1 ? "check" : "checks"} ${names.join(", ")} failed.`;
}

export function plural(n: number, one: string): string {
  return `${count(n)} ${one}${n === 1 ? "" : "s"}`;
}

/** How the numbers were made, after the sentence that says what they mean. */
export function provenance(result: RunResult): string {
  const { settings, trace, device, products, seconds } = result;
  const parts = [
    `Seed ${settings.seed}`,
    `${plural(result.spectrum.nodes.length, "probe")} of ${plural(settings.steps, "Lanczos step")}`,
    trace.method === "exact" ? "exact trace" : plural(trace.samples, "trace probe"),
    `${plural(products, "product")} in ${duration(seconds)}`,
    `${device.name}${device.software ? " (software)" : ""}`,
  ];
  return `${parts.join(", ")}.`;
}

/** Why a run lists no eigenvalues; null where it does. */
export function densityOnlyText({ spectrum: { densityOnly, nodes } }: RunResult): string | null {
  if (densityOnly === undefined) return null;
  return (
    "No reorthogonalisation: density only. The Krylov basis does not fit the memory, so that eigenvalues come in copies " +
    `(${count(densityOnly.ghosts)} of ${count(nodes.flat().length)} Ritz values) and cannot be listed. ` +
    "Look at fewer tensors, or take fewer steps."
  );
}

/** What the density figure shows, for those who cannot see it. */
export function densitySummary(result: RunResult): string {
  const { nodes, weights } = result.spectrum;
  const all = nodes.flat();
  const negative =
    nodes.reduce(
      (sum, row, probe) =>
        sum + row.reduce((part, theta, j) => part + (theta < 0 ? weights[probe][j] : 0), 0),
      0,
    ) / nodes.length;
  return (
    `Eigenvalue density of ${runTitle(result)}, from ${count(all.length)} Ritz values between ` +
    `${significant(Math.min(...all))} and ${significant(Math.max(...all))}. ` +
    `Eigenvalues below zero hold ${percent(negative)} of the spectrum.`
  );
}

/** The same of the cumulative distribution. */
export const cumulativeSummary = (result: RunResult, { steps, band }: CumulativeView): string =>
  `Cumulative distribution of the eigenvalues of ${runTitle(result)}, in ${count(steps.length)} steps` +
  `${band === null ? "" : `, with a band that holds it everywhere with probability 95 %, at least ${percent(band.sampling)} to either side`}.`;

/** What the band of the figure says, and what it does not. */
export function bandWords(
  view: DensityView | null,
  cumulative: { readonly view: CumulativeView; readonly pending: boolean } | null,
  band: ControlValues["band"],
  probes: number,
): string {
  if (cumulative?.pending) return "Computing the band.";
  if (cumulative !== null)
    return cumulative.view.band === null
      ? "The file lacks the matrices that a band needs."
      : `Band: holds the whole curve with probability 95 %, but for rounding. ±${percent(cumulative.view.band.sampling)} of it more probes would shrink, the rest more steps.`;
  if (view?.sides)
    return `Solid: λ > 0. Dashed: λ < 0.${view.sides.zero > 0 ? ` Not drawn: ${percent(view.sides.zero)}, which is zero within the rounding of float32.` : ""}`;
  if (probes < 2) return "One probe, so no band.";
  return band === "range"
    ? `Band: range over ${plural(probes, "probe")}.`
    : `Band: 95 % interval of the mean at each point over ${plural(probes, "probe")}; not of steps and smoothing.`;
}

const PHASES = {
  loading: "Reading the model",
  compiling: "Compiling shaders",
  recovering: "The GPU was lost and is not given back yet; the run goes on when it is",
  primal: "Loss and gradient",
  lanczos: "Lanczos",
  trace: "Trace",
  checks: "Checking the run",
  slice: "Loss along the vector",
  landscape: "Loss landscape",
  batchSweep: "Batches of doubling size",
  distributions: "Spectra of two data",
  activations: "Hessian in activations",
  jacobian: "Jacobians of units",
  plan: "Quantised weights",
  prune: "Channels",
  vector: "What the eigenvalue is made of",
  layerSpectra: "Spectra of layers",
  subsetEigenvalues: "Subsets of the batch",
} as const;

const DONE = {
  run: "Finished.",
  extend: "Finished.",
  slice: "The slice is measured.",
  landscape: "The landscape is measured.",
  batchSweep: "The batch sizes are measured.",
  distributions: "The two data are compared.",
  activations: "The Hessians in the activations are measured.",
  jacobian: "The Jacobians are measured.",
  plan: "The bit plan is ready.",
  prune: "The pruning plan is ready.",
  vector: "The eigenvalue is explained.",
  layerSpectra: "The spectra of the layers are ready.",
  subsetEigenvalues: "The eigenvalues on the subsets are ready.",
} as const;

/** The line under the progress bar. */
export function progressLine(run: RunState): string {
  if (!isBusy(run)) return "";
  if (run.cancelling) return "Cancelling";
  if (run.kind === "starting") return "Starting the engine and reading the model";
  const { progress, paused } = run;
  if (progress === null) return "Starting";
  const parts = [
    PHASES[progress.phase],
    progress.total > 0 ? `${count(progress.done)} of ${count(progress.total)}` : null,
    paused ? "paused" : progress.etaSeconds === null ? null : `about ${duration(progress.etaSeconds)} left`,
  ];
  return parts.filter((part) => part !== null).join(", ");
}

/** What a screen reader is told of a run: each phase, each quarter, each ending; not every product. */
export function announcement(run: RunState): string {
  if (run.kind === "idle") return "";
  if (run.kind === "starting") return "Starting.";
  if (run.kind === "ended") return endingLine(run);
  if (run.paused) return "Paused.";
  const { progress } = run;
  if (progress === null || progress.total === 0) return "Running.";
  const quarter = Math.floor((4 * progress.done) / progress.total) * 25;
  return `${PHASES[progress.phase]}: ${quarter} % done.`;
}

export function endingLine(run: Extract<RunState, { kind: "ended" }>): string {
  const { ending } = run;
  switch (ending.kind) {
    case "done":
      return DONE[ending.job];
    case "cancelled":
      return ending.kept
        ? "Cancelled. The figure keeps what was measured."
        : "Cancelled before the first result.";
    case "lost":
      return `The GPU was lost: ${ending.message}`;
    case "refused":
    case "failed":
    case "unavailable":
      return ending.message;
  }
}
