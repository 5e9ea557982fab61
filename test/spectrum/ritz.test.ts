import { describe, expect, it } from "vitest";
import {
  DenseSpace,
  denseOperator,
  type EigsEvent,
  type EigsOptions,
  eigs,
  extremes,
  LanczosRun,
  matrixFreeOperator,
  measuredResidual,
  type Quadrature,
  quadrature,
  ritzValues,
  ritzVector,
} from "../../src/spectrum/index.ts";
import { collect, finish, multiply, rademacher, spread, withSpectrum } from "./matrices.ts";

const exact = { breakdownTolerance: 1e-13, roundoff: 2 ** -53 };

async function run(matrix: readonly Float64Array[], steps: number, probes = [0]) {
  const operator = denseOperator(matrix, new DenseSpace(matrix.length, probes.length));
  const lanczos = new LanczosRun(operator, { source: rademacher(5), probes, ...exact });
  await finish(lanczos.advance({ steps }));
  return { operator, lanczos };
}

function row(probe: number, nodes: number[], residuals: number[]): Quadrature {
  return { probe, steps: nodes.length, nodes, weights: nodes.map(() => 1 / nodes.length), residuals };
}

describe("Ritz values", () => {
  it("predict the measured residual, and lie within it and within the quadratic bound of an eigenvalue", async () => {
    const eigenvalues = [60, 45, -30, ...spread(-1, 1, 77)];
    const matrix = withSpectrum(eigenvalues);
    const { operator, lanczos } = await run(matrix, 9);
    const values = ritzValues(quadrature(lanczos.columns[0]), { roundoff: 2 ** -53 });
    const y = operator.space.create();
    for (const r of values) {
      await ritzVector(lanczos, r, y);
      const measured = await measuredResidual(operator, y, r.value);
      expect(Math.abs(measured - r.residual)).toBeLessThan(1e-11);
      const distance = Math.min(...eigenvalues.map((x) => Math.abs(x - r.value)));
      expect(distance).toBeLessThanOrEqual(r.residual + 1e-12);
      if (Math.abs(r.value) > 20) expect(distance).toBeLessThanOrEqual(r.errorBound + 1e-12);
    }
  });

  it("are not called converged before they are", async () => {
    const matrix = withSpectrum([60, 45, -30, ...spread(-1, 1, 77)]);
    for (const steps of [3, 5, 8, 12, 20]) {
      const { lanczos } = await run(matrix, steps);
      const { top, bottom } = extremes([quadrature(lanczos.columns[0])], { top: 2, bottom: 1 });
      [...top, ...bottom].forEach((r, i) => {
        if (r.converged) expect(Math.abs(r.value / [60, 45, -30][i] - 1)).toBeLessThan(1e-4);
      });
      if (steps === 20) expect([...top, ...bottom].every((r) => r.converged)).toBe(true);
      if (steps === 3) expect(top[1].converged).toBe(false);
    }
  });

  it("call a numerically equal settled copy a copy, not another eigenvalue", () => {
    const ghosts = row(0, [1, 9.99999999999, 10], [0.3, 1e-14, 1e-14]);
    const values = ritzValues(ghosts, { roundoff: 2 ** -40 });
    expect(values.map((r) => r.copies)).toEqual([1, 2]);
    // Unsettled neighbours are two Ritz values on their way to two eigenvalues.
    const close = row(0, [1, 9.99999999999, 10], [0.3, 0.1, 0.1]);
    expect(ritzValues(close, { roundoff: 2 ** -40 }).length).toBe(3);
  });

  it("merge by rank: the probe that lags or misses an eigenvalue does not add or remove one", () => {
    const leading = row(0, [-5, 0, 8, 9, 10], [1e-9, 1, 1e-9, 1e-9, 1e-12]);
    const lagging = row(1, [-4.7, 0, 7, 8.4, 9.8], [0.5, 1, 1, 0.6, 0.3]);
    const missing = row(2, [-5, 0, 1, 8, 9], [1e-12, 1, 1, 1e-13, 1e-13]);
    const { top, bottom } = extremes([leading, lagging, missing], { top: 3, bottom: 1 });
    expect(top.map((r) => r.value)).toEqual([10, 9, 8]);
    expect(top.map((r) => r.probe)).toEqual([0, 0, 0]);
    expect(bottom[0]).toMatchObject({ value: -5, probe: 2, residual: 1e-12 });
  });

  it("of a zero matrix are zero and converged", async () => {
    const { lanczos } = await run([new Float64Array(3), new Float64Array(3), new Float64Array(3)], 3);
    const { top } = extremes(lanczos.columns.map(quadrature), { top: 2, bottom: 2 });
    expect(top.length).toBe(1);
    expect(top[0]).toMatchObject({ value: 0, residual: 0, converged: true });
  });

  it("refuse an index that the T at hand does not have", async () => {
    const { operator, lanczos } = await run(withSpectrum(spread(0, 1, 9)), 3);
    await expect(
      ritzVector(lanczos, { probe: 0, index: 4, steps: 9 }, operator.space.create()),
    ).rejects.toThrow("internal: Ritz value 4 of 9 steps was asked of a T with 3 steps");
  });
});

