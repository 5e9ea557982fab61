import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { LocalEngine } from "../../src/run/engine.ts";
import { mlp, settings, vectors } from "./files.ts";
import { engineOn, finished, silent, WatchedGpu } from "./host.ts";

const gpu = new WatchedGpu();
let engine: LocalEngine;

beforeAll(async () => {
  engine = engineOn(gpu.entry);
  expect((await engine.load(mlp(), vectors())).kind).toBe("loaded");
});
afterAll(() => engine.destroy());

describe("a batch that is inspected", () => {
  it("has the loss and accuracy of a run, its statistics, and leaves nothing behind", async () => {
    const run = finished(await engine.run(settings({ steps: 2, probes: 1, traceProbes: 1 }), silent));
    const held = gpu.liveBytes;
    for (const microBatch of [null, 4]) {
      const answer = await engine.inspect(settings({ microBatch }));
      if (answer.kind !== "inspected") throw new Error(JSON.stringify(answer));
      const { inspection } = answer;
      expect(inspection.loss).toBeCloseTo(run.loss, 6);
      expect(inspection).toMatchObject({ accuracy: run.accuracy, shape: [6, 7], tokens: null, drawn: null });
      expect(inspection.classCounts.reduce((a, b) => a + b, 0)).toBe(6);
      expect(inspection.mean).toHaveLength(1);
    }
    expect(gpu.liveBytes).toBe(held);
    // The run is still there to be extended.
    expect(finished(await engine.extend({ steps: 1, probes: 0 }, silent)).settings.steps).toBe(3);
  });

  it("may be a random one, which a run repeats and records", async () => {
    const random = { draw: "random", dataSeed: 7, batchSize: 5 } as const;
    const answer = await engine.inspect(settings(random));
    if (answer.kind !== "inspected") throw new Error(JSON.stringify(answer));
    const { drawn } = answer.inspection;
    expect(drawn).toHaveLength(5);
    const run = finished(await engine.run(settings({ ...random, steps: 2 }), silent));
    expect(run.drawn).toEqual(drawn);
    expect(run.settings).toMatchObject(random);
    expect(run.loss).toBe(answer.inspection.loss);
    expect(run.meaning.sentence).toContain(
      "5 samples (samples drawn with seed 7 from the 12 of vectors.npz)",
    );
    const other = await engine.inspect(settings({ ...random, dataSeed: 8 }));
    expect(other.kind === "inspected" && other.inspection.loss).not.toBe(run.loss);
  });

  it("is of the model that was asked for last, even if another one is read for longer", async () => {
    let read = () => {};
    const slow = new Promise<void>((resolve) => {
      read = resolve;
    });
    const readBundled = async (path: string) => {
      await slow;
      return readFileSync(`public/models/${path}`);
    };
    const other = new LocalEngine({ kind: "node", gpu: gpu.entry, readBundled });
    const bundled = { kind: "bundled", id: "resnet20" } as const;
    const first = other.load(bundled, bundled);
    expect((await other.load(mlp(), vectors())).kind).toBe("loaded");
    read();
    expect(await first).toMatchObject({ kind: "loaded", card: { family: "resnet-cifar" } });
    expect(await other.inspect(settings())).toMatchObject({ inspection: { shape: [6, 7] } });
    other.destroy();
  });

  it("is refused in words where it goes beyond the file", async () => {
    expect(await engine.inspect(settings({ start: 9 }))).toMatchObject({
      kind: "refused",
      message: expect.stringContaining("samples 9 to 14, file has 0 to 11"),
    });
  });
});
