/** Beside the Ritz values: the matrix T, and how the errors fall or orthogonality goes. */
import type { LanczosLesson } from "../../store/lesson/lanczos.ts";
import type { RunResult } from "../../store/state.ts";
import { ConvergenceChart } from "../charts/ConvergenceChart.tsx";
import { MatrixChart } from "../charts/MatrixChart.tsx";
import { ExportMenu } from "../ExportMenu.tsx";
import { convergenceFigure, matrixFigure } from "../figures.ts";
import { scientific, significant } from "../format.ts";
import { Card, DataTable } from "../parts.tsx";
import { plural } from "../words.ts";
import { defectSeries, errorSeries } from "./lanczosSeries.ts";
import { SeriesLegend } from "./SeriesLegend.tsx";

interface SideProps {
  readonly result: RunResult;
  readonly lesson: LanczosLesson;
  readonly at: number;
}

export function MatrixCard({ result, lesson, at }: SideProps) {
  const alpha = lesson.alpha.slice(0, at);
  const beta = lesson.beta.slice(0, at - 1);
  return (
    <Card
      title={`T, ${at} × ${at}`}
      note="lighter is larger; a bar: below zero"
      className="matrix"
      tools={
        <ExportMenu
          figure={matrixFigure(at)}
          tables={[
            {
              label: "T (CSV)",
              name: "tridiagonal",
              csv: (t) => t.tridiagonalCsv(lesson.alpha, lesson.beta, at),
            },
          ]}
          result={result}
        />
      }
    >
      <MatrixChart
        alpha={alpha}
        beta={beta}
        summary={`Tridiagonal matrix of ${plural(at, "row")}; the last diagonal entry is ${significant(alpha[at - 1])}.`}
      />
      <DataTable
        summary="Entries of T"
        columns={["Row", "α, diagonal", "β, to the next row"]}
        rows={() => alpha.map((a, i) => [String(i + 1), significant(a, 6), significant(lesson.beta[i], 6)])}
      />
    </Card>
  );
}

interface ErrorsCardProps extends SideProps {
  /** The same matrix with all vectors kept, where the lesson is about losing them. */
  readonly kept: LanczosLesson | null;
}

export function ErrorsCard({ result, lesson, kept, at }: ErrorsCardProps) {
  const series = kept === null ? errorSeries(lesson) : defectSeries(kept, lesson);
  const [title, quantity] =
    kept === null
      ? ["Errors of the outermost", "± error"]
      : ["Loss of orthogonality", "‖V′V − I‖, largest entry"];
  const said = series.flatMap(({ name, values }) => {
    const value = values[at - 1];
    return value === null || value === undefined ? [] : [`${name} ${significant(value, 2)}`];
  });
  return (
    <Card
      title={title}
      className="errors"
      tools={
        <ExportMenu
          figure={convergenceFigure(title, series)}
          tables={[{ label: "Steps (CSV)", name: "errors", csv: (t) => t.seriesCsv("step", series) }]}
          result={result}
        />
      }
    >
      <ConvergenceChart
        series={series}
        at={at}
        step="Lanczos step"
        quantity={quantity}
        summary={`${title} at step ${at}: ${said.join(", ")}.`}
      />
      <SeriesLegend series={series} />
      <DataTable
        summary="Values at every step"
        columns={["Step", ...series.map(({ name }) => name)]}
        rows={() =>
          Array.from({ length: at }, (_, i) => [
            String(i + 1),
            ...series.map(({ values }) => (values[i] == null ? "" : scientific(values[i], 2))),
          ])
        }
      />
    </Card>
  );
}
