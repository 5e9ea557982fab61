/** The float64 plane of ResNet-20 along its two top eigenvectors in the reference set, and what measures it again. */
import { existsSync, readFileSync } from "node:fs";
import { readSafetensors } from "../../src/model/index.ts";
import type { Engines } from "../../src/run/device.ts";
import { loadModel } from "../../src/run/load.ts";
import { lossesAt } from "../../src/run/points.ts";
import { poseProblem } from "../../src/run/problem.ts";

export interface ReferencePoint {
  /** Place in the row-major grid of 11 x 11. */
  readonly place: number;
  readonly at: readonly [number, number];
  readonly loss: number;
  /** Samples of 128 in their class. */
  readonly correct: number;
}

/** @param folder URL of the reference set, with a slash at its end */
export const hasReference = (folder: URL): boolean => existsSync(folder);

const SAMPLES = 128;

export function referencePoints(folder: URL): ReferencePoint[] {
  const { grid, loss2d, correct2d } = JSON.parse(text(folder, "goldens/resnet20_slices_eval.json"));
  return grid.flatMap((a: number, i: number) =>
    grid.map((b: number, j: number) => ({
      place: i * grid.length + j,
      ...{ at: [a, b], loss: loss2d[i][j], correct: correct2d[i][j] },
    })),
  );
}

export interface Remeasured extends ReferencePoint {
  /** |loss / reference - 1| */
  readonly relative: number;
  /** Samples in their class that the device counts more or fewer. */
  readonly miscounted: number;
}

/** Measures points in their order. */
export async function* remeasure(
  folder: URL,
  points: readonly ReferencePoint[],
  engines: Engines,
): AsyncGenerator<Remeasured> {
  const named = (path: string) => ({ name: path, bytes: read(folder, path) });
  const loaded = await loadModel(
    {
      kind: "files",
      files: [named("models/resnet20_cifar10/model.safetensors")],
      options: { skip: true },
    },
    {
      kind: "files",
      files: [named("data/cifar10_test_000_127.npz")],
      options: { mean: null, std: null },
    },
    () => Promise.reject(new Error("nothing is bundled here")),
  );
  const { tensors } = readSafetensors(read(folder, "data/resnet20_eigvecs_eval.safetensors"), "vectors");
  const directions = ["v1", "v2"].map((vector) =>
    Float64Array.from(
      loaded.card.tensors.flatMap(({ name }) =>
        Array.from(tensors.get(`${vector}.${name}`)?.data ?? [], Number),
      ),
    ),
  );
  const losses = lossesAt({
    ...engines,
    problem: poseProblem(loaded, { bn: "eval", start: 0, batchSize: SAMPLES }),
    ...{ microBatch: SAMPLES, directions, budget: 2e9, heldBytes: 0 },
    points: points.map(({ at }) => at),
  });
  let done = 0;
  for await (const { loss, accuracy } of losses) {
    const point = points[done++];
    yield {
      ...point,
      relative: Math.abs(loss / point.loss - 1),
      miscounted: Math.abs(SAMPLES * (accuracy as number) - point.correct),
    };
  }
}

const read = (folder: URL, path: string): Uint8Array => new Uint8Array(readFileSync(new URL(path, folder)));
const text = (folder: URL, path: string): string => new TextDecoder().decode(read(folder, path));
