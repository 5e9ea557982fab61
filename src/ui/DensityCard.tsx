/** The density with its tools, its legend and the sentence that says what it means. */
import { useDeferredValue, useMemo } from "react";
import { densityView } from "../store/densityView.ts";
import { findEigenvalue, rankedEigenvalues, rankOf } from "../store/ranks.ts";
import type { RunResult } from "../store/state.ts";
import { ChecksPanel } from "./ChecksPanel.tsx";
import { CompareBar } from "./CompareBar.tsx";
import { ViewChoice } from "./ControlField.tsx";
import { DensityChart } from "./charts/DensityChart.tsx";
import { ExportMenu } from "./ExportMenu.tsx";
import { densityFigure } from "./figures.ts";
import { eigenvalueSymbol, scientific, significant } from "./format.ts";
import { useActions, useCompared, usePage } from "./page.ts";
import { Card, DataTable } from "./parts.tsx";
import { SmoothingBar } from "./SmoothingBar.tsx";
import { densitySummary, plural, provenance } from "./words.ts";

export function DensityCard({ result }: { readonly result: RunResult }) {
  const compared = useCompared();
  const beside = useMemo(() => compared.filter((run) => !run.shown), [compared]);
  const { xAxis, yAxis, smoothing, width, selected } = usePage((state) => state.controls);
  const { select } = useActions();
  // A drag of the smoothing must not wait for the curve.
  const drawnWidth = useDeferredValue(width);
  const view = useMemo(
    () =>
      densityView(
        result,
        beside.map((run) => run.result),
        { xAxis, smoothing, width: drawnWidth },
      ),
    [result, beside, xAxis, smoothing, drawnWidth],
  );
  const chosen = findEigenvalue(result, selected);
  const { nodes, weights } = result.spectrum;
  return (
    <Card
      title="Eigenvalue density"
      note={nodes.length > 1 ? `band: range over ${plural(nodes.length, "probe")}` : "one probe, so no band"}
      className="density"
      tools={
        <>
          <ViewChoice field="xAxis" lead="λ" drawn={smoothing === "pyhessian" ? "linear" : xAxis} />
          <ViewChoice field="yAxis" lead="density" />
          <ExportMenu
            figure={densityFigure(compared)}
            tables={[
              {
                label: "Curve (CSV)",
                name: "density",
                csv: (t) => (view === null ? "" : t.densityCsv(view)),
              },
              { label: "Ritz values (CSV)", name: "ritz-values", csv: (t) => t.ritzCsv(result) },
            ]}
            result={result}
            run
          />
        </>
      }
    >
      {view !== null && (
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
        <SmoothingBar sigma={view?.sigma ?? null} symlog={view?.axis.kind === "symlog"} />
      </div>
      <p className="meaning">
        {result.meaning.sentence} <span className="aside">{provenance(result)}</span>
      </p>
      <div className="disclosures">
        <ChecksPanel result={result} />
        <DataTable
          summary="Ritz values and weights"
          columns={["Probe", "Ritz value", "Weight"]}
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
