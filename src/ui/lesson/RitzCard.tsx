/** The Ritz values of every step so far, over the density that the present step knows. */
import type { DensityView } from "../../store/densityView.ts";
import type { LanczosLesson } from "../../store/lesson/lanczos.ts";
import type { RunResult } from "../../store/state.ts";
import { panelFigures, lesson as words } from "../../strings/en.ts";
import { DensityChart } from "../charts/DensityChart.tsx";
import { TreeChart } from "../charts/TreeChart.tsx";
import { ExportMenu } from "../ExportMenu.tsx";
import { scientific, significant } from "../format.ts";
import { usePage } from "../page.ts";
import { treeFigure } from "../panelFigures.ts";
import { Card, DataTable } from "../parts.tsx";
import { RunSample } from "../RunSample.tsx";

interface RitzCardProps {
  readonly result: RunResult;
  readonly lesson: LanczosLesson;
  /** Of the present step, with the whole run behind it. */
  readonly view: DensityView;
  readonly at: number;
}

export function RitzCard({ result, lesson, view, at }: RitzCardProps) {
  const yAxis = usePage((state) => state.controls.yAxis);
  const { states } = lesson;
  const present = states[at - 1];
  const { nodes, weights, errors, kinds } = present;
  const ghosts = kinds.filter((kind) => kind === "ghost").length;
  const settled = kinds.filter((kind) => kind === "settled").length;
  return (
    <Card
      title={words.ritz.title}
      className="ritz"
      tools={
        <ExportMenu
          figure={treeFigure(at, ghosts > 0)}
          tables={[{ label: words.ritz.csv, name: "steps", csv: (t) => t.stepsCsv(states) }]}
          result={result}
        />
      }
    >
      <TreeChart
        view={view}
        states={states}
        at={at}
        summary={words.ritz.summary({
          steps: at,
          least: significant(nodes[0], 4),
          most: significant(nodes[nodes.length - 1], 4),
          settled,
          copies: ghosts,
        })}
      />
      <p className="legend">
        <span className="key">○ {panelFigures.ritz.open}</span>
        <span className="key">● {panelFigures.ritz.settled}</span>
        {ghosts > 0 && <span className="key ghost-key">◆ {panelFigures.ritz.copy}</span>}
        <span className="key">{words.ritz.arrive}</span>
      </p>
      <DensityChart
        view={view}
        yAxis={yAxis}
        summary={words.ritz.known(at)}
        selected={null}
        pickable={[]}
        beside={[words.ritz.run]}
        onPick={() => {}}
      />
      <p className="legend">
        <span className="key">
          <i className="swatch" aria-hidden="true" />
          {words.ritz.oneProbe(at)}
        </span>
        <span className="key">
          <RunSample beside={0} />
          {words.ritz.whole}
        </span>
      </p>
      <DataTable
        summary={words.ritz.table}
        columns={words.ritz.columns}
        rows={() =>
          nodes.map((theta, node) => [
            significant(theta, 8),
            scientific(errors[node], 2),
            scientific(weights[node], 4),
            words.ritz.kinds[kinds[node]],
          ])
        }
      />
    </Card>
  );
}
