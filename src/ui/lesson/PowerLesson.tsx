/** Power iteration in steps: what it finds, how fast, and what it cannot see. */
import { useCallback } from "react";
import { controls } from "../../store/controls.ts";
import {
  type PowerLesson as Lesson,
  type PowerStep,
  powerDiagonal,
  powerLesson,
} from "../../store/lesson/power.ts";
import type { RunResult } from "../../store/state.ts";
import { lesson as words } from "../../strings/en.ts";
import { significant } from "../format.ts";
import { usePage } from "../page.ts";
import { Card } from "../parts.tsx";
import { useComputed } from "../useComputed.ts";
import { LessonTools } from "./LessonTools.tsx";
import { PlayerBar } from "./PlayerBar.tsx";
import { FoundCard, PowerErrorsCard } from "./PowerCards.tsx";
import { usePlayer } from "./usePlayer.ts";

export function PowerLesson({ result }: { readonly result: RunResult }) {
  const { lessonProbe, powerMatrix, powerShift } = usePage((state) => state.controls);
  const probe = Math.min(lessonProbe, result.spectrum.nodes.length) - 1;
  const lesson = useComputed(
    useCallback(
      () => powerLesson(powerDiagonal(result, probe, powerMatrix), result.settings.seed, powerShift),
      [result, probe, powerMatrix, powerShift],
    ),
  );
  const steps = lesson?.pairs.flatMap((pair) => pair.steps) ?? [];
  const player = usePlayer(Math.max(1, steps.length));
  const step = steps[player.at - 1];
  if (lesson === null || step === undefined) {
    return (
      <Card title={words.power.title} tools={<LessonTools result={result} />}>
        <p className="empty">{words.power.none}</p>
      </Card>
    );
  }
  return (
    <>
      <PlayerBar title={words.power.title} player={player} tools={<LessonTools result={result} />}>
        {sentence(lesson, step)}{" "}
        <span className="aside">
          {words.power.matrix({
            values: result.spectrum.nodes[probe].length,
            probe: probe + 1,
            matrix: controls.powerMatrix.options.find(({ value }) => value === powerMatrix)?.label ?? "",
          })}
        </span>
      </PlayerBar>
      <div className="lesson-grid">
        <PowerErrorsCard result={result} lesson={lesson} step={step} />
        <div className="column">
          <FoundCard lesson={lesson} step={step} at={player.at} />
        </div>
      </div>
    </>
  );
}

function sentence(
  { pairs, shift }: Lesson,
  { pair, iteration, value, residual, converged }: PowerStep,
): string {
  const { rate } = pairs[pair];
  const begun =
    pair === 0
      ? words.power.multiply(iteration, shift === 0 ? "A" : words.power.shifted)
      : words.power.project(iteration);
  const quotient = [significant(value, 5), significant(residual, 2)] as const;
  const now = converged ? words.power.converged(...quotient) : words.power.now(...quotient);
  const speed = rate >= 1 - 1e-9 ? words.power.swings : words.power.rate(significant(rate, 3));
  return `${begun} ${now} ${speed}`;
}
