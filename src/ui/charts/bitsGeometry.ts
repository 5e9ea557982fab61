/** A bar per layer of a bit plan, in pixels. Pure. */
import { scaleBand, scaleLinear } from "d3-scale";
import type { Tick } from "./densityGeometry.ts";
import type { Frame } from "./frame.ts";

export interface BitBar {
  readonly name: string;
  /** Part of the network. */
  readonly group: string;
  readonly bits: number;
  /** What else a reading says, on lines of its own. */
  readonly note: string;
}

export interface BitsGeometry {
  readonly bars: readonly {
    readonly bar: BitBar;
    readonly x: number;
    readonly y: number;
    readonly width: number;
    readonly height: number;
  }[];
  readonly yTicks: readonly Tick[];
  /** Runs of layers of the same part. */
  readonly groups: readonly { readonly name: string; readonly from: number; readonly to: number }[];
}

/** Most bits that a weight gets. */
const MOST = 8;

export function bitsGeometry(bars: readonly BitBar[], frame: Frame): BitsGeometry {
  const y = scaleLinear().domain([0, MOST]).range([frame.bottom, frame.top]);
  const band = scaleBand()
    .domain(bars.map(({ name }) => name))
    .range([frame.left, frame.right])
    .paddingInner(0.2)
    .paddingOuter(0.2);
  const placed = bars.map((bar) => ({
    bar,
    x: band(bar.name) ?? frame.left,
    width: band.bandwidth(),
    y: y(bar.bits),
    height: frame.bottom - y(bar.bits),
  }));
  return {
    bars: placed,
    yTicks: [2, 4, 8].map((bits) => ({ at: y(bits), label: String(bits) })),
    groups: runsOf(placed.map(({ bar, x, width }) => ({ group: bar.group, x, width }))),
  };
}

/** Neighbours of the same part of the network, as one stretch. */
export function runsOf(
  placed: readonly { readonly group: string; readonly x: number; readonly width: number }[],
): { name: string; from: number; to: number }[] {
  const runs: { name: string; from: number; to: number }[] = [];
  for (const { group, x, width } of placed) {
    const last = runs.at(-1);
    if (last?.name === group) last.to = x + width;
    else runs.push({ name: group, from: x, to: x + width });
  }
  return runs;
}
