import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type QuantiserOptions, quantise } from "../../src/spectrum/quantiser.ts";

const options = (more: Partial<QuantiserOptions> = {}): QuantiserOptions => ({
  ...{ bits: 4, scheme: "symmetric", granularity: "tensor", groupSize: 4 },
  ...more,
});
const quantised = (
  weights: readonly number[],
  shape: readonly number[],
  more: Partial<QuantiserOptions> = {},
) => Array.from(quantise(Float32Array.from(weights), shape, options(more)).values);

describe("quantisation", () => {
  test("symmetric: levels are whole multiples of max|w| / (2^(b-1) - 1), halves to even", () => {
    // Scale 1: levels -7 to 7.
    expect(quantised([7, -3.4, 0.5, 1.5, -0.6], [5])).toEqual([7, -3, 0, 2, -1]);
    // 2 bits: -1, 0, 1 times the largest.
    expect(quantised([8, -5, 3, 0], [4], { bits: 2 })).toEqual([8, -8, 0, 0]);
  });

  test("asymmetric: zero stays zero, the range is used up", () => {
    // Scale 1: levels 0 to 15 with zero at 3.
    expect(quantised([-3, 12, 0, 4.4], [4], { scheme: "asymmetric" })).toEqual([-3, 12, 0, 4]);
    // All positive: the range begins at 0.
    expect(quantised([15, 7.6, 1], [3], { scheme: "asymmetric" })).toEqual([15, 8, 1]);
  });

  test("a scale per channel, or per group within a channel", () => {
    const weights = [7, 1, 0.7, 0.11];
    expect(quantised(weights, [2, 2])).toEqual([7, 1, 1, 0]);
    expect(quantised(weights, [2, 2], { granularity: "channel" })).toEqual(
      Array.from(Float32Array.from([7, 1, 0.7, 0.1])),
    );
    const groups = quantised([7, 1, 0.7, 14, 2, 0.7], [2, 3], { granularity: "group", groupSize: 2 });
    expect(groups).toEqual(Array.from(Float32Array.from([7, 1, 0.7, 14, 2, 0.7])));
  });

  test("more bits and finer scales never hurt by more than half a step, and the error is what was done", () => {
    const floats = fc.array(fc.float({ min: -10, max: 10, noNaN: true }), { minLength: 8, maxLength: 8 });
    fc.assert(
      fc.property(floats, fc.integer({ min: 2, max: 8 }), fc.boolean(), (list, bits, asymmetric) => {
        const weights = Float32Array.from(list);
        const scheme = asymmetric ? "asymmetric" : "symmetric";
        for (const granularity of ["tensor", "channel", "group"] as const) {
          const { values, squaredError } = quantise(weights, [2, 4], options({ bits, scheme, granularity }));
          const most = Math.max(...list.map(Math.abs));
          const step = asymmetric ? (2 * most) / (2 ** bits - 1) : most / (2 ** (bits - 1) - 1);
          let sum = 0;
          values.forEach((value, i) => {
            // A zero point that is rounded moves the range by up to half a step, and clamping by as much again.
            expect(Math.abs(value - weights[i])).toBeLessThanOrEqual(
              step * (asymmetric ? 1 : 0.5) * 1.0001 + 1e-30,
            );
            sum += (value - weights[i]) ** 2;
          });
          expect(squaredError).toBeCloseTo(sum, 10);
        }
      }),
      { numRuns: 200, seed: 7 },
    );
  });

  test("zeros stay zeros, and nonsense is refused", () => {
    expect(quantised([0, 0], [2])).toEqual([0, 0]);
    expect(quantised([0, 0], [2], { scheme: "asymmetric" })).toEqual([0, 0]);
    expect(() => quantised([1], [1], { bits: 1 })).toThrow("bits: expected 2 to 8, found 1");
    expect(() => quantised([1], [1], { granularity: "group", groupSize: 0 })).toThrow("groupSize");
  });
});
