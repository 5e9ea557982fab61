/** The plane that a run has measured last, in small; the landscape panel has the rest. */
import { lazy, type ReactNode, Suspense } from "react";
import { findPlane } from "../store/landscapes.ts";
import type { RunResult } from "../store/state.ts";
import { planeCard as words } from "../strings/en.ts";
import { LandscapeExport, LandscapeTable } from "./landscape/LandscapeNumbers.tsx";
import { Legend } from "./landscape/Legend.tsx";
import { landscapeNote, landscapeTitle } from "./landscape/words.ts";
import { useActions, usePage } from "./page.ts";
import { Button, Card } from "./parts.tsx";

const LandscapeFigure = lazy(() => import("./landscape/LandscapeFigure.tsx"));

interface PlaneCardProps {
  readonly result: RunResult;
  /** Chooses between the line and the plane. */
  readonly chooser?: ReactNode;
  /** Of the run, where several stand beside each other. */
  readonly letter?: string;
}

export function PlaneCard({ result, chooser, letter }: PlaneCardProps) {
  const { set } = useActions();
  const shown = usePage((state) => state.shown?.result === result);
  const plane = findPlane(result);
  const toPanel = (text: string) => (
    <Button look="text" onClick={() => set("panel", "landscape")}>
      {text}
    </Button>
  );
  if (plane === null)
    return (
      <Card title={words.title} className="slice" tools={chooser}>
        <p className="empty">{toPanel(words.measure)}</p>
      </Card>
    );
  return (
    <Card
      title={`${letter === undefined ? "" : `${letter}: `}${words.titleOf(landscapeTitle(plane))}`}
      note={landscapeNote(plane)}
      className="slice"
      tools={
        <>
          {chooser}
          <LandscapeExport landscape={plane} value="loss" result={result} />
        </>
      }
    >
      <Suspense fallback={<div className="chart plane-chart" />}>
        <LandscapeFigure landscape={plane} value="loss" log surface={null} />
      </Suspense>
      <Legend plane surface={false} predicted={plane.prediction !== null} value="loss" />
      {shown && <p className="legend">{toPanel(words.more)}</p>}
      <LandscapeTable landscape={plane} />
    </Card>
  );
}
