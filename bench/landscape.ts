/** Points of a landscape per second: of nets so small that the time of a submit counts, and of a bundled one. */
import { openDevice } from "../src/run/device.ts";
import { type LoadedModel, loadModel } from "../src/run/load.ts";
import { lossesAt } from "../src/run/points.ts";
import { poseProblem } from "../src/run/problem.ts";
import { images, mlp, resnet8, vectors } from "../test/run/files.ts";

export interface LandscapeRow {
  readonly model: string;
  readonly parameters: number;
  readonly batch: number;
  readonly points: number;
  readonly pointsPerSecond: number;
}

interface Case {
  readonly model: string;
  readonly batch: number;
  readonly points: number;
  readonly load: () => Promise<LoadedModel>;
}

const nothing = () => Promise.reject(new Error("internal: a dropped model reads no bundled file"));

const cases = (readBundled: (path: string) => Promise<Uint8Array>): readonly Case[] => [
  { model: "mlp 7-5-3", batch: 12, points: 441, load: () => loadModel(mlp(), vectors(), nothing) },
  { model: "ResNet-8", batch: 4, points: 441, load: () => loadModel(resnet8(), images(), nothing) },
  {
    ...{ model: "resnet20", batch: 16, points: 3 },
    load: () =>
      loadModel({ kind: "bundled", id: "resnet20" }, { kind: "bundled", id: "resnet20" }, readBundled),
  },
];

/** Medians of several rounds, each over the whole grid. */
export async function measureLandscapes(
  gpu: GPU,
  rounds: number,
  readBundled: (path: string) => Promise<Uint8Array>,
  median: (values: readonly number[]) => number,
): Promise<LandscapeRow[]> {
  const rows: LandscapeRow[] = [];
  for (const { model, batch, points, load } of cases(readBundled)) {
    const engines = await openDevice(gpu);
    const loaded = await load();
    const problem = poseProblem(loaded, { bn: "eval", start: 0, batchSize: batch });
    const n = problem.parameters.length;
    const directions = [0, 1].map((k) => Float64Array.from({ length: n }, (_, i) => Math.cos(i + k) / n));
    const wanted = Array.from({ length: points }, (_, i) => [i / points, -i / points]);
    const request = { ...engines, problem, microBatch: batch, budget: 2e9, heldBytes: 0, directions };
    const all = () => pass(lossesAt({ ...request, points: wanted }));
    // The first pass pays for the last stage of compilation.
    await all();
    const found: number[] = [];
    for (let round = 0; round < rounds; round++) found.push(await all());
    rows.push({ model, parameters: n, batch, points, pointsPerSecond: (1000 * points) / median(found) });
    engines.gpu.device.destroy();
  }
  return rows;
}

async function pass(losses: AsyncIterable<unknown>): Promise<number> {
  const began = performance.now();
  for await (const _ of losses);
  return performance.now() - began;
}
