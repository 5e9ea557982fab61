import { beforeAll, describe, expect, it } from "vitest";
import type { LossAt } from "../../src/run/forward.ts";
import { loadModel } from "../../src/run/load.ts";
import { lossesAt } from "../../src/run/points.ts";
import { type Problem, poseProblem } from "../../src/run/problem.ts";
import { engines, randomVector } from "../gpu/examples.ts";
import { mlp, settings, vectors } from "./files.ts";

let problem: Problem;
let shared: Awaited<ReturnType<typeof engines>>;
beforeAll(async () => {
  const loaded = await loadModel(mlp(), vectors(), () =>
    Promise.reject(new Error("nothing is bundled here")),
  );
  problem = poseProblem(loaded, settings());
  shared = await engines();
});

const directions = [randomVector(58, 1), randomVector(58, 2)];
const points = Array.from({ length: 60 }, (_, i) => [(i - 30) / 30, Math.cos(i)]);

async function measure(
  wanted: readonly (readonly number[])[],
  { microBatch = 12, signal }: { microBatch?: number; signal?: AbortSignal } = {},
): Promise<LossAt[]> {
  const request = { ...shared, problem, microBatch, directions, points: wanted, budget: 1e9, heldBytes: 0 };
  const found: LossAt[] = [];
  for await (const at of lossesAt({ ...request, ...(signal ? { signal } : {}) })) found.push(at);
  return found;
}

describe("the losses at many points", () => {
  it("are those of each point alone, whatever was measured before it, in fewer submits than points", async () => {
    await measure(points);
    const before = shared.submitter.submits;
    const together = await measure(points);
    // How many fit a slice is measured: on a busy machine fewer.
    expect(shared.submitter.submits - before).toBeLessThan(points.length / 2);
    expect(together).toHaveLength(points.length);
    for (const i of [0, 30, 59]) expect(await measure([points[i]])).toEqual([together[i]]);
    expect(new Set(together.map(({ loss }) => loss)).size).toBe(points.length);
  });

  it("add up over the parts of a batch", async () => {
    const few = points.slice(0, 7);
    const [whole, parts] = [await measure(few), await measure(few, { microBatch: 5 })];
    parts.forEach(({ loss, accuracy }, i) => {
      expect(loss / whole[i].loss).toBeCloseTo(1, 6);
      expect(accuracy).toBe(whole[i].accuracy);
    });
  });

  it("end with a cancel, also between points that were measured together", async () => {
    const stop = new AbortController();
    const losses = lossesAt({
      ...{ ...shared, problem, microBatch: 12, directions, points, budget: 1e9, heldBytes: 0 },
      signal: stop.signal,
    });
    expect((await losses.next()).done).toBe(false);
    stop.abort();
    await expect(losses.next()).rejects.toThrow();
    expect(await losses.next()).toEqual({ done: true, value: undefined });
  });
});
