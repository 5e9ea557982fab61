/** The figures as they leave the page: names and legends, which the cards and the embed share. */
import type { ControlValues } from "../store/controls.ts";
import type { Compared } from "../store/kept.ts";
import type { Rank } from "../store/ranks.ts";
import type { RunResult } from "../store/state.ts";
import { figures as words } from "../strings/en.ts";
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

export const vectorFigure = ({ end, place }: Rank): Figure => ({
  name: `vector-${end}${place + 1}`,
  title: words.massByLayer(eigenvalueSymbol(end, place, "v")),
  legend: [],
});

/** @throws Error for the reader where a card has no chart now */
export function chartIn(card: Element | null | undefined): SVGSVGElement {
  const chart = card?.querySelector<SVGSVGElement>(".chart > svg");
  if (chart === null || chart === undefined) throw new Error(words.none);
  return chart;
}
