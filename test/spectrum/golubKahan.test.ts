import { describe, expect, it } from "vitest";
import {
  type DenseBlock,
  DenseSpace,
  type GolubKahanOptions,
  golubKahan,
  NonFiniteError,
  type RectangularOperator,
  singularExtremes,
  singularQuadrature,
  transposed,
  unitProbe,
} from "../../src/spectrum/index.ts";
import { symmetricEigenvalues } from "../oracles/symmetricEigen.ts";
import { dot, multiply, rademacher, randomOrthogonal, spread } from "./matrices.ts";

type Rows = readonly Float64Array[];

/** U diag(sigma) V' with m rows and n columns, never diagonal. */
function withSingularValues(sigma: readonly number[], m: number, n: number): Float64Array[] {
  const [u, v] = [randomOrthogonal(m, 3), randomOrthogonal(n, 4)];
  return Array.from({ length: m }, (_, i) =>
    Float64Array.from({ length: n }, (_, j) =>
      dot(
        sigma,
        Array.from(sigma, (_, l) => u[l][i] * v[l][j]),
      ),
    ),
  );
}

const flipped = (a: Rows): Float64Array[] =>
  Array.from(a[0], (_, j) => Float64Array.from(a, (row) => row[j]));

/** One matrix per column of a block. */
function operator(matrices: readonly Rows[]): RectangularOperator<DenseBlock> {
  const [[m, n], k] = [[matrices[0].length, matrices[0][0].length], matrices.length];
  const backwards = matrices.map(flipped);
  return {
    ...{ domain: new DenseSpace(n, k), range: new DenseSpace(m, k) },
    async apply(v, out) {
      out.forEach((column, c) => {
        column.set(multiply(matrices[c], v[c]));
      });
    },
    async applyTransposed(u, out) {
      out.forEach((column, c) => {
        column.set(multiply(backwards[c], u[c]));
      });
    },
  };
}

const options = (steps: number, probes = [0]): GolubKahanOptions => ({
  ...{ source: rademacher(7), steps, probes, breakdownTolerance: 1e-13 },
});
const float64 = { roundoff: 2 ** -53 };

/** By the eigenvalues of the smaller of A'A and AA', ascending. */
function denseSingularValues(a: Rows): number[] {
  const rows = a.length <= a[0].length ? a : flipped(a);
  const gram = rows.map((x, i) => Float64Array.from({ length: i + 1 }, (_, j) => dot(x, rows[j])));
  return Array.from(symmetricEigenvalues(gram), (x) => Math.sqrt(Math.max(0, x)));
}

