/** The trace of each part of the networks, side by side with intervals. */
import { useMemo } from "react";
import { compareStages } from "../../store/comparison.ts";
import { StageChart } from "../charts/StageChart.tsx";
import { ExportMenu } from "../ExportMenu.tsx";
import { interval, significant } from "../format.ts";
import { Card, DataTable } from "../parts.tsx";
import { captionOf } from "./captions.ts";
import { RunLegend } from "./RunLegend.tsx";
import { type ComparedRun, legendOf } from "./strokes.ts";

interface StageCardProps {
  readonly runs: readonly ComparedRun[];
  /** First part of the names of its files. */
  readonly name: string;
}

export function StageCard({ runs, name }: StageCardProps) {
  const rows = useMemo(() => compareStages(runs.map((run) => run.result)), [runs]);
  const letters = runs.map((run) => run.letter);
  const estimated = runs.some(({ result }) => result.trace.method !== "exact");
  const differing = rows.filter(({ differences }) => differences.some((d) => d?.verdict === "differs"));
  return (
    <Card
      title="Trace by stage"
      note={
        estimated
          ? "95 % intervals: those of the tensors of a stage, added, so too wide rather than too narrow"
          : "exact: closed sums over samples and classes"
      }
      tools={
        <ExportMenu
          figure={{ what: "stages", title: "Trace by stage", legend: legendOf(runs) }}
          tables={[
            {
              label: "Traces (CSV)",
              name: "stages",
              csv: (t) =>
                t.comparisonCsv(
                  rows,
                  runs.map((run) => run.title),
                ),
            },
          ]}
          result={runs[0].result}
          of={{ name, caption: captionOf(runs) }}
        />
      }
    >
      {rows.length === 0 ? (
        <p className="empty">These runs have no trace per tensor.</p>
      ) : (
        <StageChart
          {...{ rows, letters }}
          strokes={runs.map((run) => run.stroke)}
          summary={`Trace of ${rows.length} parts of the networks ${letters.join(", ")}: ${
            differing.length === 0
              ? "no difference is larger than its interval."
              : `${differing.map((row) => row.name).join(", ")} differ from ${letters[0]} by more than their intervals.`
          }`}
        />
      )}
      <RunLegend runs={runs} />
      <DataTable
        summary="Traces by stage"
        columns={["Stage", ...letters.flatMap((letter) => [`${letter}: trace`, `${letter}: 95 % interval`])]}
        rows={() =>
          rows.map(({ name: stage, quantities }) => [
            stage,
            ...quantities.flatMap((quantity) => [
              quantity === null ? "none" : significant(quantity.value, 4),
              quantity?.interval == null ? "unknown" : interval(quantity.interval),
            ]),
          ])
        }
      />
    </Card>
  );
}
