/**
 * Speed and memory of the engine on this device. Everything that is compared is measured in turn in one run, because
 * machines are noisy: believe the ratios and the medians.
 */

import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { dawn } from "../src/cli/dawn.ts";
import { type Engines, openDevice, reportDevice } from "../src/run/device.ts";
import { makeHessian } from "../src/run/fit.ts";
import { loadModel } from "../src/run/load.ts";
import { poseProblem } from "../src/run/problem.ts";
import { LanczosRun } from "../src/spectrum/index.ts";
import { CEILING_FLOPS, ceilingKernel } from "./ceiling.ts";
import { type LandscapeRow, measureLandscapes } from "./landscape.ts";
import { type LayersRow, measureLayers } from "./layers.ts";

const MODELS = ["resnet20", "resnet20-nobn", "resnet20-noskip"];
const LANCZOS_STEPS = 4;

interface Row {
  readonly model: string;
  readonly batch: number;
  readonly hvpMs: number;
  readonly gradientMs: number;
  readonly hvpPerGradient: number;
  readonly gflops: number;
  readonly ceilingGflops: number;
  readonly ofCeiling: number;
  readonly lanczosStepMs: number;
  readonly dispatches: number;
  readonly pipelines: number;
  readonly compileMs: number;
  readonly bytesPlanned: number;
  readonly bytesUsed: number;
  /** Of these: residuals and temporaries of the programs, and the basis of the Lanczos steps. */
  readonly bytesPrograms: number;
  readonly bytesBasis: number;
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

async function timed(job: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await job();
  return performance.now() - start;
}

const read = async (path: string): Promise<Uint8Array> =>
  new Uint8Array(await readFile(resolve(process.env.EIGENSCOPE_ROOT ?? ".", "public/models", path)));

async function measure(id: string, batch: number, rounds: number, engines: Engines): Promise<Row> {
  const loaded = await loadModel({ kind: "bundled", id }, { kind: "bundled", id }, read);
  const problem = poseProblem(loaded, { bn: "eval", start: 0, batchSize: batch });
  const before = engines.pipelines.size;
  const began = performance.now();
  const operator = await makeHessian({
    ...engines,
    problem,
    microBatch: null,
    probes: 1,
    krylovVectors: LANCZOS_STEPS + 1,
    budget: 8e9,
  });
  const compileMs = performance.now() - began;
  const ceiling = await ceilingKernel(engines, 1);
  const { space } = operator;
  const [v, out] = [space.create(), space.create()];
  space.write(v, [Float64Array.from({ length: space.n }, (_, i) => Math.cos(i))]);
  const product = async (): Promise<void> => {
    await operator.apply(v, out);
    await operator.idle();
  };
  const gradient = async (): Promise<void> => {
    await operator.prepare();
    await operator.idle();
  };
  // The first run of a pipeline pays for its last stage of compilation.
  await gradient();
  await product();
  await ceiling();
  const times = { hvp: [] as number[], gradient: [] as number[], ceiling: [] as number[] };
  for (let round = 0; round < rounds; round++) {
    times.ceiling.push(await timed(ceiling));
    times.hvp.push(await timed(product));
    times.gradient.push(await timed(gradient));
  }
  const lanczos = new LanczosRun(operator, { source: { seed: 0, distribution: "rademacher" }, probes: [0] });
  const withoutBasis = operator.cost.usedBytes;
  const bytesPrograms = withoutBasis - space.bytes;
  const lanczosMs = await timed(async () => {
    for await (const _ of lanczos.advance({ steps: LANCZOS_STEPS }));
  });
  const bytesBasis = operator.cost.usedBytes - withoutBasis;
  lanczos.release();
  const { flops, dispatches, plannedBytes, usedBytes } = operator.cost;
  const [hvpMs, gradientMs] = [median(times.hvp), median(times.gradient)];
  const ceilingGflops = CEILING_FLOPS / median(times.ceiling) / 1e6;
  const row: Row = {
    model: id,
    batch,
    hvpMs,
    gradientMs,
    hvpPerGradient: hvpMs / gradientMs,
    gflops: flops / hvpMs / 1e6,
    ceilingGflops,
    ofCeiling: flops / hvpMs / 1e6 / ceilingGflops,
    lanczosStepMs: lanczosMs / LANCZOS_STEPS,
    dispatches,
    pipelines: engines.pipelines.size - before,
    compileMs,
    bytesPlanned: plannedBytes,
    bytesUsed: usedBytes,
    bytesPrograms,
    bytesBasis,
  };
  operator.destroy();
  return row;
}

type Columns<T> = readonly (readonly [string, (row: T) => string])[];

const COLUMNS: Columns<Row> = [
  ["model", (r) => r.model],
  ["batch", (r) => String(r.batch)],
  ["HVP ms", (r) => r.hvpMs.toFixed(1)],
  ["gradient ms", (r) => r.gradientMs.toFixed(1)],
  ["HVP/gradient", (r) => r.hvpPerGradient.toFixed(2)],
  ["GFLOP/s", (r) => r.gflops.toFixed(2)],
  ["ceiling", (r) => r.ceilingGflops.toFixed(2)],
  ["of ceiling", (r) => `${(100 * r.ofCeiling).toFixed(0)} %`],
  ["Lanczos step ms", (r) => r.lanczosStepMs.toFixed(1)],
  ["dispatches", (r) => String(r.dispatches)],
  ["pipelines", (r) => String(r.pipelines)],
  ["compile ms", (r) => r.compileMs.toFixed(0)],
  ["planned MB", (r) => (r.bytesPlanned / 1e6).toFixed(0)],
  ["used MB", (r) => (r.bytesUsed / 1e6).toFixed(0)],
  ["programs MB", (r) => (r.bytesPrograms / 1e6).toFixed(0)],
  ["basis MB", (r) => (r.bytesBasis / 1e6).toFixed(0)],
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

function table<T>(columns: Columns<T>, rows: readonly T[]): string {
  const cells = [columns.map(([name]) => name), ...rows.map((row) => columns.map(([, text]) => text(row)))];
  const widths = columns.map((_, c) => Math.max(...cells.map((line) => line[c].length)));
  return `${cells.map((line) => line.map((text, c) => text.padStart(widths[c])).join("  ")).join("\n")}\n`;
}

/** `bench [--batch N] [--rounds N] [--json FILE]` */
export async function main(argv: readonly string[]): Promise<number> {
  const flag = (name: string, fallback: string): string => {
    const at = argv.indexOf(`--${name}`);
    return at >= 0 && at + 1 < argv.length ? argv[at + 1] : fallback;
  };
  const batch = Number(flag("batch", "16"));
  const rounds = Number(flag("rounds", "5"));
  const rows: Row[] = [];
  const engines = await openDevice(dawn());
  const device = reportDevice(engines.gpu, "node");
  for (const id of MODELS) {
    // A device of its own, so that each model pays for its own pipelines.
    const own = await openDevice(dawn());
    rows.push(await measure(id, batch, rounds, own));
    if (own.gpu.faults.length > 0) throw new Error(`internal: the GPU reported: ${own.gpu.faults[0]}`);
    own.gpu.device.destroy();
  }
  const landscapes = await measureLandscapes(dawn(), rounds, read, median);
  const layers = await measureLayers(dawn(), rounds, median);
  const json = flag("json", "test-results/bench.json");
  await mkdir(dirname(json), { recursive: true });
  await writeFile(json, `${JSON.stringify({ device, rounds, rows, landscapes, layers }, null, 1)}\n`);
  process.stdout.write(
    `${device.name}${device.software ? " (software)" : ""}, medians of ${rounds}\n${table(COLUMNS, rows)}${table(LANDSCAPE_COLUMNS, landscapes)}${table(LAYER_COLUMNS, layers)}written to ${json}\n`,
  );
  engines.gpu.device.destroy();
  return 0;
}
