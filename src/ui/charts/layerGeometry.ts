/** A bar per tensor: its part of the trace, with the interval, in pixels. Pure. */
import { scaleBand, scaleLinear } from "d3-scale";
import type { LayerTrace } from "../../store/state.ts";
import { type Tick, tickNumber } from "./densityGeometry.ts";
import type { Frame } from "./frame.ts";

export interface LayerBar {
  readonly name: string;
  /** Name without the group and without a final `.weight`. */
  readonly short: string;
  readonly kind: TensorKind;
  readonly value: number;
  /** 95 %; null where the spread is unknown. */
  readonly interval: readonly [number, number] | null;
}

export type TensorKind = "weight" | "other";

/** `layers` in architecture order; divided by their sizes for the trace per parameter. */
export function layerBars(
  layers: readonly LayerTrace[],
  rankOf: (name: string) => number,
  options: { readonly perParameter: boolean; readonly all: boolean },
): LayerBar[] {
  return layers.flatMap((layer) => {
    const kind: TensorKind = rankOf(layer.name) >= 2 ? "weight" : "other";
    if (kind === "other" && !options.all) return [];
    const scale = options.perParameter ? 1 / layer.size : 1;
    return {
      name: layer.name,
      short: layer.name.replace(/\.weight$/, "").replace(/^[^.]+\.(?=.)/, ""),
      kind,
      value: layer.estimate * scale,
      interval: layer.interval95 === null ? null : [layer.interval95[0] * scale, layer.interval95[1] * scale],
    } satisfies LayerBar;
  });
}

export interface PlacedBar {
  readonly bar: LayerBar;
  readonly x: number;
  readonly width: number;
  readonly y: number;
  readonly height: number;
  readonly whisker: readonly [number, number] | null;
}

export interface LayerGeometry {
  readonly bars: readonly PlacedBar[];
  readonly zero: number;
  readonly yTicks: readonly Tick[];
  /** Runs of tensors with the same first name part: `layer1`. */
  readonly groups: readonly { readonly name: string; readonly from: number; readonly to: number }[];
  /** Distance between neighbouring bars. */
  readonly pitch: number;
}

export function layerGeometry(bars: readonly LayerBar[], frame: Frame): LayerGeometry {
  const ends = bars.flatMap((bar) => [bar.value, ...(bar.interval ?? [])]);
  const y = scaleLinear()
    .domain([Math.min(0, ...ends), Math.max(0, ...ends) || 1])
    .nice(4)
    .range([frame.bottom, frame.top]);
  const band = scaleBand()
    .domain(bars.map((bar) => bar.name))
    .range([frame.left, frame.right])
    .paddingInner(0.35)
    .paddingOuter(0.3);
  const placed = bars.map((bar) => ({
    bar,
    x: band(bar.name) ?? frame.left,
    width: band.bandwidth(),
    y: Math.min(y(0), y(bar.value)),
    height: Math.abs(y(bar.value) - y(0)),
    whisker: bar.interval === null ? null : ([y(bar.interval[0]), y(bar.interval[1])] as const),
  }));
  return {
    bars: placed,
    zero: y(0),
    yTicks: y.ticks(4).map((value) => ({ at: y(value), label: tickNumber(value) })),
    groups: groupsOf(placed),
    pitch: band.step(),
  };
}

function groupsOf(placed: readonly PlacedBar[]): LayerGeometry["groups"] {
  const groups: { name: string; from: number; to: number }[] = [];
  for (const { bar, x, width } of placed) {
    const name = bar.name.split(".")[0];
    const last = groups.at(-1);
    if (last?.name === name) last.to = x + width;
    else groups.push({ name, from: x, to: x + width });
  }
  return groups;
}
