/** Lanczos in steps: T grows, its eigenvalues settle from the outside in, and without orthogonality copies appear. */
import { useCallback, useMemo } from "react";
import { densityOver, densityView } from "../../store/densityView.ts";
import { lanczosInSmall, replayed, smallMatrix } from "../../store/lesson/lanczos.ts";
import type { RunResult } from "../../store/state.ts";
import { lesson as words } from "../../strings/en.ts";
import { significant } from "../format.ts";
import { usePage } from "../page.ts";
import { Card } from "../parts.tsx";
import { useComputed } from "../useComputed.ts";
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
      <Card title={words.lanczos.title} tools={<LessonTools result={result} />}>
        <p className="empty">{words.lanczos.none}</p>
      </Card>
    );
  }
  const { at } = player;
  const settled = state.kinds.filter((kind) => kind === "settled").length;
  const ghosts = state.kinds.filter((kind) => kind === "ghost").length;
  const top = state.nodes.length - 1;
  return (
    <>
      <PlayerBar title={words.lanczos.title} player={player} tools={<LessonTools result={result} />}>
        {words.lanczos.step({
          alpha: significant(lesson.alpha[at - 1]),
          beta: significant(lesson.beta[at - 1]),
          step: at,
          settled,
          copies: ghosts,
          largest: `${significant(state.nodes[top], 5)} ± ${significant(state.errors[top], 2)}`,
        })}{" "}
        <span className="aside">
          {small === null
            ? words.lanczos.replayed(probe + 1, result.spectrum.alpha.length)
            : words.lanczos.inSmall(smallMatrix(result, probe).diagonal.length, probe + 1)}
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
