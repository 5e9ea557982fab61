/** The Ritz values of every step so far, over the density that the present step knows. */
import type { DensityView } from "../../store/densityView.ts";
import type { LanczosLesson } from "../../store/lesson/lanczos.ts";
import type { RunResult } from "../../store/state.ts";
import { DensityChart } from "../charts/DensityChart.tsx";
import { TreeChart } from "../charts/TreeChart.tsx";
import { ExportMenu } from "../ExportMenu.tsx";
import { treeFigure } from "../figures.ts";
import { scientific, significant } from "../format.ts";
import { usePage } from "../page.ts";
import { Card, DataTable } from "../parts.tsx";
import { RunSample } from "../RunSample.tsx";
import { plural } from "../words.ts";

interface RitzCardProps {
  readonly result: RunResult;
  readonly lesson: LanczosLesson;
  /** Of the present step, with the whole run behind it. */
  readonly view: DensityView;
  readonly at: number;
}

const WORDS = { open: "not yet", settled: "settled", ghost: "copy" } as const;

export function RitzCard({ result, lesson, view, at }: RitzCardProps) {
  const yAxis = usePage((state) => state.controls.yAxis);
  const { states } = lesson;
  const present = states[at - 1];
  const { nodes, weights, errors, kinds } = present;
  const ghosts = kinds.filter((kind) => kind === "ghost").length;
  const settled = kinds.filter((kind) => kind === "settled").length;
  const range = `between ${significant(nodes[0], 4)} and ${significant(nodes[nodes.length - 1], 4)}`;
  return (
    <Card
      title="Ritz values, step by step"
      className="ritz"
      tools={
        <ExportMenu
          figure={treeFigure(at, ghosts > 0)}
          tables={[{ label: "All steps (CSV)", name: "steps", csv: (t) => t.stepsCsv(states) }]}
          result={result}
        />
      }
    >
      <TreeChart
        view={view}
        states={states}
        at={at}
        summary={`Ritz values of ${plural(at, "Lanczos step")} ${range}: ${settled} settled, ${ghosts} copies.`}
      />
      <p className="legend">
        <span className="key">○ not settled</span>
        <span className="key">● settled</span>
        {ghosts > 0 && <span className="key ghost-key">◆ copy of a settled one</span>}
        <span className="key">faint lines: where the last step arrives</span>
      </p>
      <DensityChart
        view={view}
        yAxis={yAxis}
        summary={`Eigenvalue density that ${plural(at, "step")} of one probe know, over that of the whole run.`}
        selected={null}
        pickable={[]}
        beside={["the run"]}
        onPick={() => {}}
      />
      <p className="legend">
        <span className="key">
          <i className="swatch" aria-hidden="true" />
          {plural(at, "step")}, one probe
        </span>
        <span className="key">
          <RunSample beside={0} />
          the whole run
        </span>
      </p>
      <DataTable
        summary="Ritz values of this step"
        columns={["Ritz value", "± error", "Weight", "State"]}
        rows={() =>
          nodes.map((theta, node) => [
            significant(theta, 8),
            scientific(errors[node], 2),
            scientific(weights[node], 4),
            WORDS[kinds[node]],
          ])
        }
      />
    </Card>
  );
}
