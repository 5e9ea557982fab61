import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { drawSamples } from "../../src/model/draw.ts";

describe("a random batch", () => {
  it("holds each sample at most once, in order, and a larger one holds a smaller one", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), fc.nat(2 ** 32 - 1), (available, seed) => {
        const whole = drawSamples(available, available, seed);
        expect([...whole]).toEqual(Array.from({ length: available }, (_, i) => i));
        const large = drawSamples(available, Math.ceil(available / 2), seed);
        const small = drawSamples(available, Math.ceil(available / 5), seed);
        expect([...small].every((i) => large.includes(i))).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  it("is the same for ever: numpy draws it by the recipe of docs/file-formats.md", () => {
    expect([...drawSamples(1000, 8, 0)]).toEqual([237, 278, 314, 363, 813, 825, 946, 955]);
    expect([...drawSamples(50_000, 6, 4_294_967_295)]).toEqual([8689, 13478, 20799, 24498, 26876, 30386]);
  });

  it("draws all samples alike often", () => {
    const counts = new Array<number>(40).fill(0);
    for (let seed = 0; seed < 4000; seed++) for (const i of drawSamples(40, 10, seed)) counts[i]++;
    // Binomial(4000, 1/4): standard deviation 27.4.
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(5 * 27.4);
  });
});
