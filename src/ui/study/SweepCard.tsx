/** How the largest eigenvalue depends on the size of the batch. */
import { isBusy } from "../../store/runState.ts";
import type { RunResult } from "../../store/state.ts";
import { type SweptSize, sweepQuestion, sweptSizes } from "../../store/studyData.ts";
import { SweepChart } from "../charts/SweepChart.tsx";
import { ExportMenu } from "../ExportMenu.tsx";
import { sweepFigure } from "../figures.ts";
import { count, significant } from "../format.ts";
import { Asking } from "../layers/Asking.tsx";
import { useActions, usePage } from "../page.ts";
import { Button, Card, DataTable } from "../parts.tsx";
import { plural } from "../words.ts";
import "../styles/study.css";

export function SweepCard({ result }: { readonly result: RunResult }) {
  const run = usePage((state) => state.run);
  const origin = usePage((state) => state.shown?.origin);
  const { ask } = useActions();
  const found = sweptSizes(result);
  const question = sweepQuestion(result);
  const { least, most, batches } = question.request;
  if (found === null || found.sizes.length === 0) {
    return (
      <Card title="Batch size and sharpness" className="sweep">
        <Asking
          job="batchSweep"
          what="batch sizes"
          label="Measure the batch sizes"
          onAsk={() => void ask(question)}
        >
          The largest eigenvalue on random batches of {count(least)} to {count(most)} samples, {batches} of
          each size. It can be cancelled.
        </Asking>
      </Card>
    );
  }
  const { sweep, sizes } = found;
  const all = sizes.flatMap(({ values }) => values);
  const whole =
    sizes.length === sweep.planned.length && sizes.every(isWhole(sweep.request.batches, sweep.available));
  return (
    <Card
      title="Batch size and sharpness"
      note={`random batches of ${plural(sweep.available, "sample")}${whole ? "" : `, ${batchCount(all.length)} so far`}`}
      className="sweep"
      tools={
        <ExportMenu
          figure={sweepFigure}
          tables={[{ label: "Batches (CSV)", name: "batches", csv: (t) => t.sweepCsv(sweep) }]}
          result={result}
        />
      }
    >
      <SweepChart sizes={sizes} planned={sweep.planned} summary={summaryOf(sizes)} />
      <p className="legend study-legend">
        <span className="key">
          <i className="study-key dot" /> a batch
        </span>
        {all.some(({ converged }) => !converged) && (
          <span className="key">
            <i className="study-key dot open" /> not converged: at least so large
          </span>
        )}
        <span className="key">
          <i className="study-key line" /> mean of the size
        </span>
      </p>
      {!whole && origin === "live" && !isBusy(run) && (
        <Button onClick={() => void ask(question)}>Measure all batches</Button>
      )}
      <DataTable
        summary={`Largest eigenvalue of ${batchCount(all.length)}`}
        columns={["Samples", "Batch", "Largest eigenvalue", "±", "Converged"]}
        rows={() =>
          sizes.flatMap(({ batchSize, values }) =>
            values.map(({ value, error, converged }, i) => [
              count(batchSize),
              String(i + 1),
              significant(value, 5),
              error.toExponential(1),
              converged ? "yes" : "no",
            ]),
          )
        }
      />
    </Card>
  );
}

const batchCount = (n: number): string => `${count(n)} ${n === 1 ? "batch" : "batches"}`;

/** Of all samples there is one batch only. */
const isWhole =
  (batches: number, available: number) =>
  ({ batchSize, values }: SweptSize): boolean =>
    values.length === (batchSize === available ? 1 : batches);

function summaryOf(sizes: readonly SweptSize[]): string {
  const [first, last] = [sizes[0], sizes[sizes.length - 1]];
  return (
    `Largest eigenvalue against the size of the batch: ${significant(first.mean, 3)} in the mean with ` +
    `${plural(first.batchSize, "sample")}, ${significant(last.mean, 3)} with ${count(last.batchSize)}.`
  );
}
