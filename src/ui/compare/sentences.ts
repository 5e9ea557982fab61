/** What is seen of a run, alone and beside another: from its numbers, and only what their intervals say. Pure. */

import { compareRuns, type Difference, stageTraces } from "../../store/comparison.ts";
import { probeDistance, wasserstein } from "../../store/distance.ts";
import type { RitzValue, RunResult } from "../../store/state.ts";
import { comparisonWords, runSentences as words } from "../../strings/en.ts";
import { interval, percent, significant } from "../format.ts";

/** `λ₁ = 298.4 and λₙ = −11.54; loss 0.1576, accuracy 93.8 %.` and the trace with its largest part. */
export function runSentence(result: RunResult): string {
  const { eigenvalues, loss, accuracy, trace } = result;
  const end = (symbol: string, [ritz]: readonly RitzValue[]) => {
    if (ritz === undefined) return [];
    const text = `${symbol} = ${significant(ritz.value, 4)}`;
    return [ritz.converged ? text : words.notConverged(text)];
  };
  const ends = [...end("λ₁", eigenvalues.top), ...end("λₙ", eigenvalues.bottom)];
  const facts = [
    words.and(ends),
    accuracy === null
      ? words.loss(significant(loss, 3))
      : words.lossAndAccuracy(significant(loss, 3), percent(accuracy)),
  ];
  const largest = [...stageTraces(result)].reduce<readonly [string, number] | null>(
    (best, [name, { value }]) => (best === null || value > best[1] ? [name, value] : best),
    null,
  );
  const spread =
    trace.method === "exact"
      ? ` ${words.exact}`
      : trace.interval95 === null
        ? ""
        : ` ${words.interval(interval(trace.interval95))}`;
  const part = largest === null ? "" : `; ${words.largestPart(significant(largest[1], 3), largest[0])}`;
  return `${facts.filter((fact) => fact !== "").join("; ")}. ${words.trace(significant(trace.estimate, 4))}${spread}${part}.`;
}

/** Largest eigenvalue, trace and density beside those of the first run. */
export function besideSentence(first: RunResult, result: RunResult): string {
  const rows = compareRuns([first, result]);
  const of = (name: string) => rows.find((row) => row.name === name);
  const top = of(comparisonWords.largest);
  const [one, other] = top?.quantities ?? [];
  const sharp =
    one == null || other == null
      ? null
      : top?.differences[1]?.verdict === "differs"
        ? words.timesA(significant(other.value / one.value, 2))
        : words.sameAsA;
  const trace = of(comparisonWords.trace)?.differences[1] ?? null;
  const told = trace === null ? null : traceWords(trace);
  const distance = wasserstein(first.spectrum, result.spectrum);
  const chance = probeDistance(first.spectrum);
  const apart = `${words.apart(significant(distance, 2))}${chance === null ? "" : ` ${words.probesOfA(significant(chance, 2))}`}`;
  return words.besideA([sharp, told, apart].filter((part) => part !== null).join("; "));
}

function traceWords({ value, interval: range, verdict }: Difference): string {
  if (verdict === "open" || range === null) return words.traceOpen;
  const [low, high] = value < 0 ? [-range[1], -range[0]] : range;
  const sharp = high - low < 1e-2 * Math.abs(value);
  const spread = sharp ? "" : ` (${interval([low, high])})`;
  const size = significant(Math.abs(value), 3);
  return `${value < 0 ? words.traceSmaller(size) : words.traceLarger(size)}${spread}`;
}
