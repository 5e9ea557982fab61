/** Beside the Ritz values: the matrix T, and how the errors fall or orthogonality goes. */
import type { LanczosLesson } from "../../store/lesson/lanczos.ts";
import type { RunResult } from "../../store/state.ts";
import { lesson as words } from "../../strings/en.ts";
import { ConvergenceChart } from "../charts/ConvergenceChart.tsx";
import { MatrixChart } from "../charts/MatrixChart.tsx";
import { ExportMenu } from "../ExportMenu.tsx";
import { scientific, significant } from "../format.ts";
import { convergenceFigure, matrixFigure } from "../panelFigures.ts";
import { Card, DataTable } from "../parts.tsx";
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
      title={words.matrix.title(at)}
      note={words.matrix.note}
      className="matrix"
      tools={
        <ExportMenu
          figure={matrixFigure(at)}
          tables={[
            {
              label: words.matrix.csv,
              name: "tridiagonal",
              csv: (t) => t.tridiagonalCsv(lesson.alpha, lesson.beta, at),
            },
          ]}
          result={result}
        />
      }
    >
      <MatrixChart alpha={alpha} beta={beta} summary={words.matrix.summary(at, significant(alpha[at - 1]))} />
      <DataTable
        summary={words.matrix.table}
        columns={words.matrix.columns}
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
    kept === null ? [words.errors.title, words.errors.quantity] : [words.defect.title, words.defect.quantity];
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
          tables={[{ label: words.errors.csv, name: "errors", csv: (t) => t.seriesCsv("step", series) }]}
          result={result}
        />
      }
    >
      <ConvergenceChart
        series={series}
        at={at}
        step={words.errors.step}
        quantity={quantity}
        summary={words.errors.summary(title, at, said.join(", "))}
      />
      <SeriesLegend series={series} />
      <DataTable
        summary={words.errors.table}
        columns={[words.errors.stepHead, ...series.map(({ name }) => name)]}
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