describe("Golub-Kahan bidiagonalisation", () => {
  it("finds all singular values of a dense matrix, wide or tall, with orthonormal bases", async () => {
    for (const [m, n] of [
      [12, 20],
      [20, 12],
    ]) {
      const a = Array.from({ length: m }, (_, i) => unitProbe(n, { seed: 9, distribution: "gaussian" }, i));
      const { columns, orthogonality } = await golubKahan(operator([a]), options(40));
      expect(orthogonality).toBeLessThan(1e-13);
      const [column] = columns;
      expect(column.alpha).toHaveLength(12);
      const found = singularQuadrature(column);
      denseSingularValues(a).forEach((sigma, i) => {
        expect(found.nodes[i]).toBeCloseTo(sigma, 11);
      });
      expect(found.weights.reduce((sum, x) => sum + x, 0)).toBeCloseTo(1, 12);
    }
  });

  it("has moments of the start vector: sum tau sigma^2p = v'(A'A)^p v", async () => {
    const a = withSingularValues(spread(0.1, 3, 25), 30, 25);
    const [column] = (await golubKahan(operator([a]), options(6))).columns;
    const { nodes, weights } = singularQuadrature(column);
    let v = unitProbe(25, rademacher(7), 0);
    const start = v;
    for (let p = 1; p <= 5; p++) {
      v = multiply(flipped(a), multiply(a, v));
      const moment = nodes.reduce((sum, sigma, j) => sum + weights[j] * sigma ** (2 * p), 0);
      expect(Math.abs(moment / dot(start, v) - 1)).toBeLessThan(1e-11);
    }
  });

  it("keeps the digits of small singular values, which the square A'A would lose", async () => {
    const a = withSingularValues([1, 0.5, 1e-3, 1e-6, 1e-9], 9, 5);
    const [column] = (await golubKahan(operator([a]), options(5))).columns;
    const { smallest, largest } = singularExtremes(column, float64);
    expect(Math.abs(smallest.value / 1e-9 - 1)).toBeLessThan(1e-5);
    expect(largest.value).toBeCloseTo(1, 13);
    expect(smallest.converged && largest.converged).toBe(true);
  });

  it("bounds the error by the residual, and calls converged only what is", async () => {
    const sigma = [...spread(0.5, 1.5, 58), 4, 6];
    const a = withSingularValues(sigma, 60, 60);
    for (const steps of [4, 8, 16]) {
      const [column] = (await golubKahan(operator([a]), options(steps))).columns;
      const { largest, smallest } = singularExtremes(column, { ...float64, tolerance: 1e-6 });
      for (const [found, truth] of [
        [largest, 6],
        [smallest, 0.5],
      ] as const) {
        const nearest = Math.min(...sigma.map((s) => Math.abs(s - found.value)));
        expect(nearest).toBeLessThanOrEqual(found.residual + 1e-13);
        if (found.converged) expect(Math.abs(found.value - truth)).toBeLessThan(1e-5);
      }
      expect(largest.value).toBeLessThanOrEqual(6 + 1e-12);
      expect(smallest.value).toBeGreaterThanOrEqual(0.5 - 1e-12);
      expect(smallest.converged).toBe(false);
    }
    const [whole] = (await golubKahan(operator([a]), options(60))).columns;
    const all = singularExtremes(whole, float64);
    expect(all.smallest.value).toBeCloseTo(0.5, 11);
    expect(all.largest.converged && all.smallest.converged).toBe(true);
  });

  it("ends at once where the matrix is orthogonal, and finds the zero of a singular one", async () => {
    const [turn] = (await golubKahan(operator([randomOrthogonal(10, 2)]), options(10))).columns;
    expect(turn.alpha).toHaveLength(1);
    expect(turn.closed).toBe(true);
    expect(singularExtremes(turn).smallest.value).toBeCloseTo(1, 13);
    expect(turn.alpha[0]).toBeCloseTo(1, 13);
    const rankTwo = withSingularValues([3, 2, 0, 0, 0, 0], 6, 6);
    const [column] = (await golubKahan(operator([rankTwo]), options(6))).columns;
    expect(column.closed).toBe(true);
    const { largest, smallest } = singularExtremes(column, float64);
    expect(smallest.value).toBeLessThan(1e-13);
    expect(largest.value).toBeCloseTo(3, 12);
    const { nodes, weights } = singularQuadrature(column);
    expect(nodes).toHaveLength(3);
    expect(weights.reduce((sum, x) => sum + x, 0)).toBeCloseTo(1, 12);
  });

  it("multiplies each column by its own matrix, as it would alone", async () => {
    const matrices = [
      withSingularValues(spread(0.2, 1, 8), 11, 8),
      withSingularValues(spread(1, 9, 8), 11, 8),
      randomOrthogonal(11, 8).map((row) => row.slice(0, 8)),
    ];
    const together = await golubKahan(operator(matrices), options(5, [0, 1, 2]));
    for (const [c, matrix] of matrices.entries()) {
      const alone = await golubKahan(operator([matrix]), options(5, [c]));
      expect(together.columns[c]).toEqual(alone.columns[0]);
    }
  });

  it("stops where it is told, and at a product that is no number", async () => {
    const a = operator([withSingularValues(spread(1, 2, 9), 9, 9)]);
    const abort = new AbortController();
    const seen: number[] = [];
    const cancelled = golubKahan(a, {
      ...options(9),
      signal: abort.signal,
      onStep: (step) => {
        seen.push(step);
        if (step === 3) abort.abort();
      },
    });
    await expect(cancelled).rejects.toThrow(/abort/i);
    expect(seen).toEqual([1, 2, 3]);
    const broken = { ...a, apply: async (_v: DenseBlock, out: DenseBlock) => void out[0].fill(Number.NaN) };
    await expect(golubKahan(broken, options(3))).rejects.toThrow(NonFiniteError);
    await expect(golubKahan(transposed(a), options(0))).rejects.toThrow(RangeError);
  });
});
