import { describe, expect, it } from "vitest";
import { DenseSpace, denseOperator, type PowerOptions, powerIteration } from "../../src/spectrum/index.ts";
import { collect, finish, rademacher, spread, withSpectrum } from "./matrices.ts";

const options = (o: Partial<PowerOptions>): PowerOptions => ({
  count: 1,
  maxIterations: 500,
  source: rademacher(2),
  tolerance: 1e-8,
  ...o,
});

describe("power iteration", () => {
  it("shows a large negative eigenvalue as negative, where |lambda| would hide it", async () => {
    const operator = denseOperator(withSpectrum([6, -10, ...spread(-1, 1, 30)]));
    const { found } = await finish(powerIteration(operator, options({ count: 2 })));
    expect(found[0].value).toBeCloseTo(-10, 10);
    expect(found[1].value).toBeCloseTo(6, 10);
    expect(found.every((pair) => pair.converged)).toBe(true);
  });

  it("finds further pairs by deflation, in the order of their magnitude, for any number of columns", async () => {
    const operator = denseOperator(
      withSpectrum([20, -15, 11, 8, ...spread(-1, 1, 30)]),
      new DenseSpace(34, 3),
    );
    const { found } = await finish(powerIteration(operator, options({ count: 4 })));
    [20, -15, 11, 8].forEach((value, i) => {
      expect(found[i].value).toBeCloseTo(value, 8);
    });
  });

  it("with a shift finds the other end of the spectrum, and reports values of A itself", async () => {
    const operator = denseOperator(withSpectrum([10, -6, ...spread(-1, 1, 30)]));
    const { found } = await finish(powerIteration(operator, options({ shift: 10 })));
    expect(found[0].value).toBeCloseTo(-6, 10);
    expect(found[0].residual).toBeLessThan(1e-6);
  });

  it("does not claim convergence for a pair of opposite eigenvalues: the residual tells", async () => {
    const operator = denseOperator(withSpectrum([10, -10, ...spread(-1, 1, 30)]));
    const { found } = await finish(powerIteration(operator, options({ maxIterations: 60 })));
    expect(found[0].converged).toBe(false);
    expect(found[0].residual).toBeGreaterThan(1);
  });

  it("yields every iteration with a residual that bounds the distance to an eigenvalue", async () => {
    const eigenvalues = [10, 7, ...spread(-1, 1, 30)];
    const events = await collect(powerIteration(denseOperator(withSpectrum(eigenvalues)), options({})));
    for (const event of events) {
      if (event.kind !== "running") continue;
      const { value, residual } = event.current;
      expect(Math.min(...eigenvalues.map((x) => Math.abs(x - value)))).toBeLessThanOrEqual(residual + 1e-12);
    }
    expect(events.length).toBeGreaterThan(10);
  });

  it("finds nothing but zeros in the zero matrix, without dividing by zero", async () => {
    const zero = Array.from({ length: 4 }, () => new Float64Array(4));
    const { found } = await finish(powerIteration(denseOperator(zero), options({ count: 2 })));
    expect(found).toEqual([0, 1].map(() => ({ value: 0, residual: 0, iterations: 1, converged: true })));
  });

  it("cancelled, keeps the pairs found before", async () => {
    const abort = new AbortController();
    const operator = denseOperator(withSpectrum([20, -15, 11, 8, ...spread(-1, 1, 30)]));
    const events = powerIteration(operator, options({ count: 4, signal: abort.signal }));
    let last: { kind: string; found: readonly { value: number }[] } | undefined;
    for await (const event of events) {
      last = event;
      if (event.kind === "running" && event.pair === 1) abort.abort();
    }
    expect(last?.kind).toBe("cancelled");
    expect(last?.found.length).toBe(1);
  });
});
