/** A quantity measured along a direction, over what is predicted for it, in pixels. Pure. */
import { scaleLinear } from "d3-scale";
import { type Tick, tickNumber } from "./densityGeometry.ts";
import { type Frame, type Point, pathOf } from "./frame.ts";

export interface Line {
  /** Ascending. */
  readonly steps: readonly number[];
  /** Null, or not finite, where nothing is known. */
  readonly values: readonly (number | null)[];
  /** At any step; null where nothing is predicted. */
  readonly predict: ((step: number) => number) | null;
}

export interface LineGeometry {
  readonly xTicks: readonly Tick[];
  readonly yTicks: readonly Tick[];
  readonly measured: string;
  readonly points: readonly Point[];
  /** Where each step stands. */
  readonly stops: readonly number[];
  readonly predicted: string;
  /** Of a step, in pixels. */
  readonly x: (step: number) => number;
}

/** Room for the outermost points, in pixels. */
const INSET = 6;

export function lineGeometry({ steps, values, predict }: Line, frame: Frame): LineGeometry {
  const finite = values.filter((value): value is number => value !== null && Number.isFinite(value));
  const centre = predict === null ? [] : [predict(0)];
  const low = Math.min(...centre, ...finite);
  const high = Math.max(...centre, ...finite);
  // A prediction that leaves the measurement far behind is cut off: the measurement sets the scale, with some room.
  const room = Math.max(high - low, 1e-9);
  const predicted = predict === null ? [] : steps.map(predict);
  const y = scaleLinear()
    .domain([
      Math.max(Math.min(low, ...predicted), low - 0.6 * room),
      Math.min(Math.max(high, ...predicted), high + 0.6 * room),
    ])
    .nice(4)
    .range([frame.bottom, frame.top]);
  const x = scaleLinear()
    .domain([steps[0], steps[steps.length - 1]])
    .range([frame.left + INSET, frame.right - INSET]);
  const points = steps.flatMap((step, i): Point[] => {
    const value = values[i];
    return value !== null && Number.isFinite(value) ? [[x(step), y(value)]] : [];
  });
  const fine = Array.from({ length: 101 }, (_, i) =>
    x.invert(x.range()[0] + ((x.range()[1] - x.range()[0]) * i) / 100),
  );
  return {
    xTicks: x.ticks(5).map((step) => ({ at: x(step), label: tickNumber(step) })),
    yTicks: y.ticks(4).map((value) => ({ at: y(value), label: tickNumber(value) })),
    measured: pathOf(points),
    points,
    stops: steps.map((step) => x(step)),
    predicted: predict === null ? "" : pathOf(fine.map((step): Point => [x(step), y(predict(step))])),
    x,
  };
}
