/** How the largest eigenvalue depends on the size of the batch. */
import { isBusy } from "../../store/runState.ts";
import type { RunResult } from "../../store/state.ts";
import { type SweptSize, sweepQuestion, sweptSizes } from "../../store/studyData.ts";
import { panelFigures, sweep as words } from "../../strings/en.ts";
import { SweepChart } from "../charts/SweepChart.tsx";
import { ExportMenu } from "../ExportMenu.tsx";
import { count, significant } from "../format.ts";
import { Asking } from "../layers/Asking.tsx";
import { useActions, usePage } from "../page.ts";
import { sweepFigure } from "../panelFigures.ts";
import { Button, Card, DataTable } from "../parts.tsx";
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
      <Card title={words.title} className="sweep">
        <Asking job="batchSweep" what={words.what} label={words.measure} onAsk={() => void ask(question)}>
          {words.cost(count(least), count(most), count(batches))}
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
      title={words.title}
      note={whole ? words.note(sweep.available) : words.noteSoFar(sweep.available, all.length)}
      className="sweep"
      tools={
        <ExportMenu
          figure={sweepFigure}
          tables={[{ label: words.csv, name: "batches", csv: (t) => t.sweepCsv(sweep) }]}
          result={result}
        />
      }
    >
      <SweepChart sizes={sizes} planned={sweep.planned} summary={summaryOf(sizes)} />
      <p className="legend study-legend">
        <span className="key">
          <i className="study-key dot" /> {panelFigures.sweep.batch}
        </span>
        {all.some(({ converged }) => !converged) && (
          <span className="key">
            <i className="study-key dot open" /> {words.open}
          </span>
        )}
        <span className="key">
          <i className="study-key line" /> {panelFigures.sweep.mean}
        </span>
      </p>
      {!whole && origin === "live" && !isBusy(run) && (
        <Button onClick={() => void ask(question)}>{words.measureAll}</Button>
      )}
      <DataTable
        summary={words.table(all.length)}
        columns={words.columns}
        rows={() =>
          sizes.flatMap(({ batchSize, values }) =>
            values.map(({ value, error, converged }, i) => [
              count(batchSize),
              String(i + 1),
              significant(value, 5),
              error.toExponential(1),
              converged ? words.yes : words.no,
            ]),
          )
        }
      />
    </Card>
  );
}

/** Of all samples there is one batch only. */
const isWhole =
  (batches: number, available: number) =>
  ({ batchSize, values }: SweptSize): boolean =>
    values.length === (batchSize === available ? 1 : batches);

function summaryOf(sizes: readonly SweptSize[]): string {
  const [first, last] = [sizes[0], sizes[sizes.length - 1]];
  return words.summary({
    least: significant(first.mean, 3),
    leastSamples: first.batchSize,
    most: significant(last.mean, 3),
    mostSamples: count(last.batchSize),
  });
}
