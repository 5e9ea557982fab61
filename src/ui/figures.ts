/** The figures as they leave the page: names and legends, which the cards and the embed share. */
import type { ControlValues } from "../store/controls.ts";
import type { Compared } from "../store/kept.ts";
import type { LandscapeValue } from "../store/landscapes.ts";
import type { Rank } from "../store/ranks.ts";
import type { RunResult } from "../store/state.ts";
import type { Distributions } from "../store/studyData.ts";
import type { UnitMeasure } from "../store/unitView.ts";
import { cells, figures as words } from "../strings/en.ts";
import type { Series } from "./charts/convergenceGeometry.ts";
import type { LegendEntry } from "./export/figureSvg.ts";
import { eigenvalueSymbol } from "./format.ts";
import { runTitle } from "./words.ts";

export interface Figure {
  /** Part of the file's name: `density`. */
  readonly name: string;
  readonly title: string;
  readonly legend: readonly LegendEntry[];
}

/** The shown run first, the others as they are drawn beside it. */
export const densityFigure = (compared: readonly Compared[]): Figure => {
  const legend = (shown: boolean) => compared.filter((run) => run.shown === shown);
  const entry = ({ result }: Compared, sample: string): LegendEntry => ({ text: runTitle(result), sample });
  return {
    name: "density",
    title: words.density,
    legend: [
      ...legend(true).map((run) => entry(run, '[data-curve="shown"]')),
      ...legend(false).map((run, i) => entry(run, `.line.beside-${i + 1}`)),
    ],
  };
};

export const cumulativeFigure = (result: RunResult): Figure => ({
  name: "cumulative",
  title: words.cumulative,
  legend: [{ text: runTitle(result), sample: '[data-curve="shown"]' }],
});

export const layerQuantity = (measure: ControlValues["layerMeasure"]): string => words.quantity[measure];

export const layersFigure = (measure: ControlValues["layerMeasure"]): Figure => ({
  name: "layers",
  title: words.byLayer(layerQuantity(measure)),
  legend: [],
});

export const sliceFigure = ({ end, place }: Rank): Figure => ({
  name: `slice-${end}${place + 1}`,
  title: words.lossAlong(eigenvalueSymbol(end, place, "v")),
  legend: [
    { text: words.measured, sample: ".measured" },
    { text: words.predictedAlong, sample: ".parabola" },
  ],
});

/** @param over `over v₁ and v₂` */
export const landscapeFigure = (value: LandscapeValue, over: string, plane: boolean): Figure => ({
  name: `landscape-${value}`,
  title: `${words.landscape[value]} ${over}`,
  legend: plane
    ? [
        { text: words.equalLines(words.landscape[value]), sample: ".iso.under" },
        ...(value === "loss" ? [{ text: words.predictedAround, sample: ".iso.predicted" }] : []),
      ]
    : [
        { text: words.measured, sample: ".measured" },
        ...(value === "loss" ? [{ text: words.predictedAround, sample: ".parabola" }] : []),
      ],
});

export const vectorFigure = ({ end, place }: Rank): Figure => ({
  name: `vector-${end}${place + 1}`,
  title: words.massByLayer(eigenvalueSymbol(end, place, "v")),
  legend: [],
});

export const unitFigure = (measure: UnitMeasure): Figure => ({
  name: measure === "jacobian" ? "unit-jacobians" : "unit-hessians",
  title: words.units[measure],
  legend: [
    { text: words.units.middle, sample: ".middle" },
    { text: words.units.ends, sample: ".end.settled" },
    { text: cells.notConverged, sample: ".end.unsettled" },
  ],
});

export const sweepFigure: Figure = {
  name: "batch-sizes",
  title: words.sweep.title,
  legend: [
    { text: words.sweep.batch, sample: ".batch-dot" },
    { text: words.sweep.mean, sample: ".line" },
  ],
};

export const dataFigure = ({ first, second }: Distributions): Figure => ({
  name: "two-data",
  title: words.sharesAbove,
  legend: [
    { text: first.title, sample: ".line" },
    ...(second === null ? [] : [{ text: second.title, sample: ".line.beside-1" }]),
  ],
});

export const frontFigure: Figure = {
  name: "plan",
  title: words.plans,
  legend: [
    { text: words.bestPlans, sample: ".front" },
    { text: words.measured, sample: ".measured-plan" },
  ],
};

export const blockFigure = (name: string): Figure => ({
  name: "block",
  title: words.block(name),
  legend: [],
});

export const pruneFigure: Figure = {
  name: "prune",
  title: words.channels,
  legend: [
    { text: words.predicted, sample: ".front" },
    { text: words.measured, sample: ".measured-plan" },
  ],
};

export const bitsFigure: Figure = { name: "bits", title: words.bits, legend: [] };

export const treeFigure = (steps: number, copies: boolean): Figure => ({
  name: `ritz-values-step-${steps}`,
  title: words.ritz.title(steps),
  legend: [
    { text: words.ritz.open, sample: ".dot.open" },
    { text: words.ritz.settled, sample: ".dot.settled" },
    ...(copies ? [{ text: words.ritz.copy, sample: ".dot.ghost" }] : []),
  ],
});

export const matrixFigure = (rows: number): Figure => ({
  name: `tridiagonal-${rows}`,
  title: words.tridiagonal(rows),
  legend: [],
});

export const convergenceFigure = (title: string, series: readonly Series[]): Figure => ({
  name: title.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-"),
  title,
  legend: series.map(({ name, look }) => ({ text: name, sample: `.series.${look}` })),
});

/** @throws Error for the reader where a card has no chart now */
export function chartIn(card: Element | null | undefined): SVGSVGElement {
  const chart = card?.querySelector<SVGSVGElement>(".chart > svg");
  if (chart === null || chart === undefined) throw new Error(words.none);
  return chart;
}
