/** How runs that are compared are told apart in every figure: a letter, and the class of a line. Pure. */
import type { Compared } from "../../store/kept.ts";
import type { RunResult } from "../../store/state.ts";
import { runTitle } from "../words.ts";

export interface ComparedRun {
  readonly letter: string;
  readonly result: RunResult;
  /** What it is called where there is room. */
  readonly title: string;
  /** Place among the runs beside the one with the full line; null for that one. */
  readonly beside: number | null;
  /** Class of its lines: a colour and a pattern. */
  readonly stroke: string;
}

export const strokeOf = (beside: number | null): string =>
  beside === null ? "line" : `line beside-${beside + 1}`;

export function drawnRuns(compared: readonly Compared[]): readonly ComparedRun[] {
  const others = compared.filter((run) => !run.shown);
  return compared.map(({ letter, result, shown }) => {
    const beside = shown ? null : others.findIndex((run) => run.result === result);
    return { letter, result, title: runTitle(result), beside, stroke: strokeOf(beside) };
  });
}

/** For figures as they leave the page. */
export const legendOf = (runs: readonly ComparedRun[]) =>
  runs.map(({ letter, title }) => ({ text: `${letter}: ${title}`, sample: `[data-curve="${letter}"]` }));
