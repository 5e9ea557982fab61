/** Lanczos in steps: T grows, its eigenvalues settle from the outside in, and without orthogonality copies appear. */
import { useCallback, useMemo } from "react";
import { densityOver, densityView } from "../../store/densityView.ts";
import { lanczosInSmall, replayed, smallMatrix } from "../../store/lesson/lanczos.ts";
import type { RunResult } from "../../store/state.ts";
import { significant } from "../format.ts";
import { usePage } from "../page.ts";
import { Card } from "../parts.tsx";
import { useComputed } from "../useComputed.ts";
import { plural } from "../words.ts";
import { ErrorsCard, MatrixCard } from "./LanczosSide.tsx";
import { LessonTools } from "./LessonTools.tsx";
import { PlayerBar } from "./PlayerBar.tsx";
import { RitzCard } from "./RitzCard.tsx";
import { usePlayer } from "./usePlayer.ts";

export function LanczosLesson({ result }: { readonly result: RunResult }) {
  const { lessonProbe, orthogonality, xAxis, smoothing, width } = usePage((state) => state.controls);
  const probe = Math.min(lessonProbe, result.spectrum.alpha.length) - 1;
  const replay = useMemo(() => replayed(result, probe), [result, probe]);
  const small = useComputed(
    useCallback(async () => {
      if (orthogonality === "kept" || replay.alpha.length === 0) return null;
      const matrix = smallMatrix(result, probe);
      const run = (memory: "all vectors" | "two vectors") =>
        lanczosInSmall(matrix, { steps: replay.alpha.length, memory, precision: "float32" });
      return { kept: await run("all vectors"), lost: await run("two vectors") };
    }, [result, probe, orthogonality, replay]),
  );
  const lesson = small?.lost ?? replay;
  const player = usePlayer(lesson.states.length);
  const whole = useMemo(
    () => densityView(result, [], { xAxis, smoothing, width }),
    [result, xAxis, smoothing, width],
  );
  const state = lesson.states[player.at - 1];
  const view = useMemo(
    () => (whole === null || state === undefined ? null : densityOver(whole, state)),
    [whole, state],
  );
  if (view === null || state === undefined) {
    return (
      <Card title="Lanczos, step by step" tools={<LessonTools result={result} />}>
        <p className="empty">The first Lanczos step of this run is not done yet.</p>
      </Card>
    );
  }
  const { at } = player;
  const settled = state.kinds.filter((kind) => kind === "settled").length;
  const ghosts = state.kinds.filter((kind) => kind === "ghost").length;
  const top = state.nodes.length - 1;
  return (
    <>
      <PlayerBar title="Lanczos, step by step" player={player} tools={<LessonTools result={result} />}>
        One more product gave α = {significant(lesson.alpha[at - 1])} on the diagonal and β ={" "}
        {significant(lesson.beta[at - 1])} beside it. T has {plural(at, "eigenvalue")}: {settled} settled
        {ghosts > 0 && `, ${ghosts} mere ${ghosts === 1 ? "copy" : "copies"}`}; the largest is{" "}
        {significant(state.nodes[top], 5)} ± {significant(state.errors[top], 2)}.{" "}
        <span className="aside">
          {small === null
            ? `Replayed from the run: probe ${probe + 1} of ${result.spectrum.alpha.length}, in the numbers that its device used.`
            : `In small: a diagonal matrix with the ${plural(smallMatrix(result, probe).diagonal.length, "Ritz value")} of probe ${probe + 1}. Exact Lanczos gives it the T of the run; here it holds two vectors of float32.`}
        </span>
      </PlayerBar>
      <div className="lesson-grid">
        <RitzCard result={result} lesson={lesson} view={view} at={at} />
        <div className="column">
          <MatrixCard result={result} lesson={lesson} at={at} />
          <ErrorsCard result={result} lesson={lesson} kept={small?.kept ?? null} at={at} />
        </div>
      </div>
    </>
  );
}
