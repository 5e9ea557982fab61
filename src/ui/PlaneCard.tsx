/** The loss over the plane of the two largest eigenvalues' vectors: measured from coarse to fine, with the prediction. */
import type { ReactNode } from "react";
import { findPlane, PLANE_POINTS, type PlanePoint, planePoints } from "../store/plane.ts";
import { isBusy } from "../store/runState.ts";
import type { LandscapeAxis, RunResult } from "../store/state.ts";
import { PlaneChart } from "./charts/PlaneChart.tsx";
import { ExportMenu } from "./ExportMenu.tsx";
import { planeFigure } from "./figures.ts";
import { count, eigenvalueSymbol, percent, significant } from "./format.ts";
import { useActions, usePage } from "./page.ts";
import { Button, Card, DataTable } from "./parts.tsx";

interface PlaneCardProps {
  readonly result: RunResult;
  /** Chooses between the line and the plane, where there is room for one of them only. */
  readonly chooser?: ReactNode;
}

export function PlaneCard({ result, chooser }: PlaneCardProps) {
  const plane = findPlane(result);
  if (plane === null) {
    return (
      <Card title="Loss over a plane" className="slice" tools={chooser}>
        <Missing result={result} />
      </Card>
    );
  }
  const vectors = plane.axes.map(vectorName) as [string, string];
  const points = planePoints(plane);
  const summary = planeSummary(points, vectors);
  return (
    <Card
      title={`Loss over ${vectors.join(" and ")}`}
      {...(plane.measured < plane.loss.length
        ? { note: `${plane.measured} of ${plane.loss.length} points` }
        : {})}
      className="slice"
      tools={
        <>
          {chooser}
          <ExportMenu
            figure={planeFigure(vectors)}
            tables={[{ label: "Plane (CSV)", name: "plane", csv: (t) => t.planeCsv(points) }]}
            result={result}
          />
        </>
      }
    >
      <PlaneChart points={points} vectors={vectors} summary={summary} />
      <p className="legend">
        <span className="key">lines of equal loss: measured, and dashed as slope and curvature predict</span>
      </p>
      {plane.measured < plane.loss.length && <Again />}
      <DataTable
        summary="Loss and accuracy at every point"
        columns={[`Along ${vectors[0]}`, `Along ${vectors[1]}`, "Measured", "Predicted", "Accuracy"]}
        rows={() =>
          points.map(({ a, b, loss, predicted, accuracy }) => [
            significant(a, 3),
            significant(b, 3),
            loss === null ? "" : significant(loss, 6),
            predicted === null ? "" : significant(predicted, 6),
            accuracy === null ? "" : percent(accuracy),
          ])
        }
      />
    </Card>
  );
}

const vectorName = ({ direction }: LandscapeAxis): string =>
  direction.kind === "ritz" ? eigenvalueSymbol(direction.end, direction.place, "v") : direction.kind;

function planeSummary(points: readonly PlanePoint[], vectors: readonly [string, string]): string {
  const known = points.flatMap((p) => (p.loss === null ? [] : [{ ...p, loss: p.loss }]));
  const least = known.reduce((best, p) => (p.loss < best.loss ? p : best));
  const most = known.reduce((best, p) => (p.loss > best.loss ? p : best));
  return (
    `Loss over the plane of ${vectors.join(" and ")} in ${count(known.length)} points: least ` +
    `${significant(least.loss, 3)} at steps ${significant(least.a, 2)}, ${significant(least.b, 2)}, largest ` +
    `${significant(most.loss, 3)} at ${significant(most.a, 2)}, ${significant(most.b, 2)}.`
  );
}

/** A plane that was cancelled can be measured as a whole while the engine has its run. */
function Again() {
  const run = usePage((state) => state.run);
  const origin = usePage((state) => state.shown?.origin);
  const { plane } = useActions();
  if (isBusy(run) || origin !== "live") return null;
  return <Button onClick={() => void plane()}>Measure all points</Button>;
}

/** Why there is no plane, and what to do. */
function Missing({ result }: { readonly result: RunResult }) {
  const run = usePage((state) => state.run);
  const origin = usePage((state) => state.shown?.origin);
  const { plane } = useActions();
  if (run.kind === "running" && run.job === "landscape") return <p className="empty">Measuring</p>;
  if (isBusy(run)) return <p className="empty">A plane can be measured when the run ends.</p>;
  if (result.eigenvalues.top.length < 2)
    return <p className="empty">A plane needs the vectors of two eigenvalues: ask for two at the top.</p>;
  if (origin !== "live") {
    return (
      <p className="empty">
        {origin === "stored"
          ? "The stored run holds no plane. Run it here to measure one."
          : "The engine does not hold this run. Run its model again to measure a plane."}
      </p>
    );
  }
  return (
    <div className="empty">
      <Button onClick={() => void plane()}>
        Measure {PLANE_POINTS} × {PLANE_POINTS} points
      </Button>
      <p className="calm">
        {count(PLANE_POINTS ** 2)} evaluations of the loss and two products; it can be cancelled.
      </p>
    </div>
  );
}
