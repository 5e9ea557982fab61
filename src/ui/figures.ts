/** The figures as they leave the page: names and legends, which the cards and the embed share. */
import type { ControlValues } from "../store/controls.ts";
import type { Compared } from "../store/kept.ts";
import type { Rank } from "../store/ranks.ts";
import type { RunResult } from "../store/state.ts";
import type { Distributions } from "../store/studyData.ts";
import type { UnitMeasure } from "../store/unitView.ts";
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
    title: "Eigenvalue density",
    legend: [
      ...legend(true).map((run) => entry(run, '[data-curve="shown"]')),
      ...legend(false).map((run, i) => entry(run, `.line.beside-${i + 1}`)),
    ],
  };
};

export const cumulativeFigure = (result: RunResult): Figure => ({
  what: "cumulative",
  title: "Cumulative distribution of the eigenvalues",
  legend: [{ text: runTitle(result), sample: '[data-curve="shown"]' }],
});

export const layerQuantity = (measure: ControlValues["layerMeasure"]): string =>
  measure === "perParameter" ? "trace per parameter" : "trace";

export const layersFigure = (measure: ControlValues["layerMeasure"]): Figure => ({
  what: "layers",
  title: `${layerQuantity(measure)} by layer`,
  legend: [],
});

export const sliceFigure = ({ end, place }: Rank): Figure => ({
  what: `slice-${end}${place + 1}`,
  title: `Loss along ${eigenvalueSymbol(end, place, "v")}`,
  legend: [
    { text: "measured", sample: ".measured" },
    { text: "predicted by slope and eigenvalue", sample: ".parabola" },
  ],
});

/** @param over `over v₁ and v₂` */
export const landscapeFigure = (value: string, over: string, plane: boolean): Figure => ({
  what: `landscape-${value}`,
  title: `${value} ${over}`,
  legend: plane
    ? [
        { text: `lines of equal ${value}, measured`, sample: ".iso.under" },
        ...(value === "loss" ? [{ text: "predicted by slope and curvature", sample: ".iso.predicted" }] : []),
      ]
    : [
        { text: "measured", sample: ".measured" },
        ...(value === "loss" ? [{ text: "predicted by slope and curvature", sample: ".parabola" }] : []),
      ],
});

export const vectorFigure = ({ end, place }: Rank): Figure => ({
  what: `vector-${end}${place + 1}`,
  title: `Mass of ${eigenvalueSymbol(end, place, "v")} by layer`,
  legend: [],
});

export const unitFigure = (measure: UnitMeasure): Figure => ({
  what: measure === "jacobian" ? "unit-jacobians" : "unit-hessians",
  title:
    measure === "jacobian"
      ? "Singular values of the Jacobians of units"
      : "Eigenvalues of the Hessian in the output of units",
  legend: [
    { text: "90 % of the values", sample: ".middle" },
    { text: "largest and smallest, converged", sample: ".end.settled" },
    { text: "not converged", sample: ".end.unsettled" },
  ],
});

export const sweepFigure: Figure = {
  what: "batch-sizes",
  title: "Largest eigenvalue against the size of the batch",
  legend: [
    { text: "a batch", sample: ".batch-dot" },
    { text: "mean of the size", sample: ".line" },
  ],
};

export const dataFigure = ({ first, second }: Distributions): Figure => ({
  what: "two-data",
  title: "Share of the last layer's eigenvalues above each value",
  legend: [
    { text: first.title, sample: ".line" },
    ...(second === null ? [] : [{ text: second.title, sample: ".line.beside-1" }]),
  ],
});

export const frontFigure: Figure = {
  what: "plan",
  title: "Bit plans: cost against rise of the loss",
  legend: [
    { text: "best plan for each budget, predicted", sample: ".front" },
    { text: "measured", sample: ".measured-plan" },
  ],
};

export const blockFigure = (name: string): Figure => ({
  what: "block",
  title: `Eigenvalue density of the block of ${name}`,
  legend: [],
});

export const pruneFigure: Figure = {
  what: "prune",
  title: "Channels that go: what stays against rise of the loss",
  legend: [
    { text: "predicted", sample: ".front" },
    { text: "measured", sample: ".measured-plan" },
  ],
};

export const bitsFigure: Figure = { what: "bits", title: "Bits of the plan", legend: [] };

export const treeFigure = (steps: number, copies: boolean): Figure => ({
  what: `ritz-values-step-${steps}`,
  title: `Ritz values of ${steps} Lanczos steps`,
  legend: [
    { text: "not settled", sample: ".dot.open" },
    { text: "settled", sample: ".dot.settled" },
    ...(copies ? [{ text: "copy of a settled one", sample: ".dot.ghost" }] : []),
  ],
});

export const matrixFigure = (rows: number): Figure => ({
  what: `tridiagonal-${rows}`,
  title: `Tridiagonal matrix of ${rows} Lanczos steps, lighter is larger in magnitude`,
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
  if (chart === null || chart === undefined) throw new Error("There is no figure to export yet.");
  return chart;
}
