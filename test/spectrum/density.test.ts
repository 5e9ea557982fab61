import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Axis,
  defaultSigma,
  defaultSymlog,
  density,
  fromAxis,
  integral,
  pyhessianDensity,
  toAxis,
} from "../../src/spectrum/index.ts";

const atoms = fc
  .array(
    fc.record({
      theta: fc.double({ min: -1e4, max: 1e4, noNaN: true }),
      weight: fc.double({ min: 1e-9, max: 1, noNaN: true }),
    }),
    { minLength: 1, maxLength: 12 },
  )
  .map((list) => {
    const total = list.reduce((sum, a) => sum + a.weight, 0);
    return { nodes: list.map((a) => a.theta), weights: list.map((a) => a.weight / total) };
  });
const axes = fc.oneof(
  fc.constant<Axis>({ kind: "linear" }),
  fc.double({ min: 1e-6, max: 100, noNaN: true }).map((c): Axis => ({ kind: "symlog", c })),
);

describe("density", () => {
  it("integrates to one on every axis", () => {
    fc.assert(
      fc.property(fc.array(atoms, { minLength: 1, maxLength: 3 }), axes, (rows, axis) => {
        const d = density(
          rows.map((r) => r.nodes),
          rows.map((r) => r.weights),
          { axis },
        );
        expect(integral(d)).toBeCloseTo(1, 6);
        expect(d.perProbe.length).toBe(rows.length);
        const off = d.mean.findIndex((y, i) => {
          const mean = d.perProbe.reduce((sum, curve) => sum + curve[i], 0) / rows.length;
          return Math.abs(y - mean) > 1e-12 * y + 1e-300;
        });
        expect(off).toBe(-1);
      }),
      { numRuns: 60 },
    );
  });

  it("is the weighted sum of Gaussians, not a histogram of Ritz values", () => {
    const d = density([[-2, 0, 5]], [[0.05, 0.9, 0.05]], { axis: { kind: "linear" }, sigma: 0.1 });
    const at = (t: number) => d.mean[d.u.findIndex((u) => u >= t)];
    const height = 1 / (0.1 * Math.sqrt(2 * Math.PI));
    expect(at(0) / height).toBeCloseTo(0.9, 1);
    // Unweighted, the three peaks would have the same height.
    expect(at(0) / at(5)).toBeGreaterThan(15);
    expect(at(0) / at(-2)).toBeGreaterThan(15);
  });

  it("shows an outlier of weight 1e-8 as a peak of its own on a symmetric-log axis", () => {
    const d = density([[-0.01, 0, 0.01, 100]], [[0.3, 0.4, 0.3 - 1e-8, 1e-8]], {
      axis: { kind: "symlog", c: 0.01 },
    });
    const peak = d.t.findIndex((t) => t >= 100);
    const valley = d.t.findIndex((t) => t >= 10);
    expect(d.mean[peak]).toBeGreaterThan(1e-7 / 2);
    expect(d.mean[valley]).toBeLessThan(1e-20);
  });

  it("has an axis that goes there and back, linear near zero and in decades far away", () => {
    fc.assert(
      fc.property(axes, fc.double({ min: -1e6, max: 1e6, noNaN: true }), (axis, t) => {
        const back = fromAxis(axis, toAxis(axis, t));
        expect(Math.abs(back - t)).toBeLessThanOrEqual(1e-12 * Math.abs(t) + 1e-300);
      }),
    );
    const axis: Axis = { kind: "symlog", c: 0.1 };
    expect(toAxis(axis, 1000) - toAxis(axis, 100)).toBeCloseTo(1, 3);
    expect(toAxis(axis, -1000)).toBe(-toAxis(axis, 1000));
    expect(toAxis(axis, 1e-6) / toAxis(axis, 2e-6)).toBeCloseTo(0.5, 4);
  });

  it("puts the linear part of the default axis where half of the mass is, at a power of ten", () => {
    expect(defaultSymlog([[-0.03, 0.004, 0.05, 130]], [[0.3, 0.2, 0.499, 0.001]])).toEqual({
      kind: "symlog",
      c: 0.01,
    });
    expect(defaultSymlog([[0, 0, 50]], [[0.5, 0.4, 0.1]])).toEqual({ kind: "symlog", c: 10 ** -5 });
    expect(defaultSymlog([[0]], [[1]])).toEqual({ kind: "symlog", c: 1 });
  });

  it("draws a single point, which has no width to take sigma from", () => {
    const axis: Axis = { kind: "linear" };
    expect(defaultSigma(axis, [[3]])).toBe(0.03);
    expect(defaultSigma(axis, [[0]])).toBe(0.01);
    expect(integral(density([[3]], [[1]], { axis }))).toBeCloseTo(1, 9);
  });

  it("draws what a domain and a number of points ask for", () => {
    const d = density([[0, 1]], [[0.5, 0.5]], {
      axis: { kind: "linear" },
      domain: [-1, 3],
      points: 5,
      sigma: 1,
    });
    expect([...d.u]).toEqual([-1, 0, 1, 2, 3]);
  });

  it("refuses no nodes, rows of different lengths and a sigma that is not positive", () => {
    const axis: Axis = { kind: "linear" };
    expect(() => density([], [], { axis })).toThrow("density: expected at least one node, found none");
    expect(() => density([[1, 2]], [[1]], { axis })).toThrow("density: probe 0 has 2 nodes but 1 weights");
    expect(() => density([[1]], [[1]], { axis, sigma: 0 })).toThrow(
      "density: expected sigma above 0, found 0",
    );
    expect(() => density([[1]], [[1]], { axis, domain: [2, 2] })).toThrow(
      "density: expected a domain of positive width, found 2 to 2",
    );
  });
});

