/** The trace of each part of the networks, side by side with intervals. */
import { useMemo } from "react";
import { compareStages } from "../../store/comparison.ts";
import { cells, stages as words } from "../../strings/en.ts";
import { StageChart } from "../charts/StageChart.tsx";
import { ExportMenu } from "../ExportMenu.tsx";
import { interval, significant } from "../format.ts";
import { Card, DataTable } from "../parts.tsx";
import { captionOf, madeOf } from "./captions.ts";
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
      title={words.title}
      note={estimated ? words.estimated : words.exact}
      tools={
        <ExportMenu
          figure={{ name: "stages", title: words.title, legend: legendOf(runs) }}
          tables={[
            {
              label: words.csv,
              name: "stages",
              csv: (t) =>
                t.comparisonCsv(
                  rows,
                  runs.map((run) => run.title),
                ),
            },
          ]}
          result={runs[0].result}
          of={{ name, caption: captionOf(runs), made: madeOf(runs) }}
        />
      }
    >
      {rows.length === 0 ? (
        <p className="empty">{words.none}</p>
      ) : (
        <StageChart
          {...{ rows, letters }}
          strokes={runs.map((run) => run.stroke)}
          summary={
            differing.length === 0
              ? words.noneDiffers(rows.length, letters.join(", "))
              : words.differing(
                  rows.length,
                  letters.join(", "),
                  differing.map((row) => row.name).join(", "),
                  letters[0],
                )
          }
        />
      )}
      <RunLegend runs={runs} />
      <DataTable
        summary={words.table}
        columns={[words.stage, ...letters.flatMap(words.columnsOf)]}
        rows={() =>
          rows.map(({ name: stage, quantities }) => [
            stage,
            ...quantities.flatMap((quantity) => [
              quantity === null ? cells.none : significant(quantity.value, 4),
              quantity?.interval == null ? cells.unknown : interval(quantity.interval),
            ]),
          ])
        }
      />
    </Card>
  );
}
