/** Power iteration: errors against iterations with the predicted rate, and what has been found beside what is there. */
import type { PowerLesson, PowerStep } from "../../store/lesson/power.ts";
import type { RunResult } from "../../store/state.ts";
import { ConvergenceChart } from "../charts/ConvergenceChart.tsx";
import type { Series } from "../charts/convergenceGeometry.ts";
import { ExportMenu } from "../ExportMenu.tsx";
import { convergenceFigure } from "../figures.ts";
import { scientific, significant } from "../format.ts";
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
  const title = step.pair === 0 ? "Errors of the first pair" : "Errors of the second pair";
  return (
    <Card
      title={title}
      className="errors"
      tools={
        <ExportMenu
          figure={convergenceFigure(title, series)}
          tables={[
            { label: "Iterations (CSV)", name: "power", csv: (t) => t.seriesCsv("iteration", series) },
          ]}
          result={result}
        />
      }
    >
      <ConvergenceChart
        series={series}
        at={step.iteration}
        step="iteration"
        quantity="error"
        summary={`${title} at iteration ${step.iteration}: residual ${significant(step.residual, 2)}, eigenvalue off by ${significant(Math.abs(step.value - lesson.pairs[step.pair].exact), 2)}.`}
      />
      <SeriesLegend series={series} />
      <DataTable
        summary="All iterations of this pair"
        columns={["Iteration", "v′Av", "‖Av‖", "Residual"]}
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
    <Card title="What it finds" note={`after ${at} products`} className="found">
      <table className="eigen found-table">
        <thead>
          <tr>
            <th scope="col">Pair</th>
            <th scope="col">v′Av</th>
            <th scope="col">{shift === 0 ? "‖Av‖" : "‖(A − shift·I)v‖"}</th>
            <th scope="col">True λ</th>
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
    const range = `The spectrum reaches from ${significant(lowest, 4)} to ${significant(highest, 4)}. `;
    if (shift !== 0)
      return `${range}Shifted by the largest, the smallest eigenvalue is the farthest from zero, and power iteration creeps towards it: the rate is ${significant(pairs[0].rate, 4)}. Lanczos finds both ends at once.`;
    if (pairs[0].rate >= 1 - 1e-9)
      return `${range}‖Av‖ looks as if it had settled, and no eigenvector is near: only the residual tells.`;
    if (pairs[0].exact < 0)
      return `${range}The length ‖Av‖ is ${significant(first?.length ?? Number.NaN, 4)}: who reports it says that the largest eigenvalue is positive. Only v′Av has the sign.`;
    return `${range}Power iteration sees |λ| alone: the negative end stays hidden behind the larger positive eigenvalues. The shift shows it.`;
  }
}
