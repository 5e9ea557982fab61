/** What the command `export` answers. Fetched with the first one. */
import { comparedRuns } from "../../store/kept.ts";
import { findEigenvalue } from "../../store/ranks.ts";
import type { PageState, RunResult } from "../../store/state.ts";
import { exported as words } from "../../strings/en.ts";
import { fileName } from "../export/download.ts";
import { figureSvg } from "../export/figureSvg.ts";
import { chartIn, densityFigure, type Figure, layersFigure, sliceFigure } from "../figures.ts";
import { doubtOf, modelName, provenance } from "../words.ts";
import type { ExportFormat } from "./protocol.ts";

export interface Exported {
  readonly format: ExportFormat;
  /** A name for the file. */
  readonly name: string;
  readonly content: string;
}

/** @throws Error with a sentence for the author of the framing page */
export function exported(state: PageState, format: ExportFormat): Exported {
  const result = state.shown?.result;
  if (result === undefined) throw new Error(words.noRun);
  const model = modelName(result.model);
  if (format === "json") {
    return { format, name: fileName(model, "run", "json"), content: JSON.stringify(result, null, 1) };
  }
  const figure = figureOf(state, result);
  const content = figureSvg(chartIn(document.querySelector(`.card.${state.controls.view}`)), {
    ...figure,
    caption: result.meaning.sentence,
    made: provenance(result),
    doubt: doubtOf([result]),
  });
  return { format, name: fileName(model, figure.name, "svg"), content };
}

function figureOf(state: PageState, result: RunResult): Figure {
  const { controls } = state;
  switch (controls.view) {
    case "density":
      return densityFigure(comparedRuns(state));
    case "layers":
      return layersFigure(controls.layerMeasure);
    case "slice": {
      const chosen = findEigenvalue(result, controls.selected);
      if (chosen === null) throw new Error(words.noSlice);
      return sliceFigure(chosen.rank);
    }
    case "eigenvalues":
      throw new Error(words.isTable);
  }
}
