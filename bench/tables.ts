/** The results as tables, one per part. */

import type { CompilationRow } from "./compilation.ts";
import type { CountRow } from "./counts.ts";
import type { PeerRow } from "./jax/compare.ts";
import type { LanczosRow } from "./lanczos.ts";
import type { LandscapeRow } from "./landscape.ts";
import type { LayersRow } from "./layers.ts";
import type { ProductRow } from "./products.ts";
import type { ProfileRow } from "./profile.ts";
import { type Measured, type Results, rowsOf } from "./results.ts";
import type { ScalingRow } from "./scaling.ts";
import { type Columns, table } from "./table.ts";
import { UNITS } from "./units.ts";

const percent = (x: number): string => `${(100 * x).toFixed(0)} %`;
const mega = (x: number): string => (x / 1e6).toFixed(1);
const ms = (x: number): string => (x < 100 ? x.toFixed(1) : x.toFixed(0));

export const COUNTS: Columns<CountRow> = [
  ["network", (r) => r.model],
  ["batch", (r) => String(r.batch)],
  ["parameters", (r) => String(r.parameters)],
  ["forward MFLOP", (r) => mega(r.forwardFlops)],
  ["HVP, forward passes", (r) => r.hvpInForwards.toFixed(2)],
  ["dispatches", (r) => String(r.dispatches)],
  ["moved MB", (r) => mega(r.bytesMoved)],
  ["pipelines", (r) => String(r.pipelines)],
  ["HVP MB", (r) => mega(r.hvpBytes)],
  ["gradient MB", (r) => mega(r.gradientBytes)],
  ["HVP/gradient", (r) => r.hvpPerGradientBytes.toFixed(2)],
];

export const PRODUCTS: Columns<ProductRow> = [
  ["network", (r) => r.model],
  ["batch", (r) => String(r.batch)],
  ["HVP ms", (r) => ms(r.hvpMs)],
  ["gradient ms", (r) => ms(r.gradientMs)],
  ["HVP/gradient", (r) => r.hvpPerGradient.toFixed(2)],
  ["GFLOP/s", (r) => r.gflops.toFixed(2)],
  ["ceiling", (r) => r.ceilingGflops.toFixed(2)],
  ["of ceiling", (r) => percent(r.ofCeiling)],
  ["of reference", (r) => (r.ofReference === undefined ? "" : percent(r.ofReference))],
  ["copy GB/s", (r) => r.copyGBs.toFixed(1)],
];

export const COMMANDS: Columns<ProductRow> = [
  ["network", (r) => r.model],
  ["dispatches", (r) => String(r.dispatches)],
  ["submits", (r) => String(r.submits)],
  ["pipelines", (r) => String(r.pipelines)],
  ["create ms", (r) => ms(r.createMs)],
  ["first HVP ms", (r) => ms(r.coldMs)],
  ["HVP MB", (r) => mega(r.hvpBytes)],
  ["slice error p50", (r) => percent(r.sliceErrorP50)],
  ["p99", (r) => percent(r.sliceErrorP99)],
  ["off by ms p50", (r) => (r.sliceOffMsP50 === undefined ? "" : ms(r.sliceOffMsP50))],
  ["p99", (r) => (r.sliceOffMsP99 === undefined ? "" : ms(r.sliceOffMsP99))],
];

export const LANCZOS: Columns<LanczosRow> = [
  ["network", (r) => r.model],
  ["batch", (r) => String(r.batch)],
  ["steps", (r) => String(r.steps)],
  ["step ms", (r) => ms(r.stepMs)],
  ["HVP ms", (r) => ms(r.hvpMs)],
  ["steps/products", (r) => r.totalPerProducts.toFixed(2)],
  ["submits a step", (r) => r.submitsPerStep.toFixed(1)],
  ["planned MB", (r) => mega(r.bytesPlanned)],
  ["peak MB", (r) => mega(r.bytesPeak)],
  ["landscape point ms", (r) => ms(r.pointMs)],
];

