import { describe, expect, it } from "vitest";
import { seeded } from "../autograd/seeded.ts";
import { growing, growthOf, type Memory, thinned } from "../reliability/growth.ts";

/** A sample every ten seconds for ten minutes; the first quarter always grows. */
function session(heapPerMinute: number, more: Partial<Memory> = {}): Memory[] {
  const random = seeded(1);
  return Array.from({ length: 61 }, (_, i) => ({
    ...{ seconds: 10 * i, gpu: 0, resident: 5e8 + 2e7 * random() },
    heap: 4e7 + 1e6 * random() + heapPerMinute * (i / 6) - 1e7 * Math.max(0, 1 - i / 15),
    ...more,
  }));
}

describe("what a soak calls growth", () => {
  it("is a heap that goes on growing behind the warm-up", () => {
    expect(growthOf(session(1e6), "heap")?.perMinute).toBeCloseTo(1e6, -5);
    expect(growing(session(1e6))).toEqual([
      expect.stringMatching(/^the heap memory grows by (0\.9|1\.0)\d MB a minute$/),
    ]);
  });

  it("is neither the warm-up nor the breath of the collector", () => {
    expect(growing(session(0))).toEqual([]);
  });

  it("is any byte more on the GPU", () => {
    const samples = session(0);
    const leaking = samples.map((sample, i) => ({ ...sample, gpu: i === 60 ? 256 : 0 }));
    expect(growing(leaking)).toEqual(["the bytes on the GPU differ from cycle to cycle: 0, 256"]);
  });

  it("is not told from three samples, or where the system does not tell", () => {
    expect(growthOf(session(0).slice(0, 3), "heap")).toBeNull();
    expect(growthOf(session(0, { resident: null }), "resident")).toBeNull();
  });
});

it("a report keeps the last of many samples", () => {
  const kept = thinned(session(0), 20);
  expect(kept.length).toBeLessThanOrEqual(20);
  expect(kept.at(-1)?.seconds).toBe(600);
});
