/** The lines of the Lanczos lesson: how the errors of the outermost Ritz values fall, step by step. Pure. */
import type { LanczosLesson } from "../../store/lesson/lanczos.ts";
import { lesson as words } from "../../strings/en.ts";
import type { Series } from "../charts/convergenceGeometry.ts";

const TOPS = [
  { name: "λ₁", look: "first" },
  { name: "λ₂", look: "second" },
  { name: "λ₃", look: "third" },
];

/** Before a step has that many Ritz values, and while the smallest is one of the largest, there is no error to tell. */
export function errorSeries({ states }: LanczosLesson): Series[] {
  const tops = TOPS.map(({ name, look }, place) => ({
    ...{ name, look },
    values: states.map(({ errors }) => (errors.length > place ? errors[errors.length - 1 - place] : null)),
  }));
  const bottom = {
    ...{ name: "λₙ", look: "fourth" },
    values: states.map(({ errors }) => (errors.length > TOPS.length ? errors[0] : null)),
  };
  return [...tops, bottom];
}

/** How far the vectors are from orthonormal, in float32: with all of them at hand, and with the last two. */
export const defectSeries = (kept: LanczosLesson, lost: LanczosLesson): Series[] => [
  { name: words.defect.all, look: "second", values: kept.defect ?? [] },
  { name: words.defect.lastTwo, look: "ghostly", values: lost.defect ?? [] },
];
