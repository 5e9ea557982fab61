import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { tridiagonalEigen, tridiagonalEigenvectors } from "../../src/spectrum/index.ts";
import { dot } from "./matrices.ts";

const entry = fc.double({ min: -100, max: 100, noNaN: true });
const matrix = fc.integer({ min: 1, max: 12 }).chain((m) =>
  fc.record({
    alpha: fc.array(entry, { minLength: m, maxLength: m }),
    beta: fc.array(fc.oneof(entry, fc.constant(0)), { minLength: m - 1, maxLength: m - 1 }),
  }),
);

/** Largest entry of T s - theta s. */
function defect(alpha: number[], beta: number[], theta: number, s: Float64Array): number {
  return Math.max(
    ...alpha.map((a, i) =>
      Math.abs(
        a * s[i] +
          (i > 0 ? beta[i - 1] * s[i - 1] : 0) +
          (i < alpha.length - 1 ? beta[i] * s[i + 1] : 0) -
          theta * s[i],
      ),
    ),
  );
}

function orthogonalityDefect(vectors: readonly Float64Array[]): number {
  let worst = 0;
  vectors.forEach((a, i) => {
    vectors.forEach((b, j) => {
      worst = Math.max(worst, Math.abs(dot(a, b) - (i === j ? 1 : 0)));
    });
  });
  return worst;
}

describe("tridiagonal eigensolver", () => {
  it("solves T s = theta s with orthonormal s for any finite T", () => {
    fc.assert(
      fc.property(matrix, ({ alpha, beta }) => {
        const { values, vectors } = tridiagonalEigenvectors(alpha, beta);
        const scale = Math.max(1e-300, ...alpha.map(Math.abs), ...beta.map(Math.abs));
        vectors.forEach((s, i) => {
          expect(defect(alpha, beta, values[i], s)).toBeLessThanOrEqual(1e-13 * scale);
        });
        expect(orthogonalityDefect(vectors)).toBeLessThan(1e-13);
        expect([...values]).toEqual([...values].sort((a, b) => a - b));
      }),
    );
  });

  it("gives the first and last rows of the very same eigenvector matrix", () => {
    fc.assert(
      fc.property(matrix, ({ alpha, beta }) => {
        const rows = tridiagonalEigen(alpha, beta);
        const { values, vectors } = tridiagonalEigenvectors(alpha, beta);
        expect(rows.values).toEqual(values);
        expect([...rows.first]).toEqual(vectors.map((s) => s[0]));
        expect([...rows.last]).toEqual(vectors.map((s) => s[s.length - 1]));
      }),
    );
  });

  it("knows the eigenvalues 2 - 2 cos(i pi / (m+1)) of the discrete Laplacian", () => {
    const m = 200;
    const { values, first } = tridiagonalEigen(new Array(m).fill(2), new Array(m - 1).fill(-1));
    for (let i = 0; i < m; i++) {
      const angle = ((i + 1) * Math.PI) / (m + 1);
      expect(values[i]).toBeCloseTo(2 - 2 * Math.cos(angle), 13);
      expect(first[i] ** 2).toBeCloseTo((2 / (m + 1)) * Math.sin(angle) ** 2, 13);
    }
  });

  it("keeps eigenvectors orthonormal in the glued Wilkinson matrix, whose clusters defeat non-symmetric solvers", () => {
    const block = Array.from({ length: 21 }, (_, i) => Math.abs(10 - i));
    const alpha = [...block, ...block, ...block];
    const beta = alpha.slice(1).map((_, i) => ((i + 1) % 21 === 0 ? 1e-10 : 1));
    const { values, vectors } = tridiagonalEigenvectors(alpha, beta);
    expect(values[62] - values[57]).toBeLessThan(1e-9);
    expect(orthogonalityDefect(vectors)).toBeLessThan(1e-13);
    const weights = tridiagonalEigen(alpha, beta).first.map((s) => s * s);
    expect(weights.reduce((a, b) => a + b)).toBeCloseTo(1, 13);
  });

  it("handles one row, zero matrices, zero diagonals and entries near the ends of the float64 range", () => {
    expect(tridiagonalEigen([7], [])).toEqual({
      values: Float64Array.of(7),
      first: Float64Array.of(1),
      last: Float64Array.of(1),
    });
    expect([...tridiagonalEigen([0, 0, 0], [0, 0]).values]).toEqual([0, 0, 0]);
    expect(tridiagonalEigen([0, 0], [3]).values[0]).toBeCloseTo(-3, 14);
    const large = tridiagonalEigen([1e300, -1e300], [1e300]).values;
    expect(large[1] / 1e300).toBeCloseTo(Math.SQRT2, 14);
    const small = tridiagonalEigen([1e-300, -1e-300], [1e-300]).values;
    expect(small[1] / 1e-300).toBeCloseTo(Math.SQRT2, 14);
    expect(tridiagonalEigen([], []).values.length).toBe(0);
  });

  it("ignores the tail of beta, where Lanczos keeps the residual norm", () => {
    expect(tridiagonalEigen([1, 2], [3, 99])).toEqual(tridiagonalEigen([1, 2], [3]));
  });

  it("refuses non-finite entries by name, and too few off-diagonal ones", () => {
    expect(() => tridiagonalEigen([1, Number.NaN], [1])).toThrow(
      "tridiagonal: alpha[1] is NaN, expected a finite number",
    );
    expect(() => tridiagonalEigen([1, 2], [Number.POSITIVE_INFINITY])).toThrow(
      "tridiagonal: beta[0] is Infinity",
    );
    expect(() => tridiagonalEigen([1, 2, 3], [1])).toThrow(
      "3 diagonal entries need 2 off-diagonal ones, found 1",
    );
  });
});
