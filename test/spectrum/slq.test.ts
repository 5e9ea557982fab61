import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  DenseSpace,
  denseOperator,
  matrixFreeOperator,
  type SlqCheckpoint,
  type SlqEvent,
  type SlqOptions,
  SlqRun,
  tridiagonalEigenvectors,
  unitProbe,
} from "../../src/spectrum/index.ts";
import {
  collect,
  dot,
  finish,
  multiply,
  rademacher,
  randomOrthogonal,
  spread,
  withSpectrum,
} from "./matrices.ts";

const base = {
  breakdownTolerance: 1e-13,
  ritz: { roundoff: 2 ** -53 },
  source: rademacher(3),
  traceProbes: 0,
};

function slq(
  matrix: readonly Float64Array[],
  k: number,
  options: Partial<SlqOptions>,
  known?: SlqCheckpoint,
) {
  const half = Math.floor(matrix.length / 2);
  const space = new DenseSpace(matrix.length, k, [
    { name: "front", size: half },
    { name: "back", size: matrix.length - half },
  ]);
  return new SlqRun(denseOperator(matrix, space), { ...base, steps: 10, probes: 2, ...options }, known);
}

/** v'A^k v for k = 0..4 */
function moments(matrix: readonly Float64Array[], v: Float64Array): number[] {
  const once = multiply(matrix, v);
  const twice = multiply(matrix, once);
  return [dot(v, v), dot(v, once), dot(once, once), dot(once, twice), dot(twice, twice)];
}

const quadratureMoment = (nodes: readonly number[], weights: readonly number[], order: number) =>
  nodes.reduce((sum, theta, j) => sum + weights[j] * theta ** order, 0);

