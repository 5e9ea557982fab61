/** A bar per tensor: its part of the trace, with the interval, in pixels. Pure. */
import { scaleBand, scaleLinear } from "d3-scale";
import { groupName } from "../../store/groupName.ts";
import type { LayerTrace, ModelCard } from "../../store/state.ts";
import { runsOf } from "./bitsGeometry.ts";
import { type Tick, tickNumber } from "./densityGeometry.ts";
import type { Frame } from "./frame.ts";

type CardTensor = ModelCard["tensors"][number];

export interface LayerBar {
  readonly name: string;
  /** Part of the network: `layer1`, `encoder layer 0`. */
  readonly group: string;
  /** What tells the tensor from the others of its group. */
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
  tensors: ReadonlyMap<string, CardTensor>,
  options: { readonly perParameter: boolean; readonly all: boolean },
): LayerBar[] {
  const shown = layers.flatMap((layer) => {
    const tensor = tensors.get(layer.name);
    const kind: TensorKind = (tensor?.shape.length ?? 1) >= 2 ? "weight" : "other";
    if (kind === "other" && !options.all) return [];
    return [{ layer, kind, group: groupName(tensor ?? layer) }];
  });
  const names = shown.map(({ layer, group }) => ({ group, parts: informative(layer.name, group) }));
  return shown.map(({ layer, kind, group }, i) => {
    const scale = options.perParameter ? 1 / layer.size : 1;
    return {
      name: layer.name,
      group,
      short: shortName(names[i], names),
      kind,
      value: layer.estimate * scale,
      interval: layer.interval95 === null ? null : [layer.interval95[0] * scale, layer.interval95[1] * scale],
    } satisfies LayerBar;
  });
}

/** The parts of a name that say something within its group. */
function informative(name: string, group: string): readonly string[] {
  const rest = name.startsWith(`${group}.`) ? name.slice(group.length + 1) : name;
  const parts = rest.split(".").filter((part) => part !== "weight" && part !== "dense");
  return parts.length > 0 ? parts : [group];
}

interface GroupedName {
  readonly group: string;
  readonly parts: readonly string[];
}

/** Longer ones would run into each other under the bars: characters. */
const LONGEST = 12;

/** The whole name where it is short; else its last word, with the one before it where two tensors would be called alike. */
function shortName(name: GroupedName, names: readonly GroupedName[]): string {
  const { group, parts } = name;
  const whole = parts.join(".");
  if (whole.length <= LONGEST) return whole;
  const last = (parts.at(-1) ?? "").replace(/_embeddings$/, "");
  const before = parts.at(-2) ?? "";
  const alike = names.filter((other) => other.group === group && other.parts.at(-1) === parts.at(-1));
  const full = alike.length > 1 && !/^\d+$/.test(before) ? `${before}.${last}` : last;
  const text = full.replace("attention", "attn");
  return text.length <= LONGEST ? text : `…${text.slice(1 - LONGEST)}`;
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
  /** Runs of tensors of the same part of the network. */
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
    groups: runsOf(placed.map(({ bar, x, width }) => ({ group: bar.group, x, width }))),
    pitch: band.step(),
  };
}
