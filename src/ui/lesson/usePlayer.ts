import { useEffect, useState } from "react";
import { useKeys } from "../keys/useKeys.ts";
import { useActions, usePage } from "../page.ts";

export interface Player {
  /** From 1. */
  readonly at: number;
  readonly total: number;
  readonly playing: boolean;
  go(to: number): void;
  toggle(): void;
}

/** Time for the eye to follow a step, ms. */
const BEAT = 450;

/** Goes through the steps of a lesson by buttons, by keys or by itself; the step is in the link. */
export function usePlayer(total: number): Player {
  const wanted = usePage((state) => state.controls.lessonStep);
  const { set } = useActions();
  const [playing, setPlaying] = useState(false);
  const at = Math.max(1, Math.min(wanted, total));
  const show = (to: number) => set("lessonStep", Math.max(1, Math.min(to, total)));
  const go = (to: number) => {
    setPlaying(false);
    show(to);
  };
  const toggle = () => {
    // From the end it plays once more.
    if (!playing && at >= total) show(1);
    setPlaying(!playing);
  };
  useEffect(() => {
    if (!playing) return;
    const timer = setTimeout(() => {
      if (at >= total) setPlaying(false);
      else set("lessonStep", at + 1);
    }, BEAT);
    return () => clearTimeout(timer);
  }, [playing, at, total, set]);
  useKeys("lesson", {
    play: toggle,
    forward: () => go(at + 1),
    back: () => go(at - 1),
    start: () => go(1),
    end: () => go(total),
  });
  return { at, total, playing, go, toggle };
}
