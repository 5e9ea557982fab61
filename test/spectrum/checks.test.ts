import { describe, expect, it } from "vitest";
import {
  DenseSpace,
  denseOperator,
  ghostsLeft,
  matrixFreeOperator,
  momentMatch,
  SlqRun,
  symmetryDefect,
} from "../../src/spectrum/index.ts";
import { finish, multiply, rademacher, spread, withSpectrum } from "./matrices.ts";

describe("checks", () => {
  const matrix = withSpectrum([40, -9, ...spread(-1, 1, 48)]);
  const source = rademacher(6);

  it("measure that a quadrature matches the moments of its operator, from three steps on", async () => {
    const operator = denseOperator(matrix, new DenseSpace(50, 2));
    for (const steps of [2, 3, 12]) {
      const run = new SlqRun(operator, {
        source,
        steps,
        probes: 2,
        traceProbes: 0,
        breakdownTolerance: 1e-13,
      });
      const { result } = await finish(run.advance());
      const match = await momentMatch(operator, source, {
        probe: 1,
        nodes: result.nodes[1],
        weights: result.weights[1],
      });
      expect(match.map((m) => m.order)).toEqual([0, 1, 2, 3, 4]);
      const worst = Math.max(...match.map((m) => m.relativeError));
      if (steps === 2) expect(worst).toBeGreaterThan(1e-4);
      else expect(worst).toBeLessThan(1e-12);
    }
  });

  it("notice weights that were not squared first components", async () => {
    const operator = denseOperator(matrix);
    const match = await momentMatch(operator, source, {
      probe: 0,
      nodes: [40, 0, -9],
      weights: [1 / 3, 1 / 3, 1 / 3],
    });
    expect(match[1].relativeError).toBeGreaterThan(0.1);
  });

  it("count ghosts: copies that a lost orthogonality brings, and none where vectors are known to differ", async () => {
    const operator = denseOperator(matrix);
    const counts = { steps: 100, probes: 1, traceProbes: 0, breakdownTolerance: 0 };
    const short = new SlqRun(operator, { source, ...counts, memory: "two vectors" });
    const { result } = await finish(short.advance());
    // 50 eigenvalues, 100 values: the outliers settle again and again.
    expect(ghostsLeft(result, null)).toBeGreaterThan(2);
    expect(ghostsLeft(result, 0.5)).toBe(ghostsLeft(result, null));
    const full = new SlqRun(operator, { source, ...counts, steps: 50 });
    const { result: whole } = await finish(full.advance());
    expect(ghostsLeft(whole, null)).toBe(0);
    // Equal values of an orthonormal basis belong to different vectors.
    expect(ghostsLeft(result, 1e-7)).toBe(0);
  });

  it("of a zero operator are exact", async () => {
    const operator = matrixFreeOperator(new DenseSpace(5), (_v, out) => {
      out.fill(0);
    });
    const match = await momentMatch(operator, source, { probe: 0, nodes: [0], weights: [1] });
    expect(match.slice(1).every((m) => m.relativeError === 0)).toBe(true);
    expect((await symmetryDefect(operator, source, [0, 1])).relative).toBe(0);
  });

  it("see the asymmetry of an operator, and none where there is none", async () => {
    expect((await symmetryDefect(denseOperator(matrix), source, [0, 1])).relative).toBeLessThan(1e-14);
    const skewed = matrix.map((row) => row.slice());
    skewed[3][7] += 2;
    const operator = matrixFreeOperator(new DenseSpace(50), (v, out) => {
      out.set(multiply(skewed, v));
    });
    expect((await symmetryDefect(operator, source, [0, 1])).relative).toBeGreaterThan(1e-4);
  });
});

describe("dense operator", () => {
  it("refuses a matrix that is not square or not symmetric, by entry", () => {
    expect(() => denseOperator([[1, 2], [3]])).toThrow("matrix: row 1 has 1 entries, expected 2");
    expect(() =>
      denseOperator([
        [1, 2],
        [3, 1],
      ]),
    ).toThrow("matrix: not symmetric, entry (1,0) is 3 but (0,1) is 2");
  });

  it("refuses segments that do not sum to n, and columns of another length", () => {
    expect(() => new DenseSpace(5, 1, [{ name: "a", size: 4 }])).toThrow(
      "segments: expected sizes that sum to n = 5, found 4",
    );
    const space = new DenseSpace(3);
    expect(() => space.write(space.create(), [[1, 2]])).toThrow(
      "write: column 0 has length 2, expected n = 3",
    );
  });

  it("takes the reciprocal of a zero norm as zero: an exhausted column becomes zero, not NaN", async () => {
    const space = new DenseSpace(3, 2);
    const w = space.create();
    space.write(w, [[0, 0, 4]]);
    const basis = space.basis(1);
    await basis.append(w, { reciprocalOf: space.norm(w) });
    await basis.load(0, w);
    expect(await space.read(w)).toEqual([Float64Array.of(0, 0, 1), Float64Array.of(0, 0, 0)]);
  });
});
