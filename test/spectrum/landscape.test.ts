import { describe, expect, it } from "vitest";
import {
  coarseToFine,
  completeGrid,
  coordinatesAt,
  difference,
  evenSteps,
  filterNormalised,
  inner,
  measuredCurvature,
  orthogonalTo,
  placesOf,
  predictedAt,
  predictionResidual,
  randomDirection,
} from "../../src/spectrum/index.ts";
import { seeded } from "../autograd/seeded.ts";

const random = seeded(11);
const vector = (n: number, scale = 1) => Float64Array.from({ length: n }, () => scale * (2 * random() - 1));
const lengthOf = (v: ArrayLike<number>) => Math.sqrt(inner(v, v));

describe("a grid", () => {
  it("is symmetric with an exact zero in the middle of an odd number of points", () => {
    const steps = evenSteps(-0.3, 0.3, 7);
    expect(steps[3]).toBe(0);
    expect([steps[0], steps[6]]).toEqual([-0.3, 0.3]);
    steps.forEach((step, i) => {
      expect(step + steps[6 - i]).toBe(0);
    });
    expect(() => evenSteps(0, 1, 1)).toThrow("points: expected a whole number of at least 2, found 1");
  });

  it("numbers its places row-major, the last axis fastest", () => {
    const steps = [
      [0, 1],
      [10, 20, 30],
    ];
    expect(placesOf(steps)).toBe(6);
    expect(Array.from({ length: 6 }, (_, i) => coordinatesAt(steps, i))).toEqual([
      [0, 10],
      [0, 20],
      [0, 30],
      [1, 10],
      [1, 20],
      [1, 30],
    ]);
  });

  it.each([[[2]], [[3]], [[10]], [[11]], [[21, 21]], [[5, 8]], [[11, 11]]])(
    "of %j points visits every place once",
    (sizes) => {
      const total = sizes.reduce((a, b) => a * b, 1);
      expect([...coarseToFine(sizes)].sort((a, b) => a - b)).toEqual([...Array(total).keys()]);
    },
  );

  it("begins in the middle and has its corners after nine points of a plane, so that a cancel leaves the whole extent", () => {
    const order = coarseToFine([11, 11]);
    expect(order[0]).toBe(60);
    expect([...order.slice(0, 9)].sort((a, b) => a - b)).toEqual([0, 5, 10, 55, 60, 65, 110, 115, 120]);
    expect([...coarseToFine([11]).slice(0, 5)].sort((a, b) => a - b)).toEqual([0, 3, 5, 7, 10]);
  });
});

describe("the prediction of second order", () => {
  it("is exact for a quadratic, with the cross term", () => {
    const n = 6;
    const g = vector(n);
    const half = Array.from({ length: n }, () => vector(n));
    const h = half.map((row, i) => row.map((x, j) => x + half[j][i]));
    const times = (v: Float64Array) => Float64Array.from(h, (row) => inner(row, v));
    const lossAt = (v: Float64Array) => 3 + inner(g, v) + inner(v, times(v)) / 2;
    const d = [vector(n), vector(n)];
    const quadratic = {
      loss: 3,
      slope: d.map((x) => inner(g, x)),
      curvature: d.map((x) => d.map((y) => inner(x, times(y)))),
    };
    const steps = [evenSteps(-1, 1, 5), evenSteps(-2, 1, 4)];
    const loss = Array.from({ length: 20 }, (_, place) => {
      const [a, b] = coordinatesAt(steps, place);
      return lossAt(d[0].map((x, i) => a * x + b * d[1][i]));
    });
    for (const off of predictionResidual(quadratic, steps, loss))
      expect(Math.abs(off as number)).toBeLessThan(1e-12);
    // The corner that the cross term decides.
    expect(
      Math.abs(
        predictedAt(
          {
            ...quadratic,
            curvature: [
              [quadratic.curvature[0][0], 0],
              [0, quadratic.curvature[1][1]],
            ],
          },
          [1, -2],
        ) - lossAt(d[0].map((x, i) => x - 2 * d[1][i])),
      ),
    ).toBeGreaterThan(0.1);
    expect(predictionResidual(quadratic, [[0.5]], [null])).toEqual([null]);
  });
});

