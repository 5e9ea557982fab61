/** What can be taken away from a landscape: its figure, its grid, its numbers. */
import { gridPoints, type LandscapeValue } from "../../store/landscapes.ts";
import type { Landscape, RunResult } from "../../store/state.ts";
import { panelFigures, landscape as words } from "../../strings/en.ts";
import type { SvgPart } from "../charts/surfaceDraw.ts";
import { ExportMenu } from "../ExportMenu.tsx";
import { percent, significant } from "../format.ts";
import { landscapeFigure } from "../panelFigures.ts";
import { DataTable } from "../parts.tsx";
import { modelName } from "../words.ts";
import { directionNames, landscapeNote, landscapeTitle } from "./words.ts";

interface LandscapeExportProps {
  readonly landscape: Landscape;
  /** What is drawn. */
  readonly value: LandscapeValue;
  readonly result: RunResult;
  /** Of a surface: what the page draws on its canvas. */
  readonly ground?: () => readonly SvgPart[];
}

export const LandscapeExport = ({ landscape, value, result, ground }: LandscapeExportProps) => (
  <ExportMenu
    figure={landscapeFigure(value, landscapeTitle(landscape), landscape.axes.length === 2)}
    {...(ground === undefined ? {} : { ground })}
    tables={[
      { label: words.numbers.csv, name: "landscape", csv: (t) => t.landscapeCsv(gridPoints(landscape)) },
    ]}
    files={[
      {
        ...{ label: words.numbers.npz, name: "landscape", ending: "npz" },
        text: (t, doubt) => new Blob([t.landscapeNpz(landscape, doubt)]),
      },
    ]}
    result={result}
    of={{
      name: modelName(result.model),
      // BatchNorm may be another one than the run's.
      caption: `${panelFigures.landscape[value]} ${landscapeTitle(landscape)}, ${landscapeNote(landscape)}. ${result.meaning.sentence}`,
    }}
  />
);

export const LandscapeTable = ({ landscape }: { readonly landscape: Landscape }) => (
  <DataTable
    summary={words.numbers.table}
    columns={[...directionNames(landscape).map(words.numbers.along), ...words.numbers.columns]}
    rows={() =>
      gridPoints(landscape).map(({ at, loss, predicted, accuracy }) => [
        ...at.map((a) => significant(a, 3)),
        loss === null ? "" : significant(loss, 6),
        predicted === null ? "" : significant(predicted, 6),
        loss === null || predicted === null ? "" : significant(loss - predicted, 4),
        accuracy === null ? "" : percent(accuracy),
      ])
    }
  />
);
