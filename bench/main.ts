/**
 * Speed and memory of the engine on this device. Everything that is compared is measured in turn in one run, because
 * machines are noisy: believe the ratios and the medians.
 */

import { mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { dawn } from "../src/cli/dawn.ts";
import { openDevice, reportDevice } from "../src/run/device.ts";
import { CASES, caseOf, readBundled } from "./cases.ts";
import { type LandscapeRow, measureLandscapes } from "./landscape.ts";
import { type LayersRow, measureLayers } from "./layers.ts";
import { median } from "./measure.ts";
import { measureProducts, type ProductRow } from "./products.ts";
import { type Columns, table } from "./table.ts";

const COLUMNS: Columns<ProductRow> = [
  ["model", (r) => r.model],
  ["batch", (r) => String(r.batch)],
  ["HVP ms", (r) => r.hvpMs.toFixed(1)],
  ["primal ms", (r) => r.primalMs.toFixed(1)],
  ["HVP/primal", (r) => r.hvpPerPrimal.toFixed(2)],
  ["HVP/forwards", (r) => r.hvpInForwards.toFixed(2)],
  ["GFLOP/s", (r) => r.gflops.toFixed(2)],
  ["ceiling", (r) => r.ceilingGflops.toFixed(2)],
  ["of ceiling", (r) => `${(100 * r.ofCeiling).toFixed(0)} %`],
  ["dispatches", (r) => String(r.dispatches)],
  ["pipelines", (r) => String(r.pipelines)],
  ["compile ms", (r) => r.compileMs.toFixed(0)],
  ["planned MB", (r) => (r.bytesPlanned / 1e6).toFixed(1)],
  ["used MB", (r) => (r.bytesUsed / 1e6).toFixed(1)],
];

const LANDSCAPE_COLUMNS: Columns<LandscapeRow> = [
  ["landscape of", (r) => r.model],
  ["parameters", (r) => String(r.parameters)],
  ["batch", (r) => String(r.batch)],
  ["points", (r) => String(r.points)],
  ["points/s", (r) => r.pointsPerSecond.toPrecision(3)],
];

const LAYER_COLUMNS: Columns<LayersRow> = [
  ["traces of layers", (r) => String(r.layers)],
  ["tensors", (r) => String(r.tensors)],
  ["product ms", (r) => r.productMs.toFixed(2)],
  ["probe ms", (r) => r.probeMs.toFixed(2)],
  ["probe/product", (r) => r.probePerProduct.toFixed(2)],
];

/** What is measured beside the networks. */
const OTHERS = ["landscapes", "layers"] as const;

/** `bench [--only NAME,...] [--batch N] [--rounds N] [--json FILE]` */
export async function main(argv: readonly string[]): Promise<number> {
  const flag = (name: string): string | undefined => argv[argv.indexOf(`--${name}`) + 1 || argv.length];
  const rounds = Number(flag("rounds") ?? "5");
  const batch = flag("batch");
  const known: readonly string[] = [...CASES, ...OTHERS];
  const only = flag("only")?.split(",") ?? known;
  const strange = only.find((name) => !known.includes(name));
  if (strange !== undefined) {
    process.stderr.write(`--only: expected some of ${known.join(", ")}, found "${strange}".\n`);
    return 2;
  }
  const opened = await openDevice(dawn());
  const device = reportDevice(opened.gpu, "node");
  opened.gpu.device.destroy();
  const rows: ProductRow[] = [];
  for (const id of CASES.filter((name) => only.includes(name))) {
    // A device of its own, so that each model pays for its own pipelines.
    const own = await openDevice(dawn());
    rows.push(
      await measureProducts(own, await caseOf(id, batch === undefined ? undefined : Number(batch)), rounds),
    );
    if (own.gpu.faults.length > 0) throw new Error(`internal: the GPU reported: ${own.gpu.faults[0]}`);
    own.gpu.device.destroy();
  }
  const landscapes = only.includes("landscapes")
    ? await measureLandscapes(dawn(), rounds, readBundled, median)
    : [];
  const layers = only.includes("layers") ? await measureLayers(dawn(), rounds, median) : [];
  const json = flag("json") ?? "test-results/bench.json";
  await mkdir(dirname(json), { recursive: true });
  await writeFile(json, `${JSON.stringify({ device, rounds, rows, landscapes, layers }, null, 1)}\n`);
  process.stdout.write(
    `${device.name}${device.software ? " (software)" : ""}, medians of ${rounds}\n${table(COLUMNS, rows)}${table(LANDSCAPE_COLUMNS, landscapes)}${table(LAYER_COLUMNS, layers)}written to ${json}\n`,
  );
  return 0;
}
