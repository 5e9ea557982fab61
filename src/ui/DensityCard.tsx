/** The density with its tools, its legend and the sentence that says what it means. */
import { lazy, Suspense, useDeferredValue, useMemo } from "react";
import { cumulativeRows } from "../store/cumulativeView.ts";
import { densityView } from "../store/densityView.ts";
import { findEigenvalue, rankedEigenvalues, rankOf } from "../store/ranks.ts";
import { stabilityOf } from "../store/stability.ts";
import type { RunResult } from "../store/state.ts";
import { spectrumFacts, densityCard as words } from "../strings/en.ts";
import { ChecksPanel } from "./ChecksPanel.tsx";
import { CompareBar } from "./CompareBar.tsx";
import { ViewChoice } from "./ControlField.tsx";
import { DensityChart } from "./charts/DensityChart.tsx";
import { ExportMenu } from "./ExportMenu.tsx";
import { cumulativeFigure, densityFigure } from "./figures.ts";
import { eigenvalueSymbol, percent, scientific, significant } from "./format.ts";
import { useActions, useCompared, usePage } from "./page.ts";
import { Card, DataTable } from "./parts.tsx";
import { SmoothingBar } from "./SmoothingBar.tsx";
import { SpectrumFacts } from "./SpectrumFacts.tsx";
import { useCumulative } from "./useCumulative.ts";
import { bandWords, cumulativeSummary, densitySummary, provenance } from "./words.ts";

const CumulativeChart = lazy(() => import("./charts/CumulativeChart.tsx"));

export function DensityCard({ result }: { readonly result: RunResult }) {
  const compared = useCompared();
  const beside = useMemo(() => compared.filter((run) => !run.shown), [compared]);
  const { figure, band, yAxis, smoothing, width, selected, learningRate, sgdBatch, ...chosenAxis } = usePage(
    (state) => state.controls,
  );
  const cumulative = figure === "cumulative";
  // Sizes have no order of signs, so that nothing can be counted up to them.
  const xAxis = cumulative && chosenAxis.xAxis === "log" ? "symlog" : chosenAxis.xAxis;
  const { select } = useActions();
  // A drag of the smoothing must not wait for the curve.
  const drawnWidth = useDeferredValue(width);
  const view = useMemo(
    () =>
      densityView(
        result,
        beside.map((run) => run.result),
        { xAxis, smoothing, width: drawnWidth, band },
      ),
    [result, beside, xAxis, smoothing, drawnWidth, band],
  );
  const counted = useCumulative(result, cumulative ? view : null);
  const shares = counted?.view ?? null;
  const stability = useMemo(
    () => stabilityOf(result, { learningRate, sgdBatch }),
    [result, learningRate, sgdBatch],
  );
  const limit =
    stability === null
      ? null
      : {
          theta: stability.limit,
          label: spectrumFacts.limit(significant(stability.limit, 3)),
          meaning: words.unstable,
        };
  const chosen = findEigenvalue(result, selected);
  const { nodes, weights, densityOnly } = result.spectrum;
  return (
    <Card
      title={cumulative ? words.cumulativeTitle : words.title}
      note={densityOnly === undefined ? undefined : words.densityOnly}
      className="density"
      tools={
        <>
          <ViewChoice field="figure" />
          <ViewChoice field="xAxis" lead="λ" drawn={smoothing === "pyhessian" ? "linear" : xAxis} />
          {!cumulative && <ViewChoice field="yAxis" lead={words.density} />}
          <ExportMenu
            figure={cumulative ? cumulativeFigure(result) : densityFigure(compared)}
            tables={[
              shares === null
                ? {
                    label: words.curveCsv,
                    name: "density",
                    csv: (t) => (view === null ? "" : t.densityCsv(view)),
                  }
                : { label: words.curveAndBandCsv, name: "cumulative", csv: (t) => t.cumulativeCsv(shares) },
              { label: words.ritzCsv, name: "ritz-values", csv: (t) => t.ritzCsv(result) },
            ]}
            result={result}
            run
          />
        </>
      }
    >
      {shares !== null && (
        <Suspense fallback={<div className="chart density-chart" />}>
          <CumulativeChart view={shares} summary={cumulativeSummary(result, shares)} limit={limit} />
        </Suspense>
      )}
      {view !== null && !cumulative && (
        <DensityChart
          view={view}
          yAxis={yAxis}
          summary={densitySummary(result)}
          selected={
            chosen === null
              ? null
              : {
                  theta: chosen.ritz.value,
                  probe: chosen.ritz.probe,
                  symbol: eigenvalueSymbol(chosen.rank.end, chosen.rank.place),
                }
          }
          limit={limit}
          beside={beside.map((run) => run.letter)}
          pickable={rankedEigenvalues(result).map(({ name, ritz }) => ({ name, theta: ritz.value }))}
          onPick={(name) => {
            const rank = rankOf(name);
            if (rank !== null) void select(rank);
          }}
        />
      )}
      <div className="density-foot">
        <CompareBar />
        {!cumulative && <SmoothingBar sigma={view?.sigma ?? null} decades={view?.axis.kind !== "linear"} />}
        <div className="band-line">
          {!cumulative && view?.sides === null && nodes.length > 1 && (
            <ViewChoice field="band" lead={words.band} />
          )}
          <p className="calm">{bandWords(view, counted, band, nodes.length)}</p>
        </div>
      </div>
      <SpectrumFacts result={result} stability={stability} />
      <p className="meaning">
        {result.meaning.sentence} <span className="aside">{provenance(result)}</span>
      </p>
      <div className="disclosures">
        <ChecksPanel result={result} />
        {shares !== null && (
          <DataTable
            summary={words.sharesTable}
            columns={words.sharesColumns}
            rows={() =>
              cumulativeRows(shares).map(([theta, ...row]) => [significant(theta, 5), ...row.map(percent)])
            }
          />
        )}
        <DataTable
          summary={words.ritzTable}
          columns={words.ritzColumns}
          rows={() =>
            nodes.flatMap((row, probe) =>
              row.map((theta, j) => [
                String(probe + 1),
                significant(theta, 8),
                scientific(weights[probe][j], 4),
              ]),
            )
          }
        />
      </div>
    </Card>
  );
}
