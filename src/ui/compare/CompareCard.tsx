/** Densities of the compared runs on common axes, and their numbers with the differences that the intervals bear. */
import { useMemo } from "react";
import { compareRuns, incomparable } from "../../store/comparison.ts";
import { densityView } from "../../store/densityView.ts";
import { rankedEigenvalues, rankOf } from "../../store/ranks.ts";
import type { RunResult } from "../../store/state.ts";
import { cells, compare as words } from "../../strings/en.ts";
import { CompareBar } from "../CompareBar.tsx";
import { ViewChoice } from "../ControlField.tsx";
import { CompareChart } from "../charts/CompareChart.tsx";
import { ExportMenu } from "../ExportMenu.tsx";
import { eigenvalueSymbol, residualText, within } from "../format.ts";
import { usePage } from "../page.ts";
import { Card, DataTable } from "../parts.tsx";
import { densitySummary } from "../words.ts";
import { captionOf, madeOf } from "./captions.ts";
import { DensityTable } from "./DensityTable.tsx";
import { DifferenceTable } from "./DifferenceTable.tsx";
import { type ComparedRun, legendOf } from "./strokes.ts";

export function CompareCard({ runs }: { readonly runs: readonly ComparedRun[] }) {
  const { xAxis, yAxis, smoothing, width } = usePage((state) => state.controls);
  const shown = runs.find((run) => run.beside === null) ?? runs[0];
  const view = useMemo(
    () =>
      densityView(
        shown.result,
        runs.filter((run) => run !== shown).map((run) => run.result),
        { xAxis, smoothing, width },
      ),
    [runs, shown, xAxis, smoothing, width],
  );
  const results = useMemo(() => runs.map((run) => run.result), [runs]);
  const rows = useMemo(() => compareRuns(results), [results]);
  const curves =
    view === null ? [] : runs.map(({ beside }) => (beside === null ? view.curve : view.beside[beside]));
  return (
    <Card
      title={words.title}
      note={runs.length === 1 ? words.oneRun : words.differencesFrom(runs[0].letter)}
      className="compare"
      tools={
        <>
          <ViewChoice field="xAxis" lead="λ" drawn={smoothing === "pyhessian" ? "linear" : xAxis} />
          <ViewChoice field="yAxis" lead={words.density} />
          <ExportMenu
            figure={{ name: "densities", title: words.figure, legend: legendOf(runs) }}
            tables={[
              {
                label: words.differencesCsv,
                name: "differences",
                csv: (t) =>
                  t.comparisonCsv(
                    rows,
                    runs.map((run) => run.title),
                  ),
              },
              {
                label: words.curvesCsv,
                name: "densities",
                csv: (t) => t.densitiesCsv(runs.map(({ title }, i) => ({ run: title, curve: curves[i] }))),
              },
            ]}
            result={shown.result}
            of={{ name: "comparison", caption: captionOf(runs), made: madeOf(runs) }}
          />
        </>
      }
    >
      {incomparable(results).map((problem) => (
        <p key={problem} className="warning">
          {problem}
        </p>
      ))}
      {view === null ? (
        <p className="empty">{words.noRitz}</p>
      ) : (
        <CompareChart
          {...{ view, yAxis }}
          curves={runs.map(({ letter, stroke }, i) => ({ letter, stroke, curve: curves[i] }))}
          summary={runs.map(({ letter, result }) => `${letter}: ${densitySummary(result)}`).join(" ")}
        />
      )}
      <CompareBar />
      {runs.length > 1 && <DifferenceTable runs={runs} rows={rows} />}
      <DataTable
        summary={words.eigenvalues}
        columns={[words.eigenvalue, ...runs.flatMap(({ letter }) => [letter, words.errorOf(letter)])]}
        rows={() => eigenvalueRows(results)}
      />
      {view !== null && <DensityTable letters={runs.map(({ letter }) => letter)} curves={curves} />}
    </Card>
  );
}

/** A row per place from either end: those that any run reports. */
function eigenvalueRows(results: readonly RunResult[]): string[][] {
  const ranked = results.map(
    (result) => new Map(rankedEigenvalues(result).map((found) => [found.name, found])),
  );
  const names = [...new Set(ranked.flatMap((found) => [...found.keys()]))];
  return names.map((name) => {
    const rank = rankOf(name);
    return [
      rank === null ? name : eigenvalueSymbol(rank.end, rank.place),
      ...ranked.flatMap((found) => {
        const one = found.get(name);
        return one === undefined
          ? [cells.none, ""]
          : [within(one.ritz.value, one.error), residualText(one.error)];
      }),
    ];
  });
}
