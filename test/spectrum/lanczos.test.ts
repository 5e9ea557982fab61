import { describe, expect, it } from "vitest";
import {
  DenseSpace,
  denseOperator,
  type LanczosEvent,
  LanczosRun,
  matrixFreeOperator,
  NonFiniteError,
  quadrature,
  unitProbe,
} from "../../src/spectrum/index.ts";
import { collect, dot, finish, multiply, rademacher, spread, withSpectrum } from "./matrices.ts";

const float64 = { breakdownTolerance: 1e-13 };

function runOf(matrix: readonly Float64Array[], probes: number[], k = probes.length) {
  const operator = denseOperator(matrix, new DenseSpace(matrix.length, k));
  return new LanczosRun(operator, { source: rademacher(7), probes, ...float64 });
}

describe("Lanczos", () => {
  it("keeps V orthonormal and T = V'AV to rounding, beyond the convergence of outliers", async () => {
    const matrix = withSpectrum([1000, 500, -300, ...spread(-1, 1, 77)]);
    const run = runOf(matrix, [0, 1]);
    await finish(run.advance({ steps: 60 }));
    expect(await run.orthogonality()).toBeLessThan(1e-13);
    const space = new DenseSpace(80, 2);
    const [v, next] = [space.create(), space.create()];
    for (const [c, column] of run.columns.entries()) {
      for (let j = 0; j < 59; j++) {
        await run.basis.load(j, v);
        await run.basis.load(j + 1, next);
        const product = multiply(matrix, v[c]);
        expect(dot(v[c], product)).toBeCloseTo(column.alpha[j], 9);
        expect(dot(next[c], product)).toBeCloseTo(column.beta[j], 9);
      }
    }
  });

  it("records the alpha that the device used: the sum over both passes, where the first one is inexact", async () => {
    /** Each pass finds all but 1e-5 of the projection; the two together all but 1e-10. */
    class RoughSpace extends DenseSpace {
      override basis(capacity: number) {
        const basis = super.basis(capacity);
        const project = basis.project.bind(basis);
        basis.project = (w) => project(w.map((column) => column.map((x) => x * (1 - 1e-5))));
        return basis;
      }
    }
    const matrix = withSpectrum([100, -50, ...spread(-1, 1, 28)]);
    const run = new LanczosRun(denseOperator(matrix, new RoughSpace(30)), {
      source: rademacher(7),
      probes: [0],
    });
    await finish(run.advance({ steps: 5 }));
    const space = new DenseSpace(30);
    const v = space.create();
    for (const [j, alpha] of run.columns[0].alpha.entries()) {
      await run.basis.load(j, v);
      expect(Math.abs(alpha - dot(v[0], multiply(matrix, v[0])))).toBeLessThan(1e-9 * 100);
    }
  });

  it("gives each column what it gets alone: columns never mix", async () => {
    const matrix = withSpectrum(spread(-3, 5, 30));
    const together = runOf(matrix, [0, 1, 2], 4);
    await finish(together.advance({ steps: 12 }));
    for (const column of together.columns) {
      const alone = runOf(matrix, [column.probe]);
      await finish(alone.advance({ steps: 12 }));
      expect(alone.columns[0]).toEqual(column);
    }
  });

  it("extended is bit for bit a long run, whether the basis is copied or was allocated at once", async () => {
    const matrix = withSpectrum(spread(-3, 5, 40));
    const long = runOf(matrix, [0, 1]);
    await finish(long.advance({ steps: 25 }));
    for (const capacity of [0, 25]) {
      const operator = denseOperator(matrix, new DenseSpace(40, 2));
      const extended = new LanczosRun(operator, {
        source: rademacher(7),
        probes: [0, 1],
        capacity,
        ...float64,
      });
      await finish(extended.advance({ steps: 4 }));
      expect(extended.capacity).toBe(capacity === 0 ? 4 : 25);
      await finish(extended.advance({ steps: 11 }));
      await finish(extended.advance({ steps: 25 }));
      expect(extended.columns).toEqual(long.columns);
      expect(await extended.orthogonality()).toBe(await long.orthogonality());
    }
  });

  it("paused by no longer pulling, goes on where it was", async () => {
    const matrix = withSpectrum(spread(-3, 5, 40));
    const paused = runOf(matrix, [0]);
    for await (const event of paused.advance({ steps: 20 }))
      if (event.kind === "running" && event.step === 8) break;
    expect(paused.step).toBe(8);
    const events = await collect(paused.advance({ steps: 20 }));
    expect(events[0]).toEqual({ kind: "running", step: 9, steps: 20 });
    const long = runOf(matrix, [0]);
    await finish(long.advance({ steps: 20 }));
    expect(paused.columns).toEqual(long.columns);
  });

  it("cancelled within a product, keeps every step enqueued before, and resumes to the same T", async () => {
    const matrix = withSpectrum(spread(-3, 5, 40));
    const abort = new AbortController();
    let products = 0;
    const space = new DenseSpace(40, 2);
    const operator = matrixFreeOperator(space, (v, out, column) => {
      // The sixth product is cut between its two columns.
      if (++products === 11) abort.abort();
      out.set(multiply(matrix, v));
      expect(column).toBeLessThan(2);
    });
    const run = new LanczosRun(operator, { source: rademacher(7), probes: [0, 1], ...float64 });
    const last = await finish(run.advance({ steps: 20, signal: abort.signal }));
    expect(last).toEqual({ kind: "cancelled", step: 5 });
    expect(run.columns[0].alpha.length).toBe(5);
    const long = runOf(matrix, [0, 1]);
    await finish(long.advance({ steps: 20 }));
    expect(await finish(run.advance({ steps: 20 }))).toEqual({ kind: "done", reason: "steps", step: 20 });
    expect(run.columns).toEqual(long.columns);
  });

  it("with a signal that fired before, does nothing", async () => {
    const run = runOf(withSpectrum(spread(0, 1, 5)), [0]);
    expect(await collect(run.advance({ steps: 3, signal: AbortSignal.abort() }))).toEqual([
      { kind: "cancelled", step: 0 },
    ]);
  });

  it("enqueues step j+1 before it awaits step j, unless every step is to be read", async () => {
    const matrix = withSpectrum(spread(-3, 5, 20));
    for (const readEveryStep of [false, true]) {
      const log: string[] = [];
      let applied = 0;
      const operator = matrixFreeOperator(new DenseSpace(20), (v, out) => {
        log.push(`apply ${++applied}`);
        out.set(multiply(matrix, v));
      });
      const run = new LanczosRun(operator, { source: rademacher(7), probes: [0], ...float64 });
      for await (const event of run.advance({ steps: 3, readEveryStep }))
        log.push(`${event.kind} ${event.step}`);
      expect(log).toEqual(
        readEveryStep
          ? ["apply 1", "running 1", "apply 2", "running 2", "apply 3", "running 3", "done 3"]
          : ["apply 1", "apply 2", "running 1", "apply 3", "running 2", "running 3", "done 3"],
      );
    }
  });

  it("closes a column at once on the identity and on the zero matrix, with exact nodes", async () => {
    for (const value of [1, 0, -4]) {
      const matrix = Array.from({ length: 6 }, (_, i) =>
        Float64Array.from({ length: 6 }, (_, j) => (i === j ? value : 0)),
      );
      const run = runOf(matrix, [0, 1]);
      expect(await finish(run.advance({ steps: 5 }))).toEqual({ kind: "done", reason: "invariant", step: 1 });
      expect(run.columns.every((column) => column.closed)).toBe(true);
      const { nodes, weights, residuals } = quadrature(run.columns[0]);
      expect(nodes[0]).toBeCloseTo(value, 14);
      expect(weights).toEqual([1]);
      expect(residuals[0]).toBeLessThan(1e-13);
    }
  });

  it("closes each column on its own invariant space and lets the others go on", async () => {
    // Two blocks that do not couple: column 0 starts inside an invariant space of dimension 2.
    const n = 24;
    const matrix = withSpectrum([...spread(1, 3, 22), 8, 9]);
    const inner = withSpectrum([2, 5]);
    const operator = matrixFreeOperator(new DenseSpace(n, 2), (v, out, column) => {
      if (column === 1) out.set(multiply(matrix, v));
      // Repeats the 2 x 2 block on pairs: at most two distinct eigenvalues.
      else for (let i = 0; i < n; i += 2) out.set(multiply(inner, v.subarray(i, i + 2)), i);
    });
    const run = new LanczosRun(operator, { source: rademacher(7), probes: [0, 1], ...float64 });
    expect(await finish(run.advance({ steps: 10 }))).toEqual({ kind: "done", reason: "steps", step: 10 });
    const [closed, open] = run.columns;
    expect(closed.closed).toBe(true);
    expect(quadrature(closed).nodes.map((x) => Math.round(x * 1e10) / 1e10)).toEqual([2, 5]);
    expect(open.closed).toBe(false);
    expect(open.alpha.length).toBe(10);
    expect(open.alpha.every(Number.isFinite)).toBe(true);
  });

  it("never takes more steps than there are dimensions, and is then exact", async () => {
    const eigenvalues = [-2, 1, 3, 7.5];
    const run = runOf(withSpectrum(eigenvalues), [0]);
    expect(await finish(run.advance({ steps: 100 }))).toEqual({ kind: "done", reason: "invariant", step: 4 });
    quadrature(run.columns[0]).nodes.forEach((node, i) => {
      expect(node).toBeCloseTo(eigenvalues[i], 12);
    });
  });

  it("names step and probe when the operator returns NaN, and keeps the steps before", async () => {
    const matrix = withSpectrum(spread(-1, 1, 12));
    let products = 0;
    const operator = matrixFreeOperator(new DenseSpace(12), (v, out) => {
      out.set(multiply(matrix, v));
      if (++products === 4) out[3] = Number.NaN;
    });
    const run = new LanczosRun(operator, { source: rademacher(7), probes: [5], ...float64 });
    const events: LanczosEvent[] = [];
    const pulled = (async () => {
      for await (const event of run.advance({ steps: 9 })) events.push(event);
    })();
    await expect(pulled).rejects.toThrow(NonFiniteError);
    await expect(pulled).rejects.toThrow(
      "Lanczos step 4, probe 5: alpha is NaN, beta is NaN, expected finite numbers",
    );
    expect(events.length).toBe(3);
    expect(run.columns[0].alpha.length).toBe(3);
    await expect(finish(run.advance({ steps: 9 }))).rejects.toThrow("Lanczos step 4");
  });

  it("passes on an error of the device and can be tried again", async () => {
    const matrix = withSpectrum(spread(-1, 1, 12));
    let failing = true;
    const operator = matrixFreeOperator(new DenseSpace(12), (v, out) => {
      if (failing) throw new Error("device lost");
      out.set(multiply(matrix, v));
    });
    const run = new LanczosRun(operator, { source: rademacher(7), probes: [0], ...float64 });
    await expect(finish(run.advance({ steps: 5 }))).rejects.toThrow("device lost");
    failing = false;
    expect((await finish(run.advance({ steps: 5 })))?.kind).toBe("done");
  });

  it("keeps v'Av by segment from the first product, before anything is subtracted", async () => {
    const matrix = withSpectrum(spread(-3, 5, 30));
    const space = new DenseSpace(30, 2, [
      { name: "a", size: 10 },
      { name: "b", size: 1 },
      { name: "c", size: 19 },
    ]);
    const run = new LanczosRun(denseOperator(matrix, space), {
      source: rademacher(7),
      probes: [0, 1],
      ...float64,
    });
    await finish(run.advance({ steps: 3 }));
    for (const column of run.columns) {
      const v = unitProbe(30, rademacher(7), column.probe);
      const product = multiply(matrix, v);
      const cuts = [0, 10, 11, 30];
      column.quadraticForm.forEach((x, l) => {
        expect(x).toBeCloseTo(
          dot(v.subarray(cuts[l], cuts[l + 1]), product.subarray(cuts[l], cuts[l + 1])),
          13,
        );
      });
      expect(column.quadraticForm.reduce((a, b) => a + b)).toBeCloseTo(column.alpha[0], 12);
    }
  });

  it("leaves the invariant space of a float32 operator by its default tolerance", async () => {
    const matrix = withSpectrum([...new Array(40).fill(0), 3, 7, 120]);
    const operator = matrixFreeOperator(new DenseSpace(43), (v, out) => {
      out.set(multiply(matrix, v).map(Math.fround));
    });
    const run = new LanczosRun(operator, { source: rademacher(7), probes: [0] });
    const last = await finish(run.advance({ steps: 20 }));
    expect(last).toEqual({ kind: "done", reason: "invariant", step: 4 });
    expect(quadrature(run.columns[0]).nodes[3]).toBeCloseTo(120, 4);
  });

  it("refuses more probes than columns", () => {
    const operator = denseOperator(withSpectrum([1, 2, 3]));
    expect(() => new LanczosRun(operator, { source: rademacher(1), probes: [0, 1] })).toThrow(
      "Lanczos: expected 1 to k = 1 probes, found 2",
    );
  });
});
