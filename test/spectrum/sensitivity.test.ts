import { describe, expect, test } from "vitest";
import {
  budgetBetween,
  costOf,
  isQuantised,
  quantise,
  sensitivityOf,
  shifted,
  thinned,
  weightedSum,
  weightedTrace,
} from "../../src/spectrum/index.ts";
import { seeded } from "../autograd/seeded.ts";

const scheme = { scheme: "symmetric", granularity: "tensor", groupSize: 1 } as const;
const estimate = (value: number, error: number) => ({
  estimate: value,
  standardError: error,
  interval95: [value - 2 * error, value + 2 * error] as const,
});

describe("the sensitivity of a tensor", () => {
  // Scale 1 at 4 bits: the error is (0, -0.5, -0.25, 0).
  const tensor = {
    name: "w",
    shape: [4],
    weights: Float32Array.of(7, -3.5, 0.25, 1),
    trace: estimate(8, 1),
    topEigenvalue: 6,
  };
  const squaredError = 0.5 ** 2 + 0.25 ** 2;

  test("is half the mean trace times the squared error, and its interval is that of the trace", () => {
    const { meanTrace, hawqV1, options } = sensitivityOf(tensor, [4], scheme);
    expect(meanTrace).toEqual(estimate(2, 0.25));
    expect(hawqV1).toBe(1.5);
    expect(options).toEqual([
      { bits: 4, squaredError, rise: estimate((2 * squaredError) / 2, (0.25 * squaredError) / 2) },
    ]);
  });

  test("has no column of HAWQ-V1 where the eigenvalue is not known, and no interval where the trace has none", () => {
    const trace = { estimate: 8, standardError: null, interval95: null };
    const { hawqV1, options } = sensitivityOf({ ...tensor, topEigenvalue: null, trace }, [4], scheme);
    expect(hawqV1).toBeNull();
    expect(options[0].rise).toEqual({ estimate: squaredError, standardError: null, interval95: null });
  });

  test("is the mean of d'Hd / 2 over errors of that length in random directions", () => {
    // H is diagonal, so that d'Hd is a sum; directions are drawn on the sphere of radius ||Q(w) - w||.
    const random = seeded(4);
    const n = 40;
    const diagonal = Array.from({ length: n }, () => 3 * random() - 0.5);
    const weights = Float32Array.from({ length: n }, () => 2 * random() - 1);
    const trace = estimate(
      diagonal.reduce((a, b) => a + b, 0),
      0,
    );
    const { options } = sensitivityOf({ ...tensor, shape: [n], weights, trace }, [3], scheme);
    const { squaredError: length } = quantise(weights, [n], { ...scheme, bits: 3 });
    let mean = 0;
    const draws = 4000;
    for (let k = 0; k < draws; k++) {
      const normal = diagonal.map(
        () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random()),
      );
      const norm = normal.reduce((sum, x) => sum + x * x, 0);
      mean += (normal.reduce((sum, x, i) => sum + diagonal[i] * x * x, 0) * length) / norm / 2 / draws;
    }
    // A draw differs from the mean by about 20 %, 4,000 of them by 0.3 %.
    expect(Math.abs(mean / options[0].rise.estimate - 1)).toBeLessThan(0.015);
  });

  test("is asked of weights with two or more axes only", () => {
    expect([[3], [], [4, 4], [8, 3, 3, 3]].map((shape) => isQuantised({ shape }))).toEqual([
      false,
      false,
      true,
      true,
    ]);
  });
});

describe("the rise of a whole plan", () => {
  const samples = [
    { probe: 0, perSegment: [1, 10] },
    { probe: 1, perSegment: [3, 8] },
  ];

  test("has the interval of the sums, which errors of one probe that cancel make narrow", () => {
    const { estimate: mean, standardError } = weightedTrace(samples, [1, 1]);
    expect(mean).toBe(11);
    expect(standardError).toBe(0);
    expect(weightedTrace(samples, [2, 0]).estimate).toBe(4);
    expect(weightedTrace(samples.slice(0, 1), [1, 1])).toEqual({
      estimate: 11,
      standardError: null,
      interval95: null,
    });
  });

  test("adds up all errors where nothing is known of how they depend on each other", () => {
    expect(weightedSum([estimate(2, 1), estimate(9, 3)], [1, 2])).toEqual(estimate(20, 7));
    const unknown = { estimate: 1, standardError: null, interval95: null };
    expect(weightedSum([estimate(2, 1), unknown], [1, 1])).toEqual({ ...unknown, estimate: 3 });
    expect(shifted(estimate(2, 1), -0.5)).toEqual({
      estimate: 1.5,
      standardError: 1,
      interval95: [-0.5, 3.5],
    });
  });
});

describe("costs and budgets", () => {
  const tensor = { name: "w", size: 36_864, macs: 115_605_504 };
  const latency = (name: string, bits: number) => (name === "w" ? bits / 100 : Number.NaN);

  test("are bytes, bit operations with the activations' bits, or the user's milliseconds", () => {
    const cost = (kind: "size" | "bops" | "latency", activationBits: number | null = null) =>
      [4, 8].map((bits) => costOf(tensor, bits, { kind, activationBits, latency }));
    expect(cost("size")).toEqual([18_432, 36_864]);
    expect(cost("bops")).toEqual([115_605_504 * 16, 115_605_504 * 64]);
    expect(cost("bops", 8)).toEqual([115_605_504 * 32, 115_605_504 * 64]);
    expect(cost("latency")).toEqual([0.04, 0.08]);
  });

  test("lie between all layers at the fewest and at the most bits, in whatever order these stand", () => {
    const option = (bits: number, cost: number) => ({ bits, cost, loss: 0 });
    const layers = [
      [option(8, 40), option(4, 10)],
      [option(4, 5), option(6, 2), option(8, 25)],
    ];
    expect([0, 0.5, 1].map((fraction) => budgetBetween(layers, fraction))).toEqual([15, 40, 65]);
  });

  test("a front is thinned evenly and keeps its ends", () => {
    const points = Array.from({ length: 1001 }, (_, i) => i);
    const kept = thinned(points, 200);
    expect([kept.length, kept[0], kept.at(-1), new Set(kept).size]).toEqual([200, 0, 1000, 200]);
    expect(thinned(points, 1001)).toEqual(points);
  });
});
