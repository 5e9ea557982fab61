/** The share of eigenvalues above each value, on two data, in pixels. Pure. */
import { scaleLinear, scaleLog } from "d3-scale";
import { curveStepBefore, line } from "d3-shape";
import { shareAbove } from "../../store/studyData.ts";
import { type Tick, tickNumber } from "./densityGeometry.ts";
import { type Frame, type Point, round } from "./frame.ts";

interface Rows {
  readonly nodes: readonly (readonly number[])[];
  readonly weights: readonly (readonly number[])[];
}

export interface AboveGeometry {
  readonly xTicks: readonly Tick[];
  readonly yTicks: readonly Tick[];
  /** A path for each of the data. */
  readonly curves: readonly string[];
  /** The eigenvalue at a pixel. */
  readonly valueAt: (px: number) => number;
}

/** @param size rows of the matrix: a single eigenvalue holds 1/size */
export function aboveGeometry(data: readonly Rows[], size: number, frame: Frame): AboveGeometry {
  const all = data.flatMap(({ nodes }) => nodes.flat());
  const x = scaleLinear()
    .domain([Math.min(0, ...all), Math.max(...all)])
    .nice(5)
    .range([frame.left, frame.right]);
  const floor = 0.5 / size;
  const y = scaleLog().domain([floor, 1]).range([frame.bottom, frame.top]).clamp(true);
  const stairs = line<Point>(
    ([value]) => round(x(value)),
    ([, share]) => round(y(Math.max(floor, share))),
  ).curve(curveStepBefore);
  const [from] = x.domain();
  return {
    xTicks: x.ticks(5).map((value) => ({ at: x(value), label: tickNumber(value) })),
    yTicks: y
      .ticks()
      .filter((share) => Number.isInteger(Math.round(Math.log10(share) * 1e6) / 1e6))
      .map((share) => ({ at: y(share), label: `${tickNumber(100 * share)} %` })),
    curves: data.map((rows) => {
      const steps = shareAbove(rows);
      // Before the first value all of them lie above; at a value's own place the share falls to what lies beyond it.
      const points = steps.map(({ at }, i): Point => [at, i === 0 ? 1 : steps[i - 1].share]);
      return stairs([[from, 1], ...points, [steps[steps.length - 1].at, 0]]) ?? "";
    }),
    valueAt: (px) => x.invert(px),
  };
}