describe("the PyHessian preset", () => {
  it("has the values of PyHessian's density_generate, computed with NumPy", () => {
    const d = pyhessianDensity(
      [
        [-1.5, 0.02, 3.0, 40.0],
        [-1.0, 0.1, 2.5, 44.0],
      ],
      [
        [0.1, 0.6, 0.2, 0.1],
        [0.05, 0.7, 0.2, 0.05],
      ],
    );
    expect(d.u.length).toBe(10000);
    for (const [i, u, y] of [
      [0, -1.26, 1.286826933877363e-29],
      [56, -1.0176637663766377, 0.3614395753002342],
      [300, 0.038229822982297934, 4.324925603191782],
      [314, 0.09881388138813851, 7.249723421924569],
      [327, 0.1550705070507048, 0.2181598192271605],
      [1000, 3.0674327432743267, 0.010832018061772019],
      [9275, 38.876938693869384, 0],
      [9999, 42.01, 0],
    ]) {
      expect(d.u[i]).toBeCloseTo(u, 12);
      if (y === 0) expect(d.mean[i]).toBe(0);
      else expect(d.mean[i] / y).toBeCloseTo(1, 9);
    }
  });

  const golden = resolve(
    import.meta.dirname,
    "../../../shared/reference/goldens/pyhessian_resnet20_eval_f32_density_0.json",
  );

  it.skipIf(!existsSync(golden))(
    "draws PyHessian's own nodes of a ResNet-20 as PyHessian does (skipped when ../shared/reference is absent)",
    () => {
      const { eig, weight } = JSON.parse(readFileSync(golden, "utf8")) as { eig: number[]; weight: number[] };
      const d = pyhessianDensity([eig], [weight]);
      const low = Math.min(...eig) - 0.01;
      const high = Math.max(...eig) + 0.01;
      expect(d.u[0]).toBe(low);
      expect(d.u[9999]).toBe(high);
      expect(d.sigma ** 2).toBeCloseTo(1e-5 * (high - low), 15);
      // The formula at a few hundred points, straight from its definition.
      const raw = (x: number) =>
        eig.reduce((sum, e, j) => sum + weight[j] * Math.exp(-((x - e) ** 2) / (2 * d.sigma ** 2)), 0);
      const scale = d.u.reduce((sum, x) => sum + raw(x), 0) * (d.u[1] - d.u[0]);
      for (let i = 0; i < 10000; i += 37) {
        expect(Math.abs(d.mean[i] - raw(d.u[i]) / scale)).toBeLessThan(1e-9 * (1 + d.mean[i]));
      }
      // Weights of a real run reach down to outliers of 1e-8, and sum to one.
      expect(weight.reduce((a, b) => a + b)).toBeCloseTo(1, 5);
    },
  );
});
