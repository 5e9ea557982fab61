/** The largest eigenvalue of each batch against the size of the batch, in pixels. Pure. */
import { scaleLinear, scalePoint } from "d3-scale";
import type { SweptSize } from "../../store/studyData.ts";
import { type Tick, tickNumber } from "./densityGeometry.ts";
import { type Frame, type Point, pathOf } from "./frame.ts";

export interface SweepGeometry {
  readonly xTicks: readonly Tick[];
  readonly yTicks: readonly Tick[];
  /** Where each measured size stands. */
  readonly stops: readonly number[];
  readonly dots: readonly { readonly at: Point; readonly converged: boolean; readonly key: string }[];
  /** Through the means. */
  readonly mean: string;
}

/** @param planned sizes that there will be: they double, so that they stand side by side */
export function sweepGeometry(
  sizes: readonly SweptSize[],
  planned: readonly number[],
  frame: Frame,
): SweepGeometry {
  const all = sizes.flatMap(({ values }) => values.map(({ value }) => value));
  const x = scalePoint<number>().domain(planned).range([frame.left, frame.right]).padding(0.5);
  const y = scaleLinear()
    .domain([Math.min(0, ...all), Math.max(0, ...all) || 1])
    .nice(4)
    .range([frame.bottom, frame.top]);
  const at = (size: number): number => x(size) ?? frame.left;
  return {
    xTicks: planned.map((size) => ({ at: at(size), label: String(size) })),
    yTicks: y.ticks(4).map((value) => ({ at: y(value), label: tickNumber(value) })),
    stops: sizes.map(({ batchSize }) => at(batchSize)),
    dots: sizes.flatMap(({ batchSize, values }) =>
      values.map(({ value, converged }, i) => ({
        ...{ at: [at(batchSize), y(value)] as const, converged, key: `${batchSize}-${i}` },
      })),
    ),
    mean: pathOf(sizes.map(({ batchSize, mean }): Point => [at(batchSize), y(mean)])),
  };
}
