import { readdirSync, readFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { eachKind, NO_ROOM, passage } from "../reliability/jobs.ts";
import { FakeGpu } from "./fakeGpu.ts";
import { mlp, settings, vectors } from "./files.ts";
import { engineOn, finished, silent, WatchedGpu } from "./host.ts";

const unhandled: unknown[] = [];
const note = (reason: unknown): void => void unhandled.push(reason);
beforeEach(() => void process.on("unhandledRejection", note));
afterEach(() => {
  process.off("unhandledRejection", note);
  expect(unhandled.splice(0)).toEqual([]);
});

/** What the jobs ask of a device whose passport is known. */
async function soundGpu(): Promise<FakeGpu> {
  await passage(new FakeGpu());
  const gpu = new FakeGpu();
  expect(await passage(gpu)).toEqual({ endings: [], left: 0 });
  return gpu;
}

describe("a device that fails", () => {
  it("is asked for buffers in one place, under a scope for want of memory", () => {
    const sources = readdirSync("src", { recursive: true, encoding: "utf8" });
    const asking = sources.filter(
      (path) => /\.tsx?$/.test(path) && readFileSync(`src/${path}`, "utf8").includes(".createBuffer("),
    );
    expect(asking).toEqual(["gpu/memory.ts"]);
  });

  it("by refusing a buffer, whatever it is for, ends the job in words; all memory comes back, and the next attempt succeeds", async () => {
    const sound = await soundGpu();
    expect(new Set(sound.created).size).toBeGreaterThan(15);
    for (const n of eachKind(sound.created)) {
      const gpu = new FakeGpu();
      gpu.refuseAt = n;
      const { endings, left } = await passage(gpu);
      expect(endings, sound.created[n - 1]).toEqual([expect.stringMatching(NO_ROOM)]);
      expect(left, sound.created[n - 1]).toBe(0);
      expect(gpu.uncaptured).toEqual([]);
    }
  });

  it("by being lost while anything is read, lets every job go on with another one", async () => {
    const sound = await soundGpu();
    // Reads of a pair that is in flight at once, and of phases that differ: every fifth meets them all.
    for (let n = 1; n <= sound.reads; n += 5) {
      const gpu = new FakeGpu();
      gpu.loseAt = [n];
      expect((await passage(gpu)).endings).toEqual([]);
      expect(gpu.devices).toBe(2);
    }
  });

  it("while a landscape is measured, keeps the points that are known", async () => {
    const gpu = new FakeGpu();
    const engine = engineOn(gpu.entry);
    await engine.load(mlp(), vectors());
    finished(await engine.run(settings({ steps: 2, probes: 1, traceProbes: 1 }), silent));
    // A product for the prediction, then two lots of points.
    gpu.loseAt = [gpu.reads + 3];
    const direction = { kind: "random", seed: 1, oneDimensional: "zero" } as const;
    const request = { axes: [{ direction, from: -1, to: 1, points: 301 }], bn: "eval" } as const;
    const counts: number[] = [];
    const { landscapes, losses } = finished(
      await engine.landscape(request, (event) => {
        if (event.type === "progress" && event.progress.phase === "landscape")
          counts.push(event.progress.done);
      }),
    );
    expect(losses).toBe(1);
    expect(counts).toEqual(Array.from({ length: 301 }, (_, i) => i + 1));
    expect(landscapes?.map(({ measured }) => measured)).toEqual([301]);
    engine.destroy();
  });
});

describe("a run that is cancelled and started anew", () => {
  it("a hundred times leaves as many buffers and bytes as one", async () => {
    const gpu = new WatchedGpu();
    const engine = engineOn(gpu.entry);
    await engine.load(mlp(), vectors());
    const wanted = settings({ steps: 4, probes: 1, traceProbes: 2 });
    const held: string[] = [];
    const endings = new Set<string>();
    for (let i = 0; i < 100; i++) {
      let events = 0;
      const { kind } = await engine.run(wanted, (event) => {
        if (event.type === "progress" && ++events > i % 15) void engine.cancel();
      });
      endings.add(kind);
      // The run before it gives way to a model.
      await engine.load(mlp(), vectors());
      held.push(`${gpu.liveBuffers} buffers, ${gpu.liveBytes} bytes`);
    }
    expect(endings).toContain("cancelled");
    expect(new Set(held)).toEqual(new Set(["0 buffers, 0 bytes"]));
    expect(gpu.devices).toHaveLength(1);
    engine.destroy();
  });
});
