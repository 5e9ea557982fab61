/** Power iteration: errors against iterations with the predicted rate, and what has been found beside what is there. */
import type { PowerLesson, PowerStep } from "../../store/lesson/power.ts";
import type { RunResult } from "../../store/state.ts";
import { lesson as words } from "../../strings/en.ts";
import { ConvergenceChart } from "../charts/ConvergenceChart.tsx";
import type { Series } from "../charts/convergenceGeometry.ts";
import { ExportMenu } from "../ExportMenu.tsx";
import { scientific, significant } from "../format.ts";
import { convergenceFigure } from "../panelFigures.ts";
import { Card, DataTable } from "../parts.tsx";
import { powerSeries } from "./powerSeries.ts";
import { SeriesLegend } from "./SeriesLegend.tsx";

interface PowerErrorsProps {
  readonly result: RunResult;
  readonly lesson: PowerLesson;
  readonly step: PowerStep;
}

export function PowerErrorsCard({ result, lesson, step }: PowerErrorsProps) {
  const { steps } = lesson.pairs[step.pair];
  const series: readonly Series[] = powerSeries(lesson.pairs[step.pair]);
  const title = step.pair === 0 ? words.power.first : words.power.second;
  return (
    <Card
      title={title}
      className="errors"
      tools={
        <ExportMenu
          figure={convergenceFigure(title, series)}
          tables={[{ label: words.power.csv, name: "power", csv: (t) => t.seriesCsv("iteration", series) }]}
          result={result}
        />
      }
    >
      <ConvergenceChart
        series={series}
        at={step.iteration}
        step={words.power.iteration}
        quantity={words.power.error}
        summary={words.power.summary({
          title,
          iteration: step.iteration,
          residual: significant(step.residual, 2),
          error: significant(Math.abs(step.value - lesson.pairs[step.pair].exact), 2),
        })}
      />
      <SeriesLegend series={series} />
      <DataTable
        summary={words.power.table}
        columns={words.power.columns}
        rows={() =>
          steps
            .slice(0, step.iteration)
            .map(({ iteration, value, length, residual }) => [
              String(iteration),
              significant(value, 6),
              significant(length, 6),
              scientific(residual, 2),
            ])
        }
      />
    </Card>
  );
}

interface FoundProps {
  readonly lesson: PowerLesson;
  readonly step: PowerStep;
  readonly at: number;
}

export function FoundCard({ lesson, step, at }: FoundProps) {
  const { pairs, extent, shift } = lesson;
  const seen = pairs.map(({ steps }, pair) =>
    pair === step.pair ? step : pair < step.pair ? steps.at(-1) : undefined,
  );
  const first = seen[0];
  const [highest, lowest] = extent;
  return (
    <Card title={words.found.title} note={words.found.note(at)} className="found">
      <table className="eigen found-table">
        <thead>
          <tr>
            <th scope="col">{words.found.pair}</th>
            <th scope="col">{words.found.quotient}</th>
            <th scope="col">{shift === 0 ? words.found.length : words.found.shiftedLength}</th>
            <th scope="col">{words.found.exact}</th>
          </tr>
        </thead>
        <tbody>
          {pairs.map(({ exact }, pair) => (
            <tr key={pair === 0 ? "first" : "second"}>
              <th scope="row">{pair + 1}</th>
              <td className="value">{seen[pair] === undefined ? "" : significant(seen[pair].value, 5)}</td>
              <td>{seen[pair] === undefined ? "" : significant(seen[pair].length, 5)}</td>
              <td>{significant(exact, 5)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="trap">{trap()}</p>
    </Card>
  );

  function trap(): string {
    const range = words.trap.range(significant(lowest, 4), significant(highest, 4));
    if (shift !== 0) return `${range} ${words.trap.shifted(significant(pairs[0].rate, 4))}`;
    if (pairs[0].rate >= 1 - 1e-9) return `${range} ${words.trap.swinging}`;
    if (pairs[0].exact < 0)
      return `${range} ${words.trap.negative(significant(first?.length ?? Number.NaN, 4))}`;
    return `${range} ${words.trap.hidden}`;
  }
}
