import { describe, expect, it } from "vitest";
import {
  DenseSpace,
  denseOperator,
  matrixFreeOperator,
  type ProbeSource,
  sampleTrace,
  studentTCdf,
  studentTQuantile,
  type TraceEstimate,
  type TraceSample,
  traceEstimate,
  traceRun,
  unitProbe,
} from "../../src/spectrum/index.ts";
import { collect, dot, finish, multiply, rademacher, spread, withSpectrum } from "./matrices.ts";

describe("Student's t", () => {
  it.each([
    // degrees, quantiles at 0.975, 0.95, 0.999 (standard tables, to the digits of SciPy)
    [1, 12.706204736174694, 6.313751514675037, 318.30883898555015],
    [2, 4.302652729749462, 2.9199855803537242, 22.327124770119866],
    [3, 3.1824463052837078, 2.3533634348018233, 10.214531852407383],
    [4, 2.7764451051977934, 2.1318467863266495, 7.173182219782307],
    [7, 2.364624251592784, 1.8945786050900062, 4.785289628638333],
    [10, 2.228138851986274, 1.8124611228116756, 4.143700494046589],
    [30, 2.0422724563012378, 1.697260886593957, 3.3851848668293045],
    [100, 1.9839715185235518, 1.6602343260853392, 3.173739493738783],
    [199, 1.9719565442517533, 1.6525467461665633, 3.131689620726459],
    [1000, 1.9623390808264083, 1.6463788172854643, 3.0984021639129233],
  ])("has the tabulated quantiles for %i degrees of freedom", (degrees, a, b, c) => {
    expect(studentTQuantile(0.975, degrees) / a).toBeCloseTo(1, 9);
    expect(studentTQuantile(0.95, degrees) / b).toBeCloseTo(1, 9);
    expect(studentTQuantile(0.999, degrees) / c).toBeCloseTo(1, 9);
    expect(studentTQuantile(0.025, degrees)).toBe(-studentTQuantile(0.975, degrees));
    expect(studentTCdf(a, degrees)).toBeCloseTo(0.975, 10);
  });

  it("approaches the normal distribution, is symmetric, and refuses what is not a probability", () => {
    expect(studentTQuantile(0.975, 1e6)).toBeCloseTo(1.959966, 5);
    expect(studentTQuantile(0.5, 5)).toBe(0);
    expect(() => studentTQuantile(1, 5)).toThrow("Student t: expected 0 < p < 1, found 1");
    expect(() => studentTQuantile(0.9, 0)).toThrow("expected at least 1 degree of freedom, found 0");
  });
});

/** v'Av samples of a matrix without an operator in between: quick enough for thousands of runs. */
function samplesOf(matrix: readonly Float64Array[], source: ProbeSource, count: number): TraceSample[] {
  const n = matrix.length;
  return Array.from({ length: count }, (_, probe) => {
    const v = unitProbe(n, source, probe);
    return { probe, perSegment: [n * dot(v, multiply(matrix, v))] };
  });
}

