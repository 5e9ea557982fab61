/** The plane that was measured last, in small; the landscape panel has the rest. */
import { lazy, type ReactNode, Suspense } from "react";
import type { RunResult } from "../store/state.ts";
import { landscapeNote, landscapeTitle } from "./landscape/words.ts";
import { useActions } from "./page.ts";
import { Button, Card } from "./parts.tsx";

const LandscapeFigure = lazy(() => import("./landscape/LandscapeFigure.tsx"));

interface PlaneCardProps {
  readonly result: RunResult;
  /** Chooses between the line and the plane. */
  readonly chooser?: ReactNode;
}

export function PlaneCard({ result, chooser }: PlaneCardProps) {
  const { set } = useActions();
  const plane = result.landscapes?.findLast(({ axes }) => axes.length === 2) ?? null;
  return (
    <Card
      title={plane === null ? "Loss over a plane" : `Loss ${landscapeTitle(plane)}`}
      {...(plane === null ? {} : { note: landscapeNote(plane) })}
      className="slice"
      tools={chooser}
    >
      {plane !== null && (
        <Suspense fallback={<div className="chart plane-chart" />}>
          <LandscapeFigure landscape={plane} value="loss" log surface={null} />
        </Suspense>
      )}
      <p className={plane === null ? "empty" : "legend"}>
        <Button look="text" onClick={() => set("panel", "landscape")}>
          {plane === null
            ? "Measure one in the landscape panel"
            : "Other directions and views in the landscape panel"}
        </Button>
      </p>
    </Card>
  );
}
