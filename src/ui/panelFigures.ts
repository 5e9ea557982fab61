/** The figures of the panels that load later, as they leave the page. */
import type { LandscapeValue } from "../store/landscapes.ts";
import type { Distributions } from "../store/studyData.ts";
import type { UnitMeasure } from "../store/unitView.ts";
import { cells, figures, panelFigures as words } from "../strings/en.ts";
import type { Series } from "./charts/convergenceGeometry.ts";
import type { Figure } from "./figures.ts";

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
        { text: figures.measured, sample: ".measured" },
        ...(value === "loss" ? [{ text: words.predictedAround, sample: ".parabola" }] : []),
      ],
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
    { text: figures.measured, sample: ".measured-plan" },
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
    { text: figures.measured, sample: ".measured-plan" },
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
