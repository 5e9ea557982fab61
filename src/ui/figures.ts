/** The figures as they leave the page: names and legends, which the cards and the embed share. */

import type { ControlValues } from "../store/controls.ts";
import type { Compared } from "../store/kept.ts";
import type { LandscapeValue } from "../store/landscapes.ts";
import type { Rank } from "../store/ranks.ts";
import type { RunResult } from "../store/state.ts";
import type { Distributions } from "../store/studyData.ts";
import type { UnitMeasure } from "../store/unitView.ts";
import { figures as texts } from "../strings/en.ts";
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
    title: texts.density,
    legend: [
      ...legend(true).map((run) => entry(run, '[data-curve="shown"]')),
      ...legend(false).map((run, i) => entry(run, `.line.beside-${i + 1}`)),
    ],
  };
};

export const cumulativeFigure = (result: RunResult): Figure => ({
  what: "cumulative",
  title: texts.cumulative,
  legend: [{ text: runTitle(result), sample: '[data-curve="shown"]' }],
});

export const layerQuantity = (measure: ControlValues["layerMeasure"]): string => texts.quantity[measure];

export const layersFigure = (measure: ControlValues["layerMeasure"]): Figure => ({
  what: "layers",
  title: texts.byLayer(layerQuantity(measure)),
  legend: [],
});

export const sliceFigure = ({ end, place }: Rank): Figure => ({
  what: `slice-${end}${place + 1}`,
  title: texts.lossAlong(eigenvalueSymbol(end, place, "v")),
  legend: [
    { text: texts.measured, sample: ".measured" },
    { text: texts.predictedAlong, sample: ".parabola" },
  ],
});

/** @param over `over v₁ and v₂` */
export const landscapeFigure = (value: LandscapeValue, over: string, plane: boolean): Figure => ({
  what: `landscape-${value}`,
  title: `${texts.landscape[value]} ${over}`,
  legend: plane
    ? [
        { text: texts.equalLines(texts.landscape[value]), sample: ".iso.under" },
        ...(value === "loss" ? [{ text: texts.predictedAround, sample: ".iso.predicted" }] : []),
      ]
    : [
        { text: texts.measured, sample: ".measured" },
        ...(value === "loss" ? [{ text: texts.predictedAround, sample: ".parabola" }] : []),
      ],
});

export const vectorFigure = ({ end, place }: Rank): Figure => ({
  what: `vector-${end}${place + 1}`,
  title: texts.massByLayer(eigenvalueSymbol(end, place, "v")),
  legend: [],
});

export const unitFigure = (measure: UnitMeasure): Figure => ({
  what: measure === "jacobian" ? "unit-jacobians" : "unit-hessians",
  title: texts.units[measure],
  legend: [
    { text: texts.units.middle, sample: ".middle" },
    { text: texts.units.ends, sample: ".end.settled" },
    { text: texts.units.open, sample: ".end.unsettled" },
  ],
});

export const sweepFigure: Figure = {
  what: "batch-sizes",
  title: texts.sweep.title,
  legend: [
    { text: texts.sweep.batch, sample: ".batch-dot" },
    { text: texts.sweep.mean, sample: ".line" },
  ],
};

export const dataFigure = ({ first, second }: Distributions): Figure => ({
  what: "two-data",
  title: texts.sharesAbove,
  legend: [
    { text: first.title, sample: ".line" },
    ...(second === null ? [] : [{ text: second.title, sample: ".line.beside-1" }]),
  ],
});

export const frontFigure: Figure = {
  what: "plan",
  title: texts.plans,
  legend: [
    { text: texts.bestPlans, sample: ".front" },
    { text: texts.measured, sample: ".measured-plan" },
  ],
};

export const blockFigure = (name: string): Figure => ({
  what: "block",
  title: texts.block(name),
  legend: [],
});

export const pruneFigure: Figure = {
  what: "prune",
  title: texts.channels,
  legend: [
    { text: texts.predicted, sample: ".front" },
    { text: texts.measured, sample: ".measured-plan" },
  ],
};

export const bitsFigure: Figure = { what: "bits", title: texts.bits, legend: [] };

export const treeFigure = (steps: number, copies: boolean): Figure => ({
  what: `ritz-values-step-${steps}`,
  title: texts.ritz.title(steps),
  legend: [
    { text: texts.ritz.open, sample: ".dot.open" },
    { text: texts.ritz.settled, sample: ".dot.settled" },
    ...(copies ? [{ text: texts.ritz.copy, sample: ".dot.ghost" }] : []),
  ],
});

export const matrixFigure = (rows: number): Figure => ({
  what: `tridiagonal-${rows}`,
  title: texts.tridiagonal(rows),
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
  if (chart === null || chart === undefined) throw new Error(texts.none);
  return chart;
}