describe("eigs", () => {
  const options = (o: Partial<EigsOptions>): EigsOptions => ({
    top: 5,
    bottom: 2,
    maxSteps: 200,
    source: rademacher(1),
    ...exact,
    ...o,
  });

  it.each([
    ["outliers over a bulk", [135, 98, 82, 64, 50, -7, -3, ...spread(-0.5, 0.5, 93)]],
    ["a cluster at the top", [10, 10 - 1e-3, 10 - 2e-3, 9, 8, ...spread(-1, 1, 60), -2, -3]],
    ["a large negative outlier", [5, 4.5, 4, 3.5, 3, -500, -20, ...spread(-1, 1, 60)]],
    ["an even spread", spread(-4, 6, 60)],
  ])("finds both ends to 1e-10: %s", async (_name, eigenvalues) => {
    const operator = denseOperator(withSpectrum(eigenvalues), new DenseSpace(eigenvalues.length, 2));
    const last = await finish(eigs(operator, options({ tolerance: 1e-11 })));
    expect(last.kind).toBe("converged");
    const ascending = [...eigenvalues].sort((a, b) => a - b);
    last.top.forEach((r, i) => {
      expect(Math.abs(r.value - (ascending.at(-1 - i) as number))).toBeLessThan(1e-10 * 10);
    });
    last.bottom.forEach((r, i) => {
      expect(Math.abs(r.value - ascending[i])).toBeLessThan(1e-10 * 10);
    });
    expect(last.top.length).toBe(5);
  });

  it("stops well before the dimension once the ends have converged, and yields every step on the way", async () => {
    const eigenvalues = [135, 98, 82, 64, 50, -7, -3, ...spread(-0.5, 0.5, 193)];
    const operator = denseOperator(withSpectrum(eigenvalues), new DenseSpace(200));
    const events = await collect(eigs(operator, options({ tolerance: 1e-4 })));
    expect(events.length).toBeLessThan(30);
    expect(events.slice(0, -1).every((e, i) => e.kind === "running" && e.step === i + 1)).toBe(true);
    const last = events.at(-1) as EigsEvent<unknown>;
    expect(last.kind).toBe("converged");
    [135, 98, 82, 64, 50].forEach((x, i) => {
      expect(Math.abs(last.top[i].value / x - 1)).toBeLessThan(1e-4);
    });
    [-7, -3].forEach((x, i) => {
      expect(Math.abs(last.bottom[i].value / x - 1)).toBeLessThan(1e-4);
    });
  });

  it("says exhausted when steps run out, with each value's own flag", async () => {
    const operator = denseOperator(withSpectrum(spread(-1, 1, 100)));
    const last = await finish(eigs(operator, options({ maxSteps: 6 })));
    expect(last.kind).toBe("exhausted");
    expect(last.top.some((r) => !r.converged)).toBe(true);
  });

  it("says exhausted for an operator with fewer distinct eigenvalues than asked for", async () => {
    const operator = denseOperator(withSpectrum([...new Array(30).fill(1), 4]));
    const last = await finish(eigs(operator, options({ breakdownTolerance: 1e-10 })));
    expect(last.kind).toBe("exhausted");
    expect(last.top.map((r) => Math.round(r.value * 1e9) / 1e9)).toEqual([4, 1]);
    expect(last.top.every((r) => r.converged)).toBe(true);
  });

  it("cancelled, keeps what is known", async () => {
    const matrix = withSpectrum(spread(-1, 1, 50));
    const abort = new AbortController();
    let products = 0;
    const operator = matrixFreeOperator(new DenseSpace(50), (v, out) => {
      if (++products === 10) abort.abort();
      out.set(multiply(matrix, v));
    });
    const last = await finish(eigs(operator, options({ signal: abort.signal })));
    expect(last.kind).toBe("cancelled");
    expect(last.step).toBe(10);
    expect(last.top.length).toBe(5);
  });

  it("releases its basis when the consumer stops pulling", async () => {
    let released = 0;
    class CountingSpace extends DenseSpace {
      override release() {
        released++;
      }
    }
    const operator = denseOperator(withSpectrum(spread(-1, 1, 50)), new CountingSpace(50));
    for await (const event of eigs(operator, options({}))) if (event.step === 3) break;
    expect(released).toBe(2);
  });
});
