import { describe, expect, it } from "vitest";
import { type Channel, removalOrder, removeWithin } from "../../src/spectrum/index.ts";
import { seeded } from "../autograd/seeded.ts";

/** Three tensors of two to four channels, all channels of a tensor as dear. */
function channels(seed: number, lowest: number): Channel[] {
  const random = seeded(seed);
  return [2, 3, 4].flatMap((count, tensor) => {
    const cost = 1 + Math.floor(9 * random());
    return Array.from({ length: count }, () => ({ tensor, cost, rise: lowest + random() }));
  });
}

/** The least rise of all sets of channels that leave one in each tensor and no more than the budget. */
function best(all: readonly Channel[], budget: number): number {
  let least = Number.POSITIVE_INFINITY;
  for (let set = 0; set < 2 ** all.length; set++) {
    const kept = all.filter((_, i) => (set & (1 << i)) === 0);
    if (new Set(kept.map(({ tensor }) => tensor)).size < 3) continue;
    if (kept.reduce((sum, { cost }) => sum + cost, 0) > budget) continue;
    const rise = all.reduce((sum, channel, i) => sum + ((set & (1 << i)) === 0 ? 0 : channel.rise), 0);
    least = Math.min(least, rise);
  }
  return least;
}

describe("channels to remove", () => {
  it("free the budget for nearly the least rise of all sets, between which and it the bound lies", () => {
    for (let seed = 1; seed <= 12; seed++)
      for (const lowest of [0, -0.3]) {
        const all = channels(seed, lowest);
        const total = all.reduce((sum, { cost }) => sum + cost, 0);
        const removal = removeWithin(all, 0.6 * total);
        if (removal === null) continue;
        const { order, kept, rise, leastRise } = removal;
        const optimum = best(all, 0.6 * total);
        expect(leastRise).toBeLessThanOrEqual(optimum + 1e-12);
        expect(rise).toBeGreaterThanOrEqual(optimum - 1e-12);
        expect(kept).toBeLessThanOrEqual(0.6 * total);
        expect(rise).toBeCloseTo(
          order.reduce((sum, i) => sum + all[i].rise, 0),
          12,
        );
        // No more than the last channel above it, unless channels that are said to help were left alone.
        if (lowest === 0) expect(rise - leastRise).toBeLessThanOrEqual(all[order[order.length - 1]].rise);
      }
  });

  it("go by rise per cost, and leave one channel of each tensor", () => {
    const all = [
      { tensor: 0, cost: 1, rise: 0.2 },
      { tensor: 0, cost: 1, rise: 0.1 },
      { tensor: 1, cost: 4, rise: 0.3 },
      { tensor: 1, cost: 4, rise: 0.5 },
    ];
    expect(removalOrder(all)).toEqual([2, 1]);
    expect(removeWithin(all, 10)).toEqual({ order: [], kept: 10, rise: 0, leastRise: 0 });
    expect(removeWithin(all, 8)).toMatchObject({ order: [2], kept: 6, leastRise: 0.15 });
    expect(removeWithin(all, 4.9)).toBeNull();
  });
});
