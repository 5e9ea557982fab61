/** Sentences that several components share. Pure. */

import type { ControlValues } from "../store/controls.ts";
import type { CumulativeView } from "../store/cumulativeView.ts";
import type { DensityView } from "../store/densityView.ts";
import { isBusy, type RunState } from "../store/runState.ts";
import type { ModelCard, RunResult } from "../store/state.ts";
import { bandWords as bands, densityCard, runEndings, runProgress, runWords } from "../strings/en.ts";
import { bytesText, count, duration, percent, significant } from "./format.ts";

const BATCHNORM: Readonly<Record<RunResult["meaning"]["batchNorm"], string | null>> = {
  ...runWords.batchNorm,
  none: null,
};

const MATRIX: Readonly<Record<RunResult["meaning"]["operator"], string | null>> = {
  ...runWords.matrix,
  hessian: null,
};

/** A dropped file goes by its own name: the title that the engine gives it is its architecture. */
export function modelName(card: ModelCard): string {
  return card.id === null ? card.source : card.title;
}

/** What the samples of a model are called: "16 sentences". */
export const samples = (n: number, { input }: ModelCard): string =>
  (input === "input_ids" ? runWords.sentences : runWords.samples)(n);

/** One line of a legend: what distinguishes one run from another. */
export function runTitle(result: RunResult): string {
  const parts = [
    modelName(result.model),
    MATRIX[result.meaning.operator],
    Array.isArray(result.meaning.parameters) ? runWords.tensors(result.meaning.parameters.length) : null,
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
  return runWords.doubt(names);
}

/** How the numbers were made, after the sentence that says what they mean. */
export function provenance(result: RunResult): string {
  const { settings, spectrum, trace, device, products, seconds } = result;
  const parts = [
    runWords.seed(settings.seed),
    runWords.quadrature(spectrum.nodes.length, settings.steps),
    ...(spectrum.basisInHostMemory ? [runWords.hostBasis(bytesText(spectrum.basisInHostMemory.bytes))] : []),
    ...(spectrum.basisInFile ? [runWords.fileBasis(bytesText(spectrum.basisInFile.bytes))] : []),
    trace.method === "exact" ? runWords.exactTrace : runWords.traceProbes(trace.samples),
    runWords.products(products, duration(seconds)),
    device.software ? runWords.software(device.name) : device.name,
  ];
  return `${parts.join(", ")}.`;
}

/** Why a run lists no eigenvalues; null where it does. */
export function densityOnlyText({ spectrum: { densityOnly, nodes } }: RunResult): string | null {
  if (densityOnly === undefined) return null;
  return runWords.densityOnly(count(densityOnly.ghosts), count(nodes.flat().length));
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
  return densityCard.summary(
    runTitle(result),
    count(all.length),
    significant(Math.min(...all)),
    significant(Math.max(...all)),
    percent(negative),
  );
}

/** The same of the cumulative distribution. */
export const cumulativeSummary = (result: RunResult, { steps, band }: CumulativeView): string =>
  band === null
    ? densityCard.cumulativeSummary(runTitle(result), count(steps.length))
    : densityCard.cumulativeSummaryWithBand(runTitle(result), count(steps.length), percent(band.sampling));

/** What the band of the figure says, and what it does not. */
export function bandWords(
  view: DensityView | null,
  cumulative: { readonly view: CumulativeView; readonly pending: boolean } | null,
  band: ControlValues["band"],
  probes: number,
): string {
  if (cumulative?.pending) return bands.computing;
  if (cumulative !== null)
    return cumulative.view.band === null
      ? bands.lacking
      : bands.cumulative(percent(cumulative.view.band.sampling));
  if (view?.sides)
    return view.sides.zero > 0 ? `${bands.sides} ${bands.notDrawn(percent(view.sides.zero))}` : bands.sides;
  if (probes < 2) return bands.none;
  return (band === "range" ? bands.range : bands.interval)(probes);
}

/** The line under the progress bar. */
export function progressLine(run: RunState): string {
  if (!isBusy(run)) return "";
  if (run.cancelling) return runProgress.cancelling;
  if (run.kind === "starting") return runProgress.startingEngine;
  const { progress, paused } = run;
  if (progress === null) return runProgress.starting;
  const parts = [
    runProgress.phases[progress.phase],
    progress.total > 0 ? runProgress.done(count(progress.done), count(progress.total)) : null,
    paused
      ? runProgress.paused
      : progress.etaSeconds === null
        ? null
        : runProgress.left(duration(progress.etaSeconds)),
  ];
  return parts.filter((part) => part !== null).join(", ");
}

/** What a screen reader is told of a run: each phase, each quarter, each ending; not every product. */
export function announcement(run: RunState): string {
  if (run.kind === "idle") return "";
  if (run.kind === "starting") return runProgress.said.starting;
  if (run.kind === "ended") return endingLine(run);
  if (run.paused) return runProgress.said.paused;
  const { progress } = run;
  if (progress === null || progress.total === 0) return runProgress.said.running;
  const quarter = Math.floor((4 * progress.done) / progress.total) * 25;
  return runProgress.quarter(runProgress.phases[progress.phase], quarter);
}

export function endingLine(run: Extract<RunState, { kind: "ended" }>): string {
  const { ending } = run;
  switch (ending.kind) {
    case "done":
      return runEndings.done[ending.job];
    case "cancelled":
      return ending.kept ? runEndings.cancelledKept : runEndings.cancelled;
    case "lost":
      return runEndings.lost(ending.message);
    case "refused":
    case "failed":
    case "unavailable":
      return ending.message;
  }
}
