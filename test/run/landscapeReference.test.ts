import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { readSafetensors } from "../../src/model/index.ts";
import { loadModel } from "../../src/run/load.ts";
import { poseProblem } from "../../src/run/problem.ts";
import { lossesAt } from "../../src/run/slice.ts";
import { engines } from "../gpu/examples.ts";

const folder = new URL("../../../shared/reference/", import.meta.url);
const present = existsSync(folder);
const title = present ? "the reference set" : "the reference set (skipped: ../shared/reference is absent)";
const read = (path: string) => new Uint8Array(readFileSync(new URL(path, folder)));
const named = (path: string) => ({ name: path, bytes: read(path) });

/** Places on the grid of 11 x 11; a forward pass of 128 images takes a software device seconds. */
const PLACES = [[7, 4]];

describe.skipIf(!present)(title, () => {
  it("holds loss and accuracy of ResNet-20 at points of the plane of its two top eigenvectors", async () => {
    const want = JSON.parse(new TextDecoder().decode(read("goldens/resnet20_slices_eval.json")));
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
    const { tensors } = readSafetensors(read("data/resnet20_eigvecs_eval.safetensors"), "vectors");
    const directions = ["v1", "v2"].map((vector) =>
      Float64Array.from(
        loaded.card.tensors.flatMap(({ name }) =>
          Array.from(tensors.get(`${vector}.${name}`)?.data ?? [], Number),
        ),
      ),
    );
    const losses = lossesAt({
      ...(await engines()),
      problem: poseProblem(loaded, { bn: "eval", start: 0, batchSize: 128 }),
      ...{ microBatch: 128, directions, budget: 2e9, heldBytes: 0 },
      points: PLACES.map(([i, j]) => [want.grid[i], want.grid[j]]),
    });
    let done = 0;
    for await (const { loss, accuracy } of losses) {
      const [i, j] = PLACES[done++];
      expect(Math.abs(loss / want.loss2d[i][j] - 1), `point ${i}, ${j}`).toBeLessThan(1e-4);
      // A sample that lies on the border of two classes may fall to either side.
      expect(Math.abs(128 * (accuracy as number) - want.correct2d[i][j])).toBeLessThanOrEqual(1);
    }
    expect(done).toBe(PLACES.length);
  });
});
