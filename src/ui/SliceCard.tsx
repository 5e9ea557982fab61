/** The measured loss along the vector of the selected eigenvalue, against the parabola that it predicts. */
import { lazy, type ReactNode, Suspense } from "react";
import { findEigenvalue, findSlice } from "../store/ranks.ts";
import { isBusy } from "../store/runState.ts";
import type { LossSlice, RunResult } from "../store/state.ts";
import { ViewChoice } from "./ControlField.tsx";
import { SliceChart } from "./charts/SliceChart.tsx";
import { parabolaFormula, predictedLoss } from "./charts/sliceGeometry.ts";
import { ExportMenu } from "./ExportMenu.tsx";
import { sliceFigure } from "./figures.ts";
import { eigenvalueSymbol, significant } from "./format.ts";
import { PlaneCard } from "./PlaneCard.tsx";
import { useActions, usePage } from "./page.ts";
import { Button, Card, DataTable } from "./parts.tsx";

const VectorCard = lazy(() => import("./VectorCard.tsx"));

/** The loss along one vector, or over the plane of two, or the vector itself. */
export function SliceCard({ result }: { readonly result: RunResult }) {
  const about = usePage((state) => state.controls.about);
  const chooser = <ViewChoice field="about" />;
  switch (about) {
    case "line":
      return <LineCard result={result} chooser={chooser} />;
    case "plane":
      return <PlaneCard result={result} chooser={chooser} />;
    case "vector":
      return (
        <Suspense fallback={<Card title="Parts of an eigenvalue" className="slice" tools={chooser} />}>
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
      <Card title="Loss along a vector" className="slice" tools={chooser}>
        <p className="empty">Select an eigenvalue of the table.</p>
      </Card>
    );
  }
  const { end, place } = chosen.rank;
  const vector = eigenvalueSymbol(end, place, "v");
  const slice = findSlice(result, chosen.rank);
  return (
    <Card
      title={`Loss along ${vector}`}
      className="slice"
      tools={
        <>
          {chooser}
          {slice !== null && (
            <ExportMenu
              figure={sliceFigure(chosen.rank)}
              tables={[{ label: "Slice (CSV)", name: "slice", csv: (t) => t.sliceCsv(slice, result.loss) }]}
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
  const summary =
    `Loss along ${vector} from step ${significant(slice.steps[0], 2)} to ${significant(slice.steps[last], 2)}: ` +
    `measured ${significant(slice.loss[0], 3)} and ${significant(slice.loss[last], 3)} at the ends, ` +
    `${significant(loss, 3)} in the middle; the parabola of the eigenvalue says ` +
    `${significant(predictedLoss(slice, loss, slice.steps[0]), 3)} and ` +
    `${significant(predictedLoss(slice, loss, slice.steps[last]), 3)}.`;
  return (
    <>
      <SliceChart slice={slice} loss={loss} vector={vector} summary={summary} />
      <p className="legend">
        <span className="key">
          <i className="swatch measured" aria-hidden="true" />
          measured
        </span>
        <span className="key">
          <i className="swatch parabola" aria-hidden="true" />
          {parabolaFormula(slice)}
        </span>
      </p>
      <DataTable
        summary={`Slope and ${symbol} against the measured loss`}
        columns={["Step", "Measured", "Parabola"]}
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
  if (run.kind === "running" && run.job === "slice") return <p className="empty">Measuring</p>;
  if (isBusy(run))
    return <p className="empty">The loss along this vector can be measured when the run ends.</p>;
  if (origin !== "live" || selected === null) {
    return (
      <p className="empty">
        {origin === "stored"
          ? "The stored run holds no slice along this vector. Run it here to measure one."
          : "The engine does not hold this run. Run its model again to measure along its vectors."}
      </p>
    );
  }
  return (
    <p className="empty">
      <Button onClick={() => void select(selected.rank)}>Measure the loss along this vector</Button>
    </p>
  );
}
