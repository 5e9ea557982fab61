import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { temporaryDisk } from "../../src/cli/disk.ts";
import { summary } from "../../src/cli/summary.ts";
import { LocalEngine } from "../../src/run/engine.ts";
import type { DiskHost } from "../../src/run/givenDevice.ts";
import { HessianOperator } from "../../src/run/hessian.ts";
import { loadModel } from "../../src/run/load.ts";
import { poseProblem } from "../../src/run/problem.ts";
import type { RunEvent, RunResult } from "../../src/run/protocol.ts";
import { dawn } from "../gpu/dawn.ts";
import { FakeDisk } from "../gpu/disks.ts";
import { mlp, settings, vectors } from "./files.ts";
import { finished, silent, WatchedGpu } from "./host.ts";

const STEPS = settings({ steps: 6, probes: 1, traceProbes: 1, top: 1, bottom: 0 });
/** One engine for all, since compiling takes most of the time; its host changes. */
const gpu = new WatchedGpu();
let disk = new FakeDisk();
let place: DiskHost = disk;
const host = {
  ...{ kind: "node" as const, gpu: gpu.entry, budget: 0, hostBudget: 0 },
  disk: { room: () => place.room(), open: () => place.open() },
  readBundled: () => Promise.reject(new Error("nothing is bundled here")),
};
const engine = new LocalEngine(host);
let whole: RunResult;

/** Acts once, at a Lanczos step. */
function at(step: number, act: () => void): (event: RunEvent) => void {
  let done = false;
  return (event) => {
    if (done || event.type !== "progress" || event.progress.phase !== "lanczos") return;
    if (event.progress.done < step) return;
    done = true;
    act();
  };
}

beforeAll(async () => {
  const loaded = await loadModel(mlp(), vectors(), () => Promise.reject(new Error("not here")));
  const sizes = { probes: 1, krylovVectors: STEPS.steps + 1, budget: 1e9, advice: "" };
  const partition = poseProblem(loaded, STEPS).cut(1);
  // One byte less than a basis takes on the device.
  host.budget = HessianOperator.plan({ gpu: await dawn(), partition, ...sizes }).bytes - 1;
  host.hostBudget = 1e9;
  expect((await engine.load(mlp(), vectors())).kind).toBe("loaded");
  whole = finished(await engine.run(STEPS, silent));
  expect(whole.spectrum.basisInHostMemory?.bytes).toBeGreaterThan(0);
  host.hostBudget = 0;
});
beforeEach(() => {
  disk = new FakeDisk();
  place = disk;
});
afterAll(() => engine.destroy());

describe("a run whose Krylov basis lies in a file", () => {
  it("has the T, eigenvalues and orthogonality of one in memory, bit for bit, and leaves no file", async () => {
    const folder = mkdtempSync(join(tmpdir(), "eigenscope-test-"));
    place = temporaryDisk(1e9, folder);
    const result = finished(await engine.run(STEPS, silent));
    const { basisInHostMemory, ...spectrum } = whole.spectrum;
    expect(result.spectrum).toEqual({ ...spectrum, basisInFile: basisInHostMemory });
    expect(result.eigenvalues).toEqual(whole.eigenvalues);
    expect(result.checks).toEqual(whole.checks);
    expect(result.checks.map(({ name }) => name)).toContain("orthogonality");
    expect(summary(result, false)).toContain(
      "the Krylov basis did not fit the GPU: 1 MB in a file, read four times a step",
    );
    expect(readdirSync(folder)).toEqual([]);
    rmSync(folder, { recursive: true });
  });

  it("ends in words with what it knows when the disk is full half-way, and goes on when there is room again", async () => {
    const bytes = whole.spectrum.basisInHostMemory?.bytes ?? 0;
    disk.most = 0.6 * bytes;
    const outcome = await engine.run(STEPS, silent);
    expect(outcome).toMatchObject({
      kind: "refused",
      message: expect.stringMatching(
        /^The disk took 4 of the 7 vectors of the Krylov basis \(.+\) and refused the next one \(No space available for this operation\)\./,
      ),
    });
    const known = "result" in outcome ? outcome.result?.spectrum.alpha[0] : undefined;
    expect(known?.length).toBeGreaterThan(0);
    expect(known).toEqual(whole.spectrum.alpha[0].slice(0, known?.length));
    expect([disk.made, disk.live]).toEqual([1, 0]);
    disk.most = Number.POSITIVE_INFINITY;
    const more = finished(await engine.extend({ steps: 0, probes: 0 }, silent));
    expect(more.spectrum.alpha).toEqual(whole.spectrum.alpha);
    expect(more.eigenvalues).toEqual(whole.eigenvalues);
    expect(disk.live).toBe(0);
  });

  it("keeps its file through a pause; twelve cancels leave none, and no memory", async () => {
    const bytes: number[] = [];
    for (let i = 0; i < 12; i++) {
      const inside: number[] = [];
      const outcome = await engine.run(
        STEPS,
        at(1 + (i % 4), () => {
          void engine.pause().then(async () => {
            await new Promise((resolve) => setTimeout(resolve, 5));
            inside.push(disk.live);
            await engine.cancel();
          });
        }),
      );
      expect([outcome.kind, inside, disk.live]).toEqual(["cancelled", [1], 0]);
      bytes.push(gpu.liveBytes);
    }
    expect(bytes.slice(4, 8)).toEqual(bytes.slice(0, 4));
    // A question about the last run repeats its Lanczos steps in a file of its own.
    const made = disk.made;
    finished(await engine.extend({ steps: 0, probes: 0 }, silent));
    const rank = { end: "top", place: 0 } as const;
    const sliced = finished(await engine.slice(rank, { radius: 0.1, points: 3 }, silent));
    expect(sliced.slices).toHaveLength(1);
    expect(disk.made).toBeGreaterThan(made + 1);
    expect(disk.live).toBe(0);
  });

  it("survives the loss of its device with the same T; its file does not", async () => {
    const result = finished(
      await engine.run(
        STEPS,
        at(3, () => gpu.device.destroy()),
      ),
    );
    expect(result.losses).toBe(1);
    expect(result.spectrum.alpha).toEqual(whole.spectrum.alpha);
    expect(result.spectrum.beta).toEqual(whole.spectrum.beta);
    expect(disk.made).toBe(2);
    expect(disk.live).toBe(0);
  });
});