describe("trace estimate", () => {
  // No single eigenvalue rules: the samples are nearly normal, as the interval assumes.
  const eigenvalues = [6, 5, -4, 4, 3, -3, ...spread(-2, 3, 54)];
  const trace = eigenvalues.reduce((a, b) => a + b);
  // Rademacher probes have zero variance on a diagonal matrix, which would prove nothing: this one is full.
  const matrix = withSpectrum(eigenvalues, 4);
  const n = eigenvalues.length;
  const segments = [{ name: "all", size: n }];

  it.each([4, 8, 20])("from %i probes covers the truth in 93 to 97 percent of 1000 seeded runs", (count) => {
    let covered = 0;
    let coveredByNormal = 0;
    for (let seed = 0; seed < 1000; seed++) {
      const e = traceEstimate(samplesOf(matrix, rademacher(seed), count), segments) as TraceEstimate;
      const [low, high] = e.interval95 as readonly [number, number];
      if (low <= trace && trace <= high) covered++;
      if (Math.abs(e.estimate - trace) <= 1.96 * (e.standardError as number)) coveredByNormal++;
    }
    expect(covered / 1000).toBeGreaterThanOrEqual(0.93);
    expect(covered / 1000).toBeLessThanOrEqual(0.97);
    // The normal quantile promises too much from few probes.
    if (count === 4) expect(coveredByNormal / 1000).toBeLessThan(0.9);
  });

  it("is unbiased for both distributions, in total and by segment", async () => {
    const space = new DenseSpace(n, 8, [
      { name: "a", size: 13 },
      { name: "b", size: n - 13 },
    ]);
    const operator = denseOperator(matrix, space);
    const exact = [0, 0];
    for (let i = 0; i < n; i++) exact[i < 13 ? 0 : 1] += matrix[i][i];
    for (const distribution of ["rademacher", "gaussian"] as const) {
      const last = await finish(traceRun(operator, { source: { seed: 9, distribution }, maxSamples: 4000 }));
      const e = last.estimate;
      expect(Math.abs((e?.estimate ?? 0) - trace)).toBeLessThan(4 * (e?.standardError ?? 0));
      e?.perSegment.forEach((segment, l) => {
        expect(segment.size).toBe([13, n - 13][l]);
        expect(Math.abs(segment.estimate - exact[l])).toBeLessThan(4 * (segment.standardError ?? 0));
      });
      expect(e?.perSegment.reduce((sum, s) => sum + s.estimate, 0)).toBeCloseTo(e?.estimate ?? 0, 9);
    }
  });

  it("does not know its error from one sample, and is null without any", () => {
    const one = traceEstimate(samplesOf(matrix, rademacher(0), 1), segments);
    expect(one).toMatchObject({ samples: 1, standardError: null, interval95: null });
    expect(one?.perSegment[0]).toMatchObject({ standardError: null, interval95: null });
    expect(traceEstimate([], segments)).toBeNull();
  });

  it("would look exact on a diagonal matrix, which is why no test may use one", () => {
    const diagonal = eigenvalues.map((x, i) => Float64Array.from({ length: n }, (_, j) => (i === j ? x : 0)));
    const e = traceEstimate(samplesOf(diagonal, rademacher(0), 5), segments);
    expect(e?.standardError).toBeLessThan(1e-12);
  });

  it("stops for precision, not because successive means are close", async () => {
    const operator = denseOperator(matrix, new DenseSpace(n));
    const goal = 0.1;
    let ours = 0;
    let successive = 0;
    const runs = 150;
    for (let seed = 0; seed < runs; seed++) {
      const source = rademacher(seed);
      const last = await finish(traceRun(operator, { source, maxSamples: 4000, relativeHalfWidth: goal }));
      expect(last).toMatchObject({ kind: "done", reason: "precision" });
      ours += ((last.estimate?.estimate ?? 0) / trace - 1) ** 2;
      // The rule of PyHessian: stop when the mean moved by less than a thousandth.
      let mean = 0;
      for (let m = 0; m < 4000; m++) {
        const v = unitProbe(n, source, m);
        const next = mean + (n * dot(v, multiply(matrix, v)) - mean) / (m + 1);
        const stop = Math.abs(next - mean) / (Math.abs(mean) + 1e-6) < 1e-3;
        mean = next;
        if (stop) break;
      }
      successive += (mean / trace - 1) ** 2;
    }
    // A 95 % half width of 10 % is a standard error of 5 %.
    expect(Math.sqrt(ours / runs)).toBeLessThan(goal / 1.96 + 0.015);
    expect(Math.sqrt(successive / runs)).toBeGreaterThan(goal);
  });
});

describe("trace run", () => {
  const matrix = withSpectrum(spread(-1, 3, 20));

  it("gives the same samples for any number of columns, the last block being a short one", async () => {
    const all = await Promise.all(
      [1, 3, 7].map(async (k) => {
        const events = await collect(
          sampleTrace(denseOperator(matrix, new DenseSpace(20, k)), rademacher(1), [0, 1, 2, 3, 4, 5, 6, 7]),
        );
        return events.flatMap((e) => (e.kind === "samples" ? e.samples : []));
      }),
    );
    expect(all[0].length).toBe(8);
    expect(all[1]).toEqual(all[0]);
    expect(all[2]).toEqual(all[0]);
  });

  it("cancelled, keeps the samples so far; before the first, knows nothing", async () => {
    const abort = new AbortController();
    let products = 0;
    const operator = matrixFreeOperator(new DenseSpace(20), (v, out) => {
      if (++products === 6) abort.abort();
      out.set(multiply(matrix, v));
    });
    const last = await finish(
      traceRun(operator, { source: rademacher(1), maxSamples: 50, signal: abort.signal }),
    );
    expect(last).toMatchObject({ kind: "cancelled", estimate: { samples: 6 } });
    const none = await finish(
      traceRun(operator, { source: rademacher(1), maxSamples: 50, signal: AbortSignal.abort() }),
    );
    expect(none).toEqual({ kind: "cancelled", estimate: null });
  });

  it("names the probe and segment of a product that is not finite", async () => {
    const operator = matrixFreeOperator(new DenseSpace(20), (_v, out) => {
      out.fill(Number.POSITIVE_INFINITY);
    });
    await expect(finish(traceRun(operator, { source: rademacher(1), maxSamples: 3 }))).rejects.toThrow(
      /trace, probe 0: v'Av in segment 0 is (NaN|-?Infinity), expected finite numbers/,
    );
  });
});
