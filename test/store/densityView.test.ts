import { describe, expect, test } from "vitest";
import { densityAt, densityView, eigenvalueAt, positionOf } from "../../src/store/densityView.ts";
import { sampleRun } from "../ui/sampleRun.ts";

const controls = { xAxis: "symlog", smoothing: "axis", width: 1 } as const;
const view = (changes = {}, ...beside: ReturnType<typeof sampleRun>[]) => {
  const made = densityView(sampleRun(), beside, { ...controls, ...changes });
  if (made === null) throw new Error("no view");
  return made;
};

describe("the density view", () => {
  test("has a stem for each Ritz value of each probe, in order, with its weight", () => {
    const { stems } = view();
    expect(stems).toHaveLength(10);
    expect(stems.map((stem) => stem.u)).toEqual(stems.map((stem) => stem.u).sort((a, b) => a - b));
    expect(stems[0]).toMatchObject({ theta: -2, weight: 0.001, probe: 0 });
  });

  test("holds the mean between the ends of its band", () => {
    const { curve } = view();
    for (let i = 0; i < curve.mean.length; i++) {
      expect(curve.mean[i]).toBeGreaterThanOrEqual((curve.band?.low[i] ?? 0) * (1 - 1e-12));
      expect(curve.mean[i]).toBeLessThanOrEqual((curve.band?.high[i] ?? 0) * (1 + 1e-12));
    }
  });

  test("has no band for a single probe", () => {
    const { spectrum } = sampleRun();
    const single = sampleRun({
      spectrum: { ...spectrum, nodes: spectrum.nodes.slice(1), weights: spectrum.weights.slice(1) },
    });
    expect(densityView(single, [], controls)?.curve.band).toBeNull();
  });

  test("smooths twice as wide at twice the width, on the same range", () => {
    expect(view({ width: 2 }).sigma).toBeCloseTo(2 * view().sigma, 12);
    expect(view({ width: 2 }).domain).toEqual(view().domain);
  });

  test("puts both runs on one axis that holds them both", () => {
    const run = sampleRun();
    const wide = sampleRun({
      spectrum: { ...run.spectrum, nodes: run.spectrum.nodes.map((row) => row.map((theta) => 10 * theta)) },
    });
    const both = view({}, wide);
    expect(both.beside[0].u[0]).toBe(both.curve.u[0]);
    expect(eigenvalueAt(both, both.domain[1])).toBeGreaterThan(400);
  });

  test("reproduces PyHessian's smoothing: variance 1e-5 of the range, at least 1", () => {
    const preset = view({ smoothing: "pyhessian" });
    expect(preset.axis.kind).toBe("linear");
    expect(preset.sigma).toBeCloseTo(Math.sqrt(1e-5 * (40 + 0.01 - (-1.95 - 0.01))), 10);
  });

  test("goes to the axis and back", () => {
    for (const t of [-30, -0.001, 0, 0.02, 12]) {
      expect(eigenvalueAt(view(), positionOf(view(), t))).toBeCloseTo(t, 9);
    }
  });

  test("is read between grid points, and is zero beyond them", () => {
    const { curve } = view();
    const middle = (curve.u[10] + curve.u[11]) / 2;
    expect(densityAt(curve, middle)).toBeCloseTo((curve.mean[10] + curve.mean[11]) / 2, 12);
    expect(densityAt(curve, curve.u[0] - 1)).toBe(0);
  });

  test("is nothing before the first Ritz value", () => {
    const empty = sampleRun({ spectrum: { nodes: [[], []], weights: [[], []], alpha: [], beta: [] } });
    expect(densityView(empty, [], controls)).toBeNull();
  });
});
