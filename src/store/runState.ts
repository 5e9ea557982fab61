/** Where the page stands with its engine, as a sum of cases and the moves between them. Pure. */
import type { Progress, QuestionKind, RunOutcome } from "../run/protocol.ts";

export type Job = "run" | "extend" | "slice" | "landscape" | "kernels" | QuestionKind;

export type RunState =
  | { readonly kind: "idle" }
  /** Fetching the engine, asking for the GPU, reading the model. */
  | { readonly kind: "starting"; readonly cancelling: boolean }
  | {
      readonly kind: "running";
      readonly job: Job;
      readonly paused: boolean;
      readonly cancelling: boolean;
      readonly progress: Progress | null;
    }
  | { readonly kind: "ended"; readonly ending: Ending };

export type Ending =
  | { readonly kind: "done"; readonly job: Job }
  | { readonly kind: "cancelled"; readonly kept: boolean }
  | { readonly kind: "lost" | "refused" | "failed" | "unavailable"; readonly message: string };

export type RunMove =
  | { readonly type: "start" }
  | { readonly type: "launch"; readonly job: Job }
  | { readonly type: "progress"; readonly progress: Progress }
  | { readonly type: "pause" }
  | { readonly type: "resume" }
  | { readonly type: "cancel" }
  | { readonly type: "end"; readonly ending: Ending };

/** The next state; a move that does not apply (progress that arrives after the end, say) changes nothing. */
export function moveRun(state: RunState, move: RunMove): RunState {
  switch (move.type) {
    case "start":
      return isBusy(state) ? state : { kind: "starting", cancelling: false };
    case "launch":
      return { kind: "running", job: move.job, paused: false, cancelling: false, progress: null };
    case "progress":
      return state.kind === "running" ? { ...state, progress: move.progress } : state;
    case "pause":
    case "resume":
      return state.kind === "running" ? { ...state, paused: move.type === "pause" } : state;
    case "cancel":
      return isBusy(state) ? { ...state, cancelling: true } : state;
    case "end":
      return { kind: "ended", ending: move.ending };
  }
}

export function isBusy(state: RunState): state is Extract<RunState, { kind: "starting" | "running" }> {
  return state.kind === "starting" || state.kind === "running";
}

/** How an outcome of the engine ends a job. */
export function endingOf(job: Job, outcome: RunOutcome): Ending {
  switch (outcome.kind) {
    case "done":
      return { kind: "done", job };
    case "cancelled":
      return { kind: "cancelled", kept: outcome.result !== null };
    default:
      return { kind: outcome.kind, message: outcome.message };
  }
}