describe("filter normalisation", () => {
  const tensors = [
    { name: "conv.weight", shape: [3, 2, 2, 2] },
    { name: "conv.bias", shape: [3] },
    { name: "fc.weight", shape: [2, 5] },
  ];
  const weights = vector(24 + 3 + 10);
  // Filters of very different lengths: normalising per tensor would not pass.
  for (let i = 0; i < 8; i++) weights[i] *= 100;
  const direction = vector(weights.length);

  it("gives every filter the length of that of the weights, and keeps its direction", () => {
    const d = filterNormalised(direction, weights, tensors, "zero");
    const filters = [0, 8, 16].map((at) => [at, 8]).concat([27, 32].map((at) => [at, 5]));
    for (const [at, size] of filters) {
      const [got, was, w] = [d, direction, weights].map((v) => v.subarray(at, at + size));
      expect(lengthOf(got) / lengthOf(w)).toBeCloseTo(1, 12);
      expect(inner(got, was) / (lengthOf(got) * lengthOf(was))).toBeCloseTo(1, 12);
    }
    // The mistake: one factor for the whole tensor.
    const factor = lengthOf(weights.subarray(0, 24)) / lengthOf(direction.subarray(0, 24));
    const mistaken = direction.subarray(8, 16).map((x) => factor * x);
    expect(lengthOf(mistaken)).toBeGreaterThan(10 * lengthOf(d.subarray(8, 16)));
  });

  it("makes biases zero, or as long as those of the weights by choice", () => {
    expect([...filterNormalised(direction, weights, tensors, "zero").subarray(24, 27)]).toEqual([0, 0, 0]);
    const scaled = filterNormalised(direction, weights, tensors, "scaled").subarray(24, 27);
    expect(lengthOf(scaled) / lengthOf(weights.subarray(24, 27))).toBeCloseTo(1, 12);
  });

  it("keeps a filter of zeros at zero and refuses sizes that do not agree", () => {
    const d = filterNormalised(new Float64Array(weights.length), weights, tensors, "scaled");
    expect(d.every((x) => x === 0)).toBe(true);
    expect(() => filterNormalised(direction, weights, tensors.slice(1), "zero")).toThrow(RangeError);
  });

  it("draws the same direction from the same seed, and others from other seeds and places", () => {
    const draw = (seed: number, place: number) =>
      randomDirection(weights, tensors, { seed, place, oneDimensional: "zero" });
    expect(draw(3, 0)).toEqual(draw(3, 0));
    for (const other of [draw(4, 0), draw(3, 1)]) {
      expect(Math.abs(inner(draw(3, 0), other)) / lengthOf(draw(3, 0)) / lengthOf(other)).toBeLessThan(0.9);
    }
  });
});

describe("a second direction", () => {
  it("is made orthogonal, and the point that it led to keeps its coordinates", () => {
    const [theta, one, two] = [vector(40), vector(40), vector(40)];
    const u = difference(theta, one);
    const v = difference(theta, two);
    const found = orthogonalTo(u, v);
    if (found === null) throw new Error("expected a plane");
    const { direction, shift } = found;
    expect(Math.abs(inner(u, direction))).toBeLessThan(1e-14 * lengthOf(u) * lengthOf(direction) * 40);
    // theta + shift u + direction = two
    two.forEach((x, i) => {
      expect(theta[i] + shift * u[i] + direction[i]).toBeCloseTo(x, 12);
    });
  });

  it("does not exist for parallel vectors or zeros", () => {
    const u = vector(9);
    expect(
      orthogonalTo(
        u,
        u.map((x) => -2 * x),
      ),
    ).toBe(null);
    expect(orthogonalTo(u, new Float64Array(9))).toBe(null);
  });
});

describe("the grid that is complete", () => {
  it("is the whole one at the end, and at every moment one that coarse-to-fine has filled", () => {
    for (const sizes of [[11, 11], [6, 9], [5]]) {
      const order = [...coarseToFine(sizes)];
      const last = sizes.reduce((a, b) => a * b, 1);
      expect(completeGrid(sizes, 0)).toEqual(sizes.map(() => []));
      expect(completeGrid(sizes, last)).toEqual(sizes.map((n) => [...Array(n).keys()]));
      for (let measured = 1; measured <= last; measured++) {
        const known = new Set(order.slice(0, measured));
        const grid = completeGrid(sizes, measured);
        const places = grid.reduce<number[]>(
          (found, indices, axis) => found.flatMap((place) => indices.map((i) => place * sizes[axis] + i)),
          [0],
        );
        expect(places.length).toBeGreaterThan(0);
        expect(places.filter((place) => !known.has(place))).toEqual([]);
      }
    }
  });
});

describe("the curvature of a grid", () => {
  const steps = [-1, -0.5, 0, 0.5, 1];
  const over = (f: (a: number, b: number) => number) => steps.flatMap((a) => steps.map((b) => f(a, b)));

  it("of a quadratic is its own along each axis, whatever slope and cross term it has", () => {
    const loss = over((a, b) => 3 + a - 2 * b + 5 * a * a + 2 * b * b + 9 * a * b);
    expect(measuredCurvature([steps, steps], loss, 0)).toEqual({ step: 0.5, curvature: 10 });
    expect(measuredCurvature([steps, steps], loss, 1)).toEqual({ step: 0.5, curvature: 4 });
  });

  it("takes the nearest step that was measured on both sides, and needs one at the weights", () => {
    const loss: (number | null)[] = steps.map((a) => a ** 4);
    expect(measuredCurvature([steps], loss, 0)?.curvature).toBe(0.5);
    loss[1] = null;
    expect(measuredCurvature([steps], loss, 0)).toEqual({ step: 1, curvature: 2 });
    loss[2] = null;
    expect(measuredCurvature([steps], loss, 0)).toBe(null);
    expect(measuredCurvature([[-1, 0, 0.5]], [1, 0, 1], 0)).toBe(null);
    expect(measuredCurvature([[0.5, 1, 1.5]], [1, 0, 1], 0)).toBe(null);
  });
});
