/** The measured loss along a unit vector, and the parabola L + a g.d + a^2/2 lambda. Pure. */
import type { LossSlice } from "../../store/state.ts";
import { charts, sliceChart as words } from "../../strings/en.ts";
import { significant } from "../format.ts";
import type { Line } from "./lineGeometry.ts";

/** What slope and eigenvalue predict at a step. */
export function predictedLoss(slice: LossSlice, loss: number, step: number): number {
  return loss + step * slice.slope + (step * step * slice.eigenvalue) / 2;
}

/** `loss`: the loss at step 0, where measurement and prediction meet. */
export const sliceLine = (slice: LossSlice, loss: number): Line => ({
  steps: slice.steps,
  values: slice.loss,
  predict: (step) => predictedLoss(slice, loss, step),
});

/** `L − 1.6 a + ½ · 135.4 a²` */
export function parabolaFormula(slice: LossSlice): string {
  const sign = slice.slope < 0 ? "−" : "+";
  const curve = slice.eigenvalue < 0 ? "−" : "+";
  return `L ${sign} ${significant(Math.abs(slice.slope), 3)} a ${curve} ½ · ${significant(Math.abs(slice.eigenvalue), 4)} a²`;
}

export function sliceReading(slice: LossSlice, loss: number, i: number): string {
  return [
    charts.step(significant(slice.steps[i], 3)),
    words.measured(significant(slice.loss[i], 4)),
    words.parabola(significant(predictedLoss(slice, loss, slice.steps[i]), 4)),
  ].join("\n");
}
