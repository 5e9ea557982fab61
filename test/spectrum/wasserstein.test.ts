import { describe, expect, test } from "vitest";
import { probeDistance, wasserstein } from "../../src/spectrum/index.ts";

const point = (...nodes: number[]) => ({ nodes: [nodes], weights: [nodes.map(() => 1 / nodes.length)] });

describe("the 1-Wasserstein distance", () => {
  test("of two points is how far they lie apart, at any scale", () => {
    for (const scale of [1e-9, 1, 1e9])
      expect(wasserstein(point(-scale), point(2 * scale)) / scale).toBeCloseTo(3, 12);
  });

  test("moves sorted eigenvalues onto sorted eigenvalues", () => {
    const a = [-2, 0.5, 3, 10];
    const b = [-1, 0, 4, 30];
    const sorted = a.reduce((sum, x, i) => sum + Math.abs(x - b[i]) / a.length, 0);
    expect(wasserstein(point(...a), point(...b))).toBeCloseTo(sorted, 12);
    expect(wasserstein(point(...a.reverse()), point(...b))).toBeCloseTo(sorted, 12);
  });

  test("is zero from itself, symmetric, and no longer over a third measure", () => {
    const measures = [
      { nodes: [[-1, 0, 5]], weights: [[0.2, 0.7, 0.1]] },
      {
        nodes: [
          [0, 1],
          [-3, 2],
        ],
        weights: [
          [0.9, 0.1],
          [0.5, 0.5],
        ],
      },
      point(4),
    ];
    const [a, b, c] = measures;
    expect(wasserstein(a, a)).toBe(0);
    expect(wasserstein(a, b)).toBeCloseTo(wasserstein(b, a), 12);
    expect(wasserstein(a, c)).toBeLessThanOrEqual(wasserstein(a, b) + wasserstein(b, c) + 1e-12);
  });

  test("equals the area between the distributions, summed on a fine grid", () => {
    const a = { nodes: [[-1, 0.2, 2]], weights: [[0.3, 0.3, 0.4]] };
    const b = { nodes: [[-0.5, 1, 4]], weights: [[0.5, 0.25, 0.25]] };
    const below = ({ nodes, weights }: typeof a, x: number) =>
      nodes[0].reduce((sum, theta, j) => sum + (theta <= x ? weights[0][j] : 0), 0);
    const h = 1e-4;
    let area = 0;
    for (let x = -2; x < 5; x += h) area += h * Math.abs(below(a, x) - below(b, x));
    expect(wasserstein(a, b)).toBeCloseTo(area, 3);
  });

  test("between the probes of a run is the mean over their pairs, and unknown for one probe", () => {
    const run = { nodes: [[0], [1], [3]], weights: [[1], [1], [1]] };
    expect(probeDistance(run)).toBeCloseTo((1 + 3 + 2) / 3, 12);
    expect(probeDistance(point(1))).toBeNull();
  });

  test("of nothing is refused", () => {
    expect(() => wasserstein({ nodes: [], weights: [] }, point(1))).toThrow(
      "wasserstein: expected at least one node, found none",
    );
  });
});
