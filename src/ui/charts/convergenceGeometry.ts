/** Errors against steps on a logarithmic scale, in pixels. Pure. */
import { scaleLinear, scaleLog } from "d3-scale";
import { superscript } from "../format.ts";
import type { Tick } from "./densityGeometry.ts";
import { type Frame, type Point, pathOf } from "./frame.ts";

export interface Series {
  readonly name: string;
  /** Class of its line. */
  readonly look: string;
  /** [step - 1]; null where there is nothing, and breaks the line. */
  readonly values: readonly (number | null)[];
}

export interface ConvergenceGeometry {
  readonly x: (step: number) => number;
  readonly paths: readonly string[];
  /** Where the series stand at the present step. */
  readonly points: readonly (Point | null)[];
  readonly xTicks: readonly Tick[];
  readonly yTicks: readonly Tick[];
}

/** Below this nothing is told apart: float64 ends. */
const FLOOR = 1e-17;

/** @param at present step, from 1: lines end there, the scales are those of all steps. */
export function convergenceGeometry(
  series: readonly Series[],
  at: number,
  frame: Frame,
): ConvergenceGeometry {
  const steps = Math.max(2, ...series.map(({ values }) => values.length));
  const known = series
    .flatMap(({ values }) => values)
    .filter((value): value is number => value !== null && value > FLOOR);
  const low = 10 ** Math.floor(Math.log10(Math.min(...known, 1)));
  const high = 10 ** Math.ceil(Math.log10(Math.max(...known, 10 * low)));
  const x = scaleLinear().domain([1, steps]).range([frame.left, frame.right]);
  const y = scaleLog().domain([low, high]).range([frame.bottom, frame.top]).clamp(true);
  const place = (value: number | null | undefined, step: number): Point | null =>
    value === null || value === undefined ? null : [x(step), y(Math.max(value, low))];
  const decades = Math.round(Math.log10(high / low));
  const every = Math.max(1, Math.ceil(decades / 6));
  return {
    x,
    paths: series.map(({ values }) => {
      const drawn = values.slice(0, at).map((value, i) => place(value, i + 1));
      return runs(drawn).map(pathOf).join("");
    }),
    points: series.map(({ values }) => place(values[at - 1], at)),
    xTicks: x
      .ticks(6)
      .filter((step) => Number.isInteger(step))
      .map((step) => ({ at: x(step), label: String(step) })),
    yTicks: Array.from({ length: Math.floor(decades / every) + 1 }, (_, i) => {
      const exponent = Math.round(Math.log10(low)) + i * every;
      return { at: y(10 ** exponent), label: `10${superscript(exponent)}` };
    }),
  };
}

/** The pieces between gaps. */
function runs(points: readonly (Point | null)[]): Point[][] {
  const pieces: Point[][] = [[]];
  for (const point of points) {
    if (point === null) pieces.push([]);
    else pieces[pieces.length - 1].push(point);
  }
  return pieces.filter((piece) => piece.length > 0);
}
