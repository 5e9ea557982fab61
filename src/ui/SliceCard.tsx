/** The measured loss along the vector of the selected eigenvalue, against the parabola that it predicts. */
import { lazy, type ReactNode, Suspense } from "react";
import { findEigenvalue, findSlice } from "../store/ranks.ts";
import { isBusy } from "../store/runState.ts";
import type { LossSlice, RunResult } from "../store/state.ts";
import { planeCard, sliceCard as words } from "../strings/en.ts";
import { ViewChoice } from "./ControlField.tsx";
import { SliceChart } from "./charts/SliceChart.tsx";
import { parabolaFormula, predictedLoss } from "./charts/sliceGeometry.ts";
import { ExportMenu } from "./ExportMenu.tsx";
import { sliceFigure } from "./figures.ts";
import { eigenvalueSymbol, significant } from "./format.ts";
import { useActions, usePage } from "./page.ts";
import { Button, Card, DataTable } from "./parts.tsx";

const PlaneCard = lazy(async () => ({ default: (await import("./PlaneCard.tsx")).PlaneCard }));
const VectorCard = lazy(() => import("./VectorCard.tsx"));

/** The loss along one vector, or over the plane of two, or the vector itself. */
export function SliceCard({ result }: { readonly result: RunResult }) {
  const about = usePage((state) => state.controls.about);
  const chooser = <ViewChoice field="about" />;
  switch (about) {
    case "line":
      return <LineCard result={result} chooser={chooser} />;
    case "plane":
      return (
        <Suspense fallback={<Card title={planeCard.title} className="slice" tools={chooser} />}>
          <PlaneCard result={result} chooser={chooser} />
        </Suspense>
      );
    case "vector":
      return (
        <Suspense fallback={<Card title={words.partsTitle} className="slice" tools={chooser} />}>
          <VectorCard result={result} chooser={chooser} />
        </Suspense>
      );
  }
}

function LineCard({ result, chooser }: { readonly result: RunResult; readonly chooser: ReactNode }) {
  const chosen = findEigenvalue(
    result,
    usePage((state) => state.controls.selected),
  );
  if (chosen === null) {
    return (
      <Card title={words.title} className="slice" tools={chooser}>
        <p className="empty">{words.select}</p>
      </Card>
    );
  }
  const { end, place } = chosen.rank;
  const vector = eigenvalueSymbol(end, place, "v");
  const slice = findSlice(result, chosen.rank);
  return (
    <Card
      title={words.titleOf(vector)}
      className="slice"
      tools={
        <>
          {chooser}
          {slice !== null && (
            <ExportMenu
              figure={sliceFigure(chosen.rank)}
              tables={[{ label: words.csv, name: "slice", csv: (t) => t.sliceCsv(slice, result.loss) }]}
              result={result}
            />
          )}
        </>
      }
    >
      {slice === null ? (
        <Missing result={result} />
      ) : (
        <Measured slice={slice} loss={result.loss} vector={vector} symbol={eigenvalueSymbol(end, place)} />
      )}
    </Card>
  );
}

interface MeasuredProps {
  readonly slice: LossSlice;
  readonly loss: number;
  readonly vector: string;
  readonly symbol: string;
}

function Measured({ slice, loss, vector, symbol }: MeasuredProps) {
  const last = slice.steps.length - 1;
  const at = (place: number) => ({
    step: significant(slice.steps[place], 2),
    loss: significant(slice.loss[place], 3),
    predicted: significant(predictedLoss(slice, loss, slice.steps[place]), 3),
  });
  const summary = words.summary(vector, at(0), at(last), significant(loss, 3));
  return (
    <>
      <SliceChart slice={slice} loss={loss} vector={vector} summary={summary} />
      <p className="legend">
        <span className="key">
          <i className="swatch measured" aria-hidden="true" />
          {words.measured}
        </span>
        <span className="key">
          <i className="swatch parabola" aria-hidden="true" />
          {parabolaFormula(slice)}
        </span>
      </p>
      <DataTable
        summary={words.table(symbol)}
        columns={words.columns}
        rows={() =>
          slice.steps.map((step, i) => [
            significant(step, 3),
            significant(slice.loss[i], 6),
            significant(predictedLoss(slice, loss, step), 6),
          ])
        }
      />
    </>
  );
}

/** Why there is no slice, and what to do. */
function Missing({ result }: { readonly result: RunResult }) {
  const run = usePage((state) => state.run);
  const origin = usePage((state) => state.shown?.origin);
  const selected = findEigenvalue(
    result,
    usePage((state) => state.controls.selected),
  );
  const { select } = useActions();
  if (run.kind === "running" && run.job === "slice") return <p className="empty">{words.measuring}</p>;
  if (isBusy(run)) return <p className="empty">{words.later}</p>;
  if (origin !== "live" || selected === null) {
    return <p className="empty">{origin === "stored" ? words.notStored : words.notHeld}</p>;
  }
  return (
    <p className="empty">
      <Button onClick={() => void select(selected.rank)}>{words.measure}</Button>
    </p>
  );
}
