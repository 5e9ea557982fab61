/** Output channels that may go within a budget: the curve of all removals, the chosen one, and what it measures. */
import { useMemo } from "react";
import {
  measuredPruning,
  type Pruning,
  pruneFile,
  pruneRequest,
  pruneTable,
  pruning,
  type SolvedPruning,
} from "../../store/pruning.ts";
import { isBusy } from "../../store/runState.ts";
import type { ChosenPruning, RunResult } from "../../store/state.ts";
import { figures, layers as words } from "../../strings/en.ts";
import { ViewChoice } from "../ControlField.tsx";
import { FrontChart } from "../charts/FrontChart.tsx";
import { ExportMenu } from "../ExportMenu.tsx";
import { count, percent, significant } from "../format.ts";
import { Prose } from "../Prose.tsx";
import { useActions, useHidden, usePage } from "../page.ts";
import { pruneFigure } from "../panelFigures.ts";
import { Button, Card, DataTable } from "../parts.tsx";
import { Asking } from "./Asking.tsx";
import { Beside } from "./Beside.tsx";
import { asShare, ShareSlider } from "./ShareSlider.tsx";
import { countText } from "./units.ts";

export function PruneCard({ result }: { readonly result: RunResult }) {
  const values = usePage((state) => state.controls);
  const { ask } = useActions();
  const { pruneCost, pruneKept } = values;
  const table = pruneTable(result);
  const known = useMemo(() => (table === null ? null : pruning(table, pruneCost)), [table, pruneCost]);
  const solved = useMemo(() => known?.within(pruneKept) ?? null, [known, pruneKept]);
  const measured = solved === null ? null : measuredPruning(result, solved);
  return (
    <Card
      title={words.prune.title}
      note={words.prune.note}
      className="prune"
      tools={
        <>
          <ViewChoice field="pruneCost" lead={words.prune.keep} />
          {known !== null && solved !== null && <PruneExport {...{ result, known, solved, measured }} />}
        </>
      }
    >
      {known === null && (
        <Asking
          job="prune"
          what={words.prune.what}
          label={words.prune.predict}
          onAsk={() => void ask({ kind: "prune", request: pruneRequest(result, values, false) })}
        >
          {words.prune.cost(result.settings.traceProbes)}
        </Asking>
      )}
      {known !== null && solved === null && <p className="empty">{words.prune.none}</p>}
      {known !== null && solved !== null && (
        <div className="plan-body">
          <Curve known={known} solved={solved} measured={measured} />
          <PruneNumbers {...{ result, known, solved, measured }} />
        </div>
      )}
    </Card>
  );
}

interface KnownProps {
  readonly known: Pruning;
  readonly solved: SolvedPruning;
  readonly measured: ChosenPruning | null;
}

function Curve({ known, solved, measured }: KnownProps) {
  const { pruneCost, pruneKept } = usePage((state) => state.controls);
  const { set } = useActions();
  const what = words.prune.quantity[pruneCost];
  const { layers } = known.table;
  return (
    <div className="front">
      <FrontChart
        figure={{
          front: known.curve.map(({ kept, rise }) => ({ cost: kept, loss: rise })),
          ...{ range: [0, 1], uniform: [], divisor: 0.01, budget: pruneKept },
          chosen: { cost: solved.kept, loss: solved.rise.estimate, interval: solved.rise.interval95 },
          measured:
            measured?.measured == null
              ? []
              : [{ cost: solved.kept, loss: measured.measured.rise, chosen: true }],
        }}
        quantity={words.prune.axis(what)}
        summary={words.prune.summary({
          kept: percent(solved.kept),
          what,
          channels: solved.channels,
          rise: significant(solved.rise.estimate, 3),
        })}
        costText={percent}
        onPick={(kept) => set("pruneKept", asShare(kept))}
      />
      <ShareSlider field="pruneKept" label={words.prune.keep} text={words.prune.atMost(percent(pruneKept))} />
      <p className="legend">
        <span>
          <span className="swatch" />
          {words.prune.predicted}
        </span>
        <span>
          <span className="mark-key dot" />
          {words.plan.chosen}
        </span>
        {measured !== null && (
          <span>
            <span className="mark-key diamond" />
            {figures.measured}
          </span>
        )}
      </p>
      <DataTable
        summary={words.prune.table}
        columns={words.prune.columns}
        rows={() =>
          layers.map(({ name, rise }, i) => [
            name,
            count(rise.length),
            count(solved.removed[i].length),
            significant(
              solved.removed[i].reduce((sum, c) => sum + rise[c], 0),
              3,
            ),
            significant(Math.min(...rise), 3),
            significant(Math.max(...rise), 3),
          ])
        }
      />
    </div>
  );
}

function PruneNumbers({ result, known, solved, measured }: KnownProps & { readonly result: RunResult }) {
  const { total, layers } = known.table;
  const gone = solved.channels;
  const most = layers
    .map(({ name, rise }, i) => ({ name, share: solved.removed[i].length / rise.length }))
    .reduce((a, b) => (b.share > a.share ? b : a));
  return (
    <div className="plan-numbers">
      <p className="plan-cost">
        <Prose text={words.prune.gone(count(gone), total.channels)} />
      </p>
      <p className="calm">
        {words.prune.stay({
          weights: countText(solved.parameters),
          allWeights: countText(total.parameters),
          macs: countText(solved.macs),
          allMacs: countText(total.macs),
        })}
        {gone > 0 && ` ${words.prune.most(most.name, percent(most.share))}`}
      </p>
      <Beside
        {...{ result, parts: "channels" }}
        rise={measured?.rise ?? solved.rise}
        together={measured !== null}
        measured={measured?.measured ?? null}
      />
      <p className="proof">{words.prune.proof(significant(solved.leastRise, 3))}</p>
      <MeasureButton result={result} measured={measured} />
    </div>
  );
}

function MeasureButton({ result, measured }: { readonly result: RunResult } & Pick<KnownProps, "measured">) {
  const run = usePage((state) => state.run);
  const origin = usePage((state) => state.shown?.origin);
  const values = usePage((state) => state.controls);
  const { ask } = useActions();
  if (useHidden("run") || measured !== null) return null;
  if (origin !== "live") return <p className="calm">{words.prune.stored}</p>;
  return (
    <p className="plan-buttons">
      <Button
        look="primary"
        off={isBusy(run)}
        onClick={() => void ask({ kind: "prune", request: pruneRequest(result, values, true) })}
      >
        {words.prune.measure}
      </Button>
    </p>
  );
}

function PruneExport({ result, known, solved, measured }: KnownProps & { readonly result: RunResult }) {
  const values = usePage((state) => state.controls);
  const file = () => pruneFile(known, solved, values, measured);
  return (
    <ExportMenu
      figure={pruneFigure}
      tables={[{ label: words.prune.csv, name: "prune", csv: (t) => t.pruneCsv(file()) }]}
      files={[
        {
          label: words.plan.json,
          name: "prune",
          ending: "json",
          text: () => `${JSON.stringify(file(), null, 1)}\n`,
        },
        { label: words.plan.pytorch, name: "prune", ending: "py", text: (t) => t.prunePytorch(file()) },
      ]}
      result={result}
    />
  );
}