describe("stochastic Lanczos quadrature", () => {
  it("matches the moments v'A^k v up to k = 4 and its weights sum to one, for any spectrum", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.double({ min: -10, max: 10, noNaN: true }), { minLength: 6, maxLength: 20 }),
        fc.integer({ min: 0, max: 1000 }),
        async (eigenvalues, seed) => {
          const matrix = withSpectrum(eigenvalues, seed);
          const { result } = await finish(slq(matrix, 2, { steps: 6, probes: 3 }).advance());
          expect(result.probes).toEqual([0, 1, 2]);
          result.probes.forEach((probe, i) => {
            const exact = moments(matrix, unitProbe(matrix.length, base.source, probe));
            exact.forEach((moment, order) => {
              const error = quadratureMoment(result.nodes[i], result.weights[i], order) - moment;
              expect(Math.abs(error)).toBeLessThan(1e-10 * Math.max(1, 10 ** order));
            });
            expect(result.weights[i].reduce((a, b) => a + b)).toBeCloseTo(1, 12);
          });
        },
      ),
      { numRuns: 30 },
    );
  });

  it("takes weights from the first row alone: the whole eigenvector matrix, or no weights, miss the moments", async () => {
    const matrix = withSpectrum([100, -20, ...spread(-0.1, 0.1, 58)]);
    const run = slq(matrix, 1, { steps: 12, probes: 1 });
    const { result } = await finish(run.advance());
    const [{ alpha, beta }] = run.checkpoint().columns;
    const { vectors } = tridiagonalEigenvectors(alpha, beta);
    const second = moments(matrix, unitProbe(60, base.source, 0))[2];
    const error = (weights: readonly number[]) =>
      Math.abs(quadratureMoment(result.nodes[0], weights, 2) / second - 1);
    expect(error(result.weights[0])).toBeLessThan(1e-10);
    const m = vectors.length;
    // Mean over all rows of the squared eigenvector matrix: every weight becomes 1/m.
    const wholeMatrix = vectors.map((s) => s.reduce((sum, x) => sum + x * x, 0) / m);
    expect(error(wholeMatrix)).toBeGreaterThan(1);
    expect(error(new Array(m).fill(1 / m))).toBeGreaterThan(1);
  });

  it("finds a negative outlier with its sign, and top and bottom to 1e-10, merged over probes", async () => {
    const matrix = withSpectrum([50, 40, 30, -60, -7, ...spread(-1, 1, 95)]);
    const { result } = await finish(slq(matrix, 2, { steps: 40, probes: 3, top: 3, bottom: 2 }).advance());
    [50, 40, 30].forEach((value, i) => {
      expect(Math.abs(result.top[i].value - value)).toBeLessThan(1e-10);
    });
    [-60, -7].forEach((value, i) => {
      expect(Math.abs(result.bottom[i].value - value)).toBeLessThan(1e-10);
    });
    for (const r of [...result.top, ...result.bottom]) {
      expect(r.converged).toBe(true);
      expect(result.nodes[result.probes.indexOf(r.probe)][r.index]).toBe(r.value);
      expect(result.weights[result.probes.indexOf(r.probe)][r.index]).toBe(r.weight);
    }
  });

  it("measures the weight of a bulk of zeros in a matrix of low rank, and closes there", async () => {
    const matrix = withSpectrum([...new Array(57).fill(0), 5, 11, 20]);
    const eigenvectors = randomOrthogonal(60, 1);
    const { result } = await finish(
      slq(matrix, 4, { steps: 30, probes: 4, breakdownTolerance: 1e-10 }).advance(),
    );
    result.nodes.forEach((nodes, i) => {
      expect(result.closed[i]).toBe(true);
      expect(nodes.length).toBe(4);
      expect(Math.abs(nodes[0])).toBeLessThan(1e-10);
      const v = unitProbe(60, base.source, i);
      const outside = eigenvectors.slice(57).reduce((sum, q) => sum + dot(q, v) ** 2, 0);
      expect(result.weights[i][0]).toBeCloseTo(1 - outside, 10);
      expect(nodes[3]).toBeCloseTo(20, 10);
    });
  });

  it("extended by steps and by probes is bit for bit one long run", async () => {
    const matrix = withSpectrum(spread(-3, 5, 40));
    const goal = { steps: 20, probes: 5, traceProbes: 9 };
    const long = slq(matrix, 2, goal);
    const whole = await finish(long.advance());
    for (const keepBases of [1, 9]) {
      const grown = slq(matrix, 2, { steps: 6, probes: 3, traceProbes: 7, keepBases });
      await finish(grown.advance());
      grown.extend({ steps: 13 });
      await finish(grown.advance());
      grown.extend(goal);
      expect(await finish(grown.advance())).toEqual(whole);
    }
  });

  it("continues a stored checkpoint: new probes cost only their own products, stored ones none", async () => {
    const matrix = withSpectrum(spread(-3, 5, 40));
    const stored = slq(matrix, 2, { steps: 8, probes: 2, traceProbes: 4 });
    await finish(stored.advance());
    const known: SlqCheckpoint = JSON.parse(JSON.stringify(stored.checkpoint()));
    const restored = slq(matrix, 2, { steps: 8, probes: 2, traceProbes: 4 }, known);
    const events = await collect(restored.advance());
    expect(events.map((event) => event.kind)).toEqual(["done"]);
    expect(events[0].result).toEqual(stored.result());
    restored.extend({ probes: 4 });
    const more = await collect(restored.advance());
    expect(more.filter((event) => event.kind === "running").length).toBe(8);
    const fresh = await finish(slq(matrix, 2, { steps: 8, probes: 4, traceProbes: 4 }).advance());
    expect(more.at(-1)?.result).toEqual(fresh.result);
  });

  it("refuses a checkpoint of another operator or seed", () => {
    const known = { n: 39, source: base.source, columns: [], samples: [] };
    const matrix = withSpectrum(spread(-3, 5, 40));
    expect(() => slq(matrix, 1, {}, known)).toThrow("checkpoint: expected n = 40, found 39");
    expect(() => slq(matrix, 1, {}, { ...known, n: 40, source: rademacher(4) })).toThrow(
      "checkpoint: expected rademacher probes of seed 3, found rademacher probes of seed 4",
    );
  });

  it("cancelled, reports everything known so far and goes on from there", async () => {
    const matrix = withSpectrum(spread(-3, 5, 40));
    const abort = new AbortController();
    const run = slq(matrix, 1, { steps: 10, probes: 3, traceProbes: 6 });
    let last: SlqEvent | undefined;
    let running = 0;
    for await (const event of run.advance({ signal: abort.signal })) {
      last = event;
      if (event.kind === "running" && ++running === 14) abort.abort();
    }
    expect(last?.kind).toBe("cancelled");
    const result = run.result();
    expect(last?.result).toEqual(result);
    // The step that was already enqueued when the signal fired is kept as well.
    expect(result.steps).toEqual([10, 5]);
    expect(result.trace?.samples).toBe(2);
    const resumed = await finish(run.advance());
    const whole = await finish(slq(matrix, 1, { steps: 10, probes: 3, traceProbes: 6 }).advance());
    expect(resumed).toEqual(whole);
  });

  it("cancelled in the trace phase, keeps the samples", async () => {
    const matrix = withSpectrum(spread(-3, 5, 40));
    const abort = new AbortController();
    const run = slq(matrix, 1, { steps: 2, probes: 1, traceProbes: 9 });
    for await (const event of run.advance({ signal: abort.signal })) {
      if (event.kind === "running" && event.result.trace?.samples === 4) abort.abort();
    }
    expect(run.result().trace?.samples).toBe(5);
  });

  it("counts block products: the bar starts at the whole, ends full, never shrinks", async () => {
    const run = slq(withSpectrum(spread(-3, 5, 40)), 2, { steps: 5, probes: 5, traceProbes: 10 });
    const bars = (await collect(run.advance())).flatMap((e) => (e.kind === "running" ? [e.progress] : []));
    expect(bars[0]).toEqual({ done: 1, total: 18 });
    expect(bars.at(-1)).toEqual({ done: 18, total: 18 });
    expect(bars.every((bar, i) => bar.total === 18 && bar.done === i + 1)).toBe(true);
  });

  it("takes the trace sample of a probe from its first Lanczos product: the same as a product of its own", async () => {
    const matrix = withSpectrum(spread(-3, 5, 40));
    const fromLanczos = await finish(slq(matrix, 2, { steps: 3, probes: 6 }).advance());
    const mixed = await finish(slq(matrix, 3, { steps: 2, probes: 2, traceProbes: 6 }).advance());
    expect(mixed.result.trace?.samples).toBe(6);
    expect(mixed.result.trace).toEqual(fromLanczos.result.trace);
  });

  it("does not count a probe twice when trace-only probes later get a quadrature", async () => {
    const run = slq(withSpectrum(spread(-3, 5, 40)), 2, { steps: 3, probes: 2, traceProbes: 6 });
    const before = await finish(run.advance());
    run.extend({ probes: 5 });
    const after = await finish(run.advance());
    expect(after.result.trace).toEqual(before.result.trace);
  });

  it("gives the Ritz vector of a value, repeating a run whose basis was released", async () => {
    const matrix = withSpectrum([50, -60, ...spread(-1, 1, 48)]);
    const operator = denseOperator(matrix, new DenseSpace(50, 2));
    for (const keepBases of [1, 9]) {
      const run = new SlqRun(operator, { ...base, steps: 25, probes: 6, keepBases });
      const { result } = await finish(run.advance());
      const out = operator.space.create();
      for (const probe of [0, 3, 5]) {
        const row = result.probes.indexOf(probe);
        expect(await run.ritzVector({ probe, index: 24, steps: 25 }, out)).toEqual({ kind: "done" });
        const product = multiply(matrix, out[0]);
        expect(dot(out[0], out[0])).toBeCloseTo(1, 12);
        expect(dot(out[0], product)).toBeCloseTo(result.nodes[row][24], 10);
        expect(Math.max(...product.map((x, i) => Math.abs(x - 50 * out[0][i])))).toBeLessThan(1e-9);
      }
      expect(await run.orthogonality()).toBeLessThan(1e-13);
      run.release();
      expect(await run.orthogonality()).toBeNull();
    }
  });

  it("is not disturbed when a Ritz vector of an older probe is asked for in the middle of a run", async () => {
    const matrix = withSpectrum(spread(-3, 5, 40));
    const run = slq(matrix, 2, { steps: 8, probes: 6 });
    const out = new DenseSpace(40, 2).create();
    let count = 0;
    for await (const event of run.advance()) {
      if (event.kind === "running" && ++count === 12)
        await run.ritzVector({ probe: 0, index: 7, steps: 8 }, out);
    }
    expect(run.result()).toEqual((await finish(slq(matrix, 2, { steps: 8, probes: 6 }).advance())).result);
  });

  it("approximates the density of a known spectrum within the spread of its probes", async () => {
    const eigenvalues = [...spread(-1, 1, 180), ...spread(4, 6, 20)];
    const { result } = await finish(slq(withSpectrum(eigenvalues), 8, { steps: 30, probes: 8 }).advance());
    const above = result.nodes.map((nodes, i) =>
      nodes.reduce((sum, theta, j) => sum + (theta > 2.5 ? result.weights[i][j] : 0), 0),
    );
    const mean = above.reduce((a, b) => a + b) / above.length;
    // 20 of 200 eigenvalues; one probe's share has a standard deviation of about sqrt(2 * 0.1 * 0.9 / 200) = 0.03.
    expect(Math.abs(mean - 0.1)).toBeLessThan(0.03);
  });

  it("is deterministic: the same seed gives the same numbers, another seed other ones", async () => {
    const matrix = withSpectrum(spread(-3, 5, 40));
    const a = await finish(slq(matrix, 2, {}).advance());
    const b = await finish(slq(matrix, 2, {}).advance());
    const c = await finish(slq(matrix, 2, { source: rademacher(4) }).advance());
    expect(a).toEqual(b);
    expect(a.result.nodes).not.toEqual(c.result.nodes);
  });

  it("refuses a target below one step or probe", () => {
    const operator = matrixFreeOperator(new DenseSpace(4), () => {});
    expect(() => new SlqRun(operator, { ...base, steps: 0, probes: 1 })).toThrow(
      "steps: expected an integer of at least 1, found 0",
    );
  });
});