export const PEERS: Columns<PeerRow> = [
  ["network", (r) => r.model],
  ["jax-js", (r) => `${r.device} ${r.path}`],
  ["ms", (r) => ms(r.hvpMs)],
  ["ours ms", (r) => ms(r.ours)],
  ["times as long", (r) => r.slowdown.toFixed(2)],
  ["of ceiling", (r) => percent(r.ofCeiling)],
  ["dispatches", (r) => String(r.dispatches)],
  ["submits", (r) => String(r.submits)],
  ["first HVP ms", (r) => ms(r.coldMs)],
  ["ours first ms", (r) => ms(r.oursColdMs)],
  ["difference", (r) => r.difference.toExponential(0)],
];

export const PROFILE: Columns<ProfileRow> = [
  ["network", (r) => r.model],
  [
    "kernels: share of the product, of the ceiling",
    (r) =>
      r.kernels
        .slice(0, 4)
        .map((k) => `${k.dispatches} x ${k.label}: ${percent(k.share)}, ${percent(k.ofCeiling)}`)
        .join("; "),
  ],
];

export const COMPILATION: Columns<CompilationRow> = [
  ["network", (r) => r.model],
  ["pipelines", (r) => String(r.pipelines)],
  ["texts kB", (r) => (r.textLength / 1000).toFixed(0)],
  ["one by one ms", (r) => ms(r.compileMs)],
  ["all at once ms", (r) => ms(r.togetherMs)],
  ["slowest ms", (r) => ms(r.slowestMs)],
  ["which", (r) => r.slowest],
];

export const SCALING: Columns<ScalingRow> = [
  ["network", (r) => r.model],
  ["over", (r) => r.over],
  ["values", (r) => r.points.map((point) => String(point[r.over])).join(", ")],
  ["HVP ms", (r) => r.points.map(({ hvpMs }) => ms(hvpMs)).join(", ")],
  ["time for each, of the first", (r) => r.points.map(({ perUnit }) => perUnit.toFixed(2)).join(", ")],
];

export const LANDSCAPES: Columns<LandscapeRow> = [
  ["landscape of", (r) => r.model],
  ["parameters", (r) => String(r.parameters)],
  ["batch", (r) => String(r.batch)],
  ["points", (r) => String(r.points)],
  ["points/s", (r) => r.pointsPerSecond.toPrecision(3)],
];

export const LAYERS: Columns<LayersRow> = [
  ["traces of layers", (r) => String(r.layers)],
  ["tensors", (r) => String(r.tensors)],
  ["product ms", (r) => r.productMs.toFixed(2)],
  ["probe ms", (r) => r.probeMs.toFixed(2)],
  ["probe/product", (r) => r.probePerProduct.toFixed(2)],
];

const rows = <T>(measured: readonly Measured[]): T[] => measured.flatMap(({ row }) => row as T | T[]);

/** The tables that have rows, as `render` draws them. */
export function tablesOf(
  results: Results,
  render: <T>(columns: Columns<T>, rows: readonly T[]) => string,
): Readonly<Record<string, string>> {
  const drawn = <T>(columns: Columns<T>, part: Parameters<typeof rowsOf>[1]): string => {
    const found = rows<T>(rowsOf(results, part, UNITS));
    return found.length === 0 ? "" : render(columns, found);
  };
  return {
    counts: drawn(COUNTS, "counts"),
    products: drawn(PRODUCTS, "products"),
    commands: drawn(COMMANDS, "products"),
    compilation: drawn(COMPILATION, "compilation"),
    lanczos: drawn(LANCZOS, "lanczos"),
    peers: drawn(PEERS, "peer"),
    profile: drawn(PROFILE, "profile"),
    scaling: drawn(SCALING, "scaling"),
    landscapes: drawn(LANDSCAPES, "landscapes"),
    layers: drawn(LAYERS, "layers"),
  };
}

export function resultTables(results: Results): string {
  const { device } = results;
  return [
    `${device.name}${device.software ? " (software)" : ""}\n`,
    ...Object.values(tablesOf(results, table)),
  ].join("\n");
}
