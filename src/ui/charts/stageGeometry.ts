/** The same quantity of several runs in several groups, as marks with intervals, in pixels. Pure. */
import { scaleBand, scaleLinear } from "d3-scale";
import type { ComparedRow } from "../../store/comparison.ts";
import { type Tick, tickNumber } from "./densityGeometry.ts";
import type { Frame } from "./frame.ts";

export interface StageMark {
  readonly x: number;
  readonly y: number;
  readonly whisker: readonly [number, number] | null;
  /** Place of the run. */
  readonly run: number;
  /** Place of the group. */
  readonly stage: number;
}

export interface StageGeometry {
  readonly marks: readonly StageMark[];
  readonly groups: readonly { readonly name: string; readonly middle: number }[];
  /** Distance between neighbouring groups, and between neighbouring marks of a group. */
  readonly pitch: number;
  readonly spacing: number;
  readonly zero: number;
  readonly yTicks: readonly Tick[];
}

export function stageGeometry(rows: readonly ComparedRow[], frame: Frame): StageGeometry {
  const all = rows.flatMap(({ quantities }) => quantities.filter((quantity) => quantity !== null));
  const ends = all.flatMap(({ value, interval }) => [value, ...(interval ?? [])]);
  const y = scaleLinear()
    .domain([Math.min(0, ...ends), Math.max(0, ...ends) || 1])
    .nice(4)
    .range([frame.bottom, frame.top]);
  const band = scaleBand()
    .domain(rows.map(({ name }) => name))
    .range([frame.left, frame.right])
    .paddingInner(0.25)
    .paddingOuter(0.12);
  const runs = rows[0]?.quantities.length ?? 0;
  const start = (name: string) => band(name) ?? frame.left;
  return {
    marks: rows.flatMap(({ name, quantities }, stage) =>
      quantities.flatMap((quantity, run) =>
        quantity === null
          ? []
          : [
              {
                ...{ run, stage, x: start(name) + ((run + 0.5) / runs) * band.bandwidth() },
                y: y(quantity.value),
                whisker:
                  quantity.interval === null
                    ? null
                    : ([y(quantity.interval[0]), y(quantity.interval[1])] as const),
              },
            ],
      ),
    ),
    groups: rows.map(({ name }) => ({ name, middle: start(name) + band.bandwidth() / 2 })),
    pitch: band.step(),
    spacing: band.bandwidth() / Math.max(1, runs),
    zero: y(0),
    yTicks: y.ticks(5).map((value) => ({ at: y(value), label: tickNumber(value) })),
  };
}
