/** Losses of several runs along a vector each, on common axes, in pixels. Pure. */
import { scaleLinear } from "d3-scale";
import type { LossSlice } from "../../store/state.ts";
import { type Tick, tickNumber } from "./densityGeometry.ts";
import { type Frame, type Point, pathOf } from "./frame.ts";

export interface LossGeometry {
  readonly paths: readonly string[];
  readonly xTicks: readonly Tick[];
  readonly yTicks: readonly Tick[];
  /** Steps of the first slice, in pixels. */
  readonly stops: readonly number[];
}

export function lossGeometry(slices: readonly LossSlice[], frame: Frame): LossGeometry {
  const steps = slices.flatMap((slice) => slice.steps);
  const losses = slices.flatMap((slice) => slice.loss.filter(Number.isFinite));
  const x = scaleLinear()
    .domain([Math.min(...steps), Math.max(...steps)])
    .range([frame.left + 6, frame.right - 6]);
  const y = scaleLinear()
    .domain([Math.min(0, ...losses), Math.max(...losses, 1e-9)])
    .nice(4)
    .range([frame.bottom, frame.top]);
  return {
    paths: slices.map((slice) =>
      pathOf(
        slice.steps.flatMap((step, i): Point[] =>
          Number.isFinite(slice.loss[i]) ? [[x(step), y(slice.loss[i])]] : [],
        ),
      ),
    ),
    xTicks: x.ticks(5).map((value) => ({ at: x(value), label: tickNumber(value) })),
    yTicks: y.ticks(5).map((value) => ({ at: y(value), label: tickNumber(value) })),
    stops: slices[0].steps.map((step) => x(step)),
  };
}
