/** The figures as they leave the page: names and legends, which the cards and the embed share. */
import type { ControlValues } from "../store/controls.ts";
import type { Compared } from "../store/kept.ts";
import type { Rank } from "../store/ranks.ts";
import type { RunResult } from "../store/state.ts";
import type { Distributions } from "../store/studyData.ts";
import type { UnitMeasure } from "../store/unitView.ts";
import { figureWords as words } from "../strings/en.ts";
import type { Series } from "./charts/convergenceGeometry.ts";
import type { LegendEntry } from "./export/figureSvg.ts";
import { eigenvalueSymbol } from "./format.ts";
import { runTitle } from "./words.ts";

export interface Figure {
  /** Part of the file's name: `density`. */
  readonly what: string;
  readonly title: string;
  readonly legend: readonly LegendEntry[];
}

/** The shown run first, the others as they are drawn beside it. */
export const densityFigure = (compared: readonly Compared[]): Figure => {
  const legend = (shown: boolean) => compared.filter((run) => run.shown === shown);
  const entry = ({ result }: Compared, sample: string): LegendEntry => ({ text: runTitle(result), sample });
  return {
    what: "density",
    title: words.density,
    legend: [
      ...legend(true).map((run) => entry(run, '[data-curve="shown"]')),
      ...legend(false).map((run, i) => entry(run, `.line.beside-${i + 1}`)),
    ],
  };
};

export const cumulativeFigure = (result: RunResult): Figure => ({
  what: "cumulative",
  title: words.cumulative,
  legend: [{ text: runTitle(result), sample: '[data-curve="shown"]' }],
});

export const layerQuantity = (measure: ControlValues["layerMeasure"]): string =>
  measure === "perParameter" ? words.tracePerParameter : words.trace;

export const layersFigure = (measure: ControlValues["layerMeasure"]): Figure => ({
  what: "layers",
  title: words.byLayer(layerQuantity(measure)),
  legend: [],
});

export const sliceFigure = ({ end, place }: Rank): Figure => ({
  what: `slice-${end}${place + 1}`,
  title: words.slice(eigenvalueSymbol(end, place, "v")),
  legend: [
    { text: words.measured, sample: ".measured" },
    { text: words.parabola, sample: ".parabola" },
  ],
});

/** @param over `over v₁ and v₂` */
export const landscapeFigure = (value: string, over: string, plane: boolean): Figure => ({
  what: `landscape-${value}`,
  title: `${value} ${over}`,
  legend: plane
    ? [
        { text: words.lines(value), sample: ".iso.under" },
        ...(value === "loss" ? [{ text: words.predicted, sample: ".iso.predicted" }] : []),
      ]
    : [
        { text: words.measured, sample: ".measured" },
        ...(value === "loss" ? [{ text: words.predicted, sample: ".parabola" }] : []),
      ],
});

export const vectorFigure = ({ end, place }: Rank): Figure => ({
  what: `vector-${end}${place + 1}`,
  title: words.mass(eigenvalueSymbol(end, place, "v")),
  legend: [],
});

export const unitFigure = (measure: UnitMeasure): Figure => ({
  what: measure === "jacobian" ? "unit-jacobians" : "unit-hessians",
  title: measure === "jacobian" ? words.jacobians : words.unitHessians,
  legend: [
    { text: words.middle, sample: ".middle" },
    { text: words.extremes, sample: ".end.settled" },
    { text: words.notConverged, sample: ".end.unsettled" },
  ],
});

export const sweepFigure: Figure = {
  what: "batch-sizes",
  title: words.batchSizes,
  legend: [
    { text: words.oneBatch, sample: ".batch-dot" },
    { text: words.meanOfSize, sample: ".line" },
  ],
};

export const dataFigure = ({ first, second }: Distributions): Figure => ({
  what: "two-data",
  title: words.twoData,
  legend: [
    { text: first.title, sample: ".line" },
    ...(second === null ? [] : [{ text: second.title, sample: ".line.beside-1" }]),
  ],
});

export const frontFigure: Figure = {
  what: "plan",
  title: words.plans,
  legend: [
    { text: words.bestPlans, sample: ".front" },
    { text: words.measured, sample: ".measured-plan" },
  ],
};

export const blockFigure = (name: string): Figure => ({
  what: "block",
  title: words.block(name),
  legend: [],
});

export const pruneFigure: Figure = {
  what: "prune",
  title: words.pruning,
  legend: [
    { text: words.predictedRise, sample: ".front" },
    { text: words.measured, sample: ".measured-plan" },
  ],
};

export const bitsFigure: Figure = { what: "bits", title: words.bits, legend: [] };

export const treeFigure = (steps: number, copies: boolean): Figure => ({
  what: `ritz-values-step-${steps}`,
  title: words.ritzValues(steps),
  legend: [
    { text: words.notSettled, sample: ".dot.open" },
    { text: words.settled, sample: ".dot.settled" },
    ...(copies ? [{ text: words.copy, sample: ".dot.ghost" }] : []),
  ],
});

export const matrixFigure = (rows: number): Figure => ({
  what: `tridiagonal-${rows}`,
  title: words.tridiagonal(rows),
  legend: [],
});

export const convergenceFigure = (title: string, series: readonly Series[]): Figure => ({
  what: title.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-"),
  title,
  legend: series.map(({ name, look }) => ({ text: name, sample: `.series.${look}` })),
});

/** @throws Error for the reader where a card has no chart now */
export function chartIn(card: Element | null | undefined): SVGSVGElement {
  const chart = card?.querySelector<SVGSVGElement>(".chart > svg");
  if (chart === null || chart === undefined) throw new Error(words.none);
  return chart;
}
