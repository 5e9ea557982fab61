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
import { significant } from "../format.ts";
import { usePage } from "../page.ts";
import { Card } from "../parts.tsx";
import { useComputed } from "../useComputed.ts";
import { plural } from "../words.ts";
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
      <Card title="Power iteration, step by step" tools={<LessonTools result={result} />}>
        <p className="empty">The run has fewer than two Ritz values so far.</p>
      </Card>
    );
  }
  return (
    <>
      <PlayerBar
        title="Power iteration, step by step"
        player={player}
        tools={<LessonTools result={result} />}
      >
        {sentence(lesson, step)}{" "}
        <span className="aside">
          A is a diagonal matrix with the {plural(result.spectrum.nodes[probe].length, "Ritz value")} of probe{" "}
          {probe + 1} ({controls.powerMatrix.options.find(({ value }) => value === powerMatrix)?.label}
          ), started with random signs: this run's spectrum in small.
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
  const product = shift === 0 ? "A" : "A − shift·I";
  const begun =
    pair === 0
      ? `Iteration ${iteration}: multiply by ${product}, scale to length 1.`
      : `Iteration ${iteration} of the second pair: the first vector is projected out, then multiply and scale as before.`;
  const now = ` The Rayleigh quotient v′Av is ${significant(value, 5)}, with residual ${significant(residual, 2)}${converged ? ": converged" : ""}.`;
  const speed =
    rate >= 1 - 1e-9
      ? " Two eigenvalues are equally far from zero: the vector keeps swinging between them and never settles."
      : ` In the end every iteration multiplies the residual by |λ₂/λ₁| = ${significant(rate, 3)}.`;
  return begun + now + speed;
}
