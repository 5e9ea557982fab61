/** The measured loss along a unit vector, and the parabola L + a g.d + a^2/2 lambda, in pixels. Pure. */
import { scaleLinear } from "d3-scale";
import type { LossSlice } from "../../store/state.ts";
import { significant } from "../format.ts";
import { type Tick, tickNumber } from "./densityGeometry.ts";
import { type Frame, type Point, pathOf } from "./frame.ts";

export interface SliceGeometry {
  readonly xTicks: readonly Tick[];
  readonly yTicks: readonly Tick[];
  readonly measured: string;
  readonly points: readonly Point[];
  /** Where each step stands. */
  readonly stops: readonly number[];
  readonly parabola: string;
}

/** Room for the outermost points, in pixels. */
const INSET = 6;

/** What slope and eigenvalue predict at a step. */
export function predictedLoss(slice: LossSlice, loss: number, step: number): number {
  return loss + step * slice.slope + (step * step * slice.eigenvalue) / 2;
}

/** `loss`: the loss at step 0, where measurement and prediction meet. */
export function sliceGeometry(slice: LossSlice, loss: number, frame: Frame): SliceGeometry {
  const finite = slice.loss.filter(Number.isFinite);
  const low = Math.min(loss, ...finite);
  const high = Math.max(loss, ...finite);
  // A parabola that leaves the measurement far behind is cut off: the measurement sets the scale, with some room.
  const room = Math.max(high - low, 1e-9);
  const predicted = slice.steps.map((step) => predictedLoss(slice, loss, step));
  const y = scaleLinear()
    .domain([
      Math.max(Math.min(low, ...predicted), low - 0.6 * room),
      Math.min(Math.max(high, ...predicted), high + 0.6 * room),
    ])
    .nice(4)
    .range([frame.bottom, frame.top]);
  const x = scaleLinear()
    .domain([slice.steps[0], slice.steps[slice.steps.length - 1]])
    .range([frame.left + INSET, frame.right - INSET]);
  const points = slice.steps.flatMap((step, i): Point[] =>
    Number.isFinite(slice.loss[i]) ? [[x(step), y(slice.loss[i])]] : [],
  );
  const fine = Array.from({ length: 101 }, (_, i) =>
    x.invert(x.range()[0] + ((x.range()[1] - x.range()[0]) * i) / 100),
  );
  return {
    xTicks: x.ticks(5).map((step) => ({ at: x(step), label: tickNumber(step) })),
    yTicks: y.ticks(4).map((value) => ({ at: y(value), label: tickNumber(value) })),
    measured: pathOf(points),
    points,
    stops: slice.steps.map((step) => x(step)),
    parabola: pathOf(fine.map((step): Point => [x(step), y(predictedLoss(slice, loss, step))])),
  };
}

/** `L − 1.6 a + ½ · 135.4 a²` */
export function parabolaFormula(slice: LossSlice): string {
  const sign = slice.slope < 0 ? "−" : "+";
  const curve = slice.eigenvalue < 0 ? "−" : "+";
  return `L ${sign} ${significant(Math.abs(slice.slope), 3)} a ${curve} ½ · ${significant(Math.abs(slice.eigenvalue), 4)} a²`;
}

export function sliceReading(slice: LossSlice, loss: number, i: number): string {
  return [
    `step ${significant(slice.steps[i], 3)}`,
    `measured ${significant(slice.loss[i], 4)}`,
    `parabola ${significant(predictedLoss(slice, loss, slice.steps[i]), 4)}`,
  ].join("\n");
}
