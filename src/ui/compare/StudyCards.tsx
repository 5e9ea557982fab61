/** Three networks side by side: densities, traces of their parts, and the loss around their weights. */
import { useEffect, useState } from "react";
import { incomparable } from "../../store/comparison.ts";
import { isBusy } from "../../store/runState.ts";
import type { RunResult } from "../../store/state.ts";
import { STUDY } from "../../store/studyView.ts";
import { runButtons, storedRuns, study as words } from "../../strings/en.ts";
import { Doubted } from "../doubt.tsx";
import { useActions, usePage } from "../page.ts";
import { Button, Card, Segments } from "../parts.tsx";
import { modelName, progressLine } from "../words.ts";
import { AroundCards } from "./AroundCards.tsx";
import { StageCard } from "./StageCard.tsx";
import { StudyDensities } from "./StudyDensities.tsx";
import { besideSentence, runSentence } from "./sentences.ts";
import { type ComparedRun, strokeOf } from "./strokes.ts";

const SOURCES = [
  { value: "stored", label: words.stored },
  { value: "measured", label: words.measured },
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
        title={words.title}
        note={words.note}
        className="study"
        tools={
          measured && <Segments label={words.runs} value={source} options={SOURCES} onChange={setChosen} />
        }
      >
        <StudyRun />
        {source === "measured" && runs.length < STUDY.length && (
          <p className="calm">{words.partly(runs.length, STUDY.length)}</p>
        )}
        {incomparable(runs.map((run) => run.result)).map((problem) => (
          <p key={problem} className="warning">
            {problem}
          </p>
        ))}
        {runs.length === 0 ? (
          <p className="empty">{source === "stored" ? storedRuns.reading : words.none}</p>
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
          {runButtons.cancel}
        </Button>
        <p className="calm" role="status">
          {words.progress(STUDY.indexOf(running) + 1, STUDY.length, progressLine(run))}
        </p>
      </div>
    );
  }
  return (
    <div className="study-run">
      <Button off={isBusy(run) || unavailable} onClick={() => void runStudy()}>
        {words.runAll}
      </Button>
      <p className="calm">{unavailable ? words.noGpu : isBusy(run) ? words.busy : words.series(batch)}</p>
    </div>
  );
}
