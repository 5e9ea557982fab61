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
import { ViewChoice } from "../ControlField.tsx";
import { FrontChart } from "../charts/FrontChart.tsx";
import { ExportMenu } from "../ExportMenu.tsx";
import { pruneFigure } from "../figures.ts";
import { count, percent, significant } from "../format.ts";
import { useActions, useHidden, usePage } from "../page.ts";
import { Button, Card, DataTable } from "../parts.tsx";
import { plural } from "../words.ts";
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
      title="Pruning plan"
      note="the output channels without which the loss rises least"
      className="prune"
      tools={
        <>
          <ViewChoice field="pruneCost" lead="Keep" />
          {known !== null && solved !== null && <PruneExport {...{ result, known, solved, measured }} />}
        </>
      }
    >
      {known === null && (
        <Asking
          job="prune"
          what="traces of channels"
          label="Predict the rise without each channel"
          onAsk={() => void ask({ kind: "prune", request: pruneRequest(result, values, false) })}
        >
          Exact where a closed sum gives them, else by at most{" "}
          {plural(result.settings.traceProbes, "product")}.
        </Asking>
      )}
      {known !== null && solved === null && (
        <p className="empty">Each tensor keeps one channel at least: keep more than that.</p>
      )}
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
  const what = pruneCost === "macs" ? "multiply-accumulates" : "parameters";
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
        quantity={`${what} that stay (per cent)`}
        summary={`Predicted rise of the loss as the channels go one after the other. With ${percent(solved.kept)} of the ${what} left ${plural(solved.channels, "channel")} are gone and the predicted rise is ${significant(solved.rise.estimate, 3)}.`}
        costText={percent}
        onPick={(kept) => set("pruneKept", asShare(kept))}
      />
      <ShareSlider field="pruneKept" label="Keep" text={`at most ${percent(pruneKept)}`} />
      <p className="legend">
        <span>
          <span className="swatch" />
          predicted, channels by rise for what they free
        </span>
        <span>
          <span className="mark-key dot" />
          chosen
        </span>
        {measured !== null && (
          <span>
            <span className="mark-key diamond" />
            measured
          </span>
        )}
      </p>
      <DataTable
        summary="Channels of each layer"
        columns={["Layer", "Channels", "Go", "Their rise", "Least rise of one", "Largest"]}
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
        <b>{count(gone)}</b> of {plural(total.channels, "channel")} go
      </p>
      <p className="calm">
        {countText(solved.parameters)} of {countText(total.parameters)} weights and {countText(solved.macs)}{" "}
        of {countText(total.macs)} multiply-accumulates a sample stay, of the layers with channels.
        {gone > 0 && ` Most go in ${most.name}: ${percent(most.share)}.`}
      </p>
      <Beside
        {...{ result, parts: "channels" }}
        rise={measured?.rise ?? solved.rise}
        together={measured !== null}
        measured={measured?.measured ?? null}
      />
      <p className="proof">
        No choice of channels within this budget predicts less than {significant(solved.leastRise, 3)}: they
        go by their rise for what they free, which is best up to the last one.
      </p>
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
  if (origin !== "live")
    return <p className="calm">Run the network here to measure the loss without these channels.</p>;
  return (
    <p className="plan-buttons">
      <Button
        look="primary"
        off={isBusy(run)}
        onClick={() => void ask({ kind: "prune", request: pruneRequest(result, values, true) })}
      >
        Measure without these channels
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
      tables={[{ label: "Channels (CSV)", name: "prune", csv: (t) => t.pruneCsv(file()) }]}
      files={[
        {
          label: "Plan (JSON)",
          name: "prune",
          ending: "json",
          text: () => `${JSON.stringify(file(), null, 1)}\n`,
        },
        { label: "PyTorch", name: "prune", ending: "py", text: (t) => t.prunePytorch(file()) },
      ]}
      result={result}
    />
  );
}
