/** Three networks side by side: densities, traces of their parts, and the loss around their weights. */
import { useEffect, useState } from "react";
import { incomparable } from "../../store/comparison.ts";
import { isBusy } from "../../store/runState.ts";
import type { RunResult } from "../../store/state.ts";
import { STUDY } from "../../store/studyView.ts";
import { Doubted } from "../doubt.tsx";
import { useActions, usePage } from "../page.ts";
import { Button, Card, Segments } from "../parts.tsx";
import { modelName, plural, progressLine } from "../words.ts";
import { AroundCards } from "./AroundCards.tsx";
import { StageCard } from "./StageCard.tsx";
import { StudyDensities } from "./StudyDensities.tsx";
import { besideSentence, runSentence } from "./sentences.ts";
import { type ComparedRun, strokeOf } from "./strokes.ts";

const SOURCES = [
  { value: "stored", label: "stored runs" },
  { value: "measured", label: "measured here" },
] as const;

type Source = (typeof SOURCES)[number]["value"];

export function StudyCards() {
  const study = usePage((state) => state.study);
  const { openStudy } = useActions();
  const [chosen, setChosen] = useState<Source | null>(null);
  useEffect(() => void openStudy(), [openStudy]);
  const measured = Object.keys(study.measured).length > 0;
  const source = chosen ?? (measured ? "measured" : "stored");
  const runs = studiedRuns(STUDY.flatMap((id) => study[source][id] ?? []));
  return (
    <Doubted results={runs.map((run) => run.result)}>
      <Card
        title="What BatchNorm and skip connections change"
        note="ResNet-20 as it is, without BatchNorm, without skip connections"
        className="study"
        tools={measured && <Segments label="Runs" value={source} options={SOURCES} onChange={setChosen} />}
      >
        <StudyRun />
        {source === "measured" && runs.length < STUDY.length && (
          <p className="calm">
            {runs.length} of {STUDY.length} measured. The stored runs have all three.
          </p>
        )}
        {incomparable(runs.map((run) => run.result)).map((problem) => (
          <p key={problem} className="warning">
            {problem}
          </p>
        ))}
        {runs.length === 0 ? (
          <p className="empty">{source === "stored" ? "Reading the stored runs" : "No run yet."}</p>
        ) : (
          <>
            <StudyDensities runs={runs} />
            <div className="study-columns">
              {runs.map(({ letter, title, result }) => (
                <p key={letter}>
                  <b>
                    {letter}: {title}.
                  </b>{" "}
                  {runSentence(result)}{" "}
                  {letter !== "A" && <span className="aside">{besideSentence(runs[0].result, result)}</span>}
                </p>
              ))}
            </div>
          </>
        )}
      </Card>
      {runs.length > 0 && (
        <>
          <StageCard runs={runs} name="study" />
          <AroundCards runs={runs} name="study" />
        </>
      )}
    </Doubted>
  );
}

const studiedRuns = (results: readonly RunResult[]): readonly ComparedRun[] =>
  results.map((result, i) => ({
    ...{ letter: "ABC"[i], result, title: modelName(result.model) },
    ...{ beside: i === 0 ? null : i - 1, stroke: strokeOf(i === 0 ? null : i - 1) },
  }));

/** The series of three runs: the button, what it does now, and why it cannot begin. */
function StudyRun() {
  const run = usePage((state) => state.run);
  const running = usePage((state) => state.study.running);
  const unavailable = usePage((state) => state.device?.kind === "unavailable");
  const batch = usePage((state) => state.controls.batchSize);
  const { runStudy, cancel } = useActions();
  if (running !== null) {
    return (
      <div className="study-run">
        <Button off={isBusy(run) && run.cancelling} onClick={() => void cancel()}>
          Cancel
        </Button>
        <p className="calm" role="status">
          Network {STUDY.indexOf(running) + 1} of {STUDY.length}: {progressLine(run)}
        </p>
      </div>
    );
  }
  return (
    <div className="study-run">
      <Button off={isBusy(run) || unavailable} onClick={() => void runStudy()}>
        Run all three here
      </Button>
      <p className="calm">
        {unavailable
          ? "This browser offers no GPU, so the figures show the stored runs."
          : isBusy(run)
            ? "Another run is at work."
            : `One after the other, with the settings of the form (${plural(batch, "sample")} each), and the loss over the plane of v₁ and v₂.`}
      </p>
    </div>
  );
}
