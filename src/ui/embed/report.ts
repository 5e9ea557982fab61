/** What the framing page is told when the embed's state has changed. Pure, apart from what was told before. */
import { findEigenvalue } from "../../store/ranks.ts";
import { isBusy, type RunState } from "../../store/runState.ts";
import type { PageState, Progress, RunResult, Shown } from "../../store/state.ts";
import type { EmbedEvent, ResultSummary, RunWord } from "./protocol.ts";

export type Report = (state: PageState, link: string) => readonly EmbedEvent[];

/** The first call tells everything, each later one what is new since the call before. */
export function createReport(): Report {
  let first = true;
  let told: { readonly link: string; readonly run: RunWord } | null = null;
  let progress: Progress | null = null;
  let result: RunResult | null = null;
  let selected = "";
  let run: RunState | null = null;
  let notices: readonly string[] = [];

  return (state, link) => {
    const events: EmbedEvent[] = [];
    const word = runWord(state.run);
    if (told?.link !== link || told.run !== word) events.push({ type: "state", state: link, run: word });
    told = { link, run: word };

    if (state.run.kind === "running" && state.run.progress !== progress) {
      progress = state.run.progress;
      if (progress !== null) events.push({ type: "progress", ...progress });
    }
    // A run's snapshots are no results yet.
    if (state.shown !== null && state.shown.result !== result && !isBusy(state.run)) {
      result = state.shown.result;
      events.push({ type: "result", ...summaryOf(state.shown) });
    }
    if (!first && state.controls.selected !== selected) {
      const found = state.shown && findEigenvalue(state.shown.result, state.controls.selected);
      events.push({
        type: "select",
        eigenvalue: state.controls.selected,
        value: found?.ritz.value ?? null,
      });
    }
    selected = state.controls.selected;

    if (state.run !== run && state.run.kind === "ended" && "message" in state.run.ending) {
      events.push({ type: "error", message: state.run.ending.message });
    }
    run = state.run;
    for (const notice of state.notices) {
      if (!notices.includes(notice)) events.push({ type: "error", message: notice });
    }
    notices = state.notices;
    first = false;
    return events;
  };
}

function runWord(run: RunState): RunWord {
  return run.kind === "running" && run.paused ? "paused" : run.kind;
}

function summaryOf({ result, origin }: Shown): ResultSummary {
  const { meaning, settings, loss, accuracy, parameterCount, eigenvalues } = result;
  const { estimate, standardError, interval95, samples } = result.trace;
  return {
    origin,
    model: result.model.title,
    sentence: meaning.sentence,
    settings,
    loss,
    accuracy,
    parameterCount,
    eigenvalues,
    trace: { estimate, standardError, interval95, samples },
    checksPassed: result.checks.every((check) => check.passed),
  };
}
