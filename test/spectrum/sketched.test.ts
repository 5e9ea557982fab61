import { describe, expect, it } from "vitest";
import {
  chooseTraceMethod,
  DenseSpace,
  denseOperator,
  diagonalEstimate,
  hutchPlusPlus,
  type MeanEstimate,
  matrixFreeOperator,
  type ProbeSource,
  traceCost,
  unitProbe,
  xtrace,
} from "../../src/spectrum/index.ts";
import { inner, orthonormalise, projectOff } from "../../src/spectrum/tallMatrix.ts";
import { dot, multiply, rademacher, spread, withSpectrum } from "./matrices.ts";

const gaussian = (seed: number): ProbeSource => ({ seed, distribution: "gaussian" });

// Some eigenvalues outweigh the rest, as in a Hessian.
const eigenvalues = [80, 40, -30, 20, 10, 5, ...spread(-1, 1.5, 44)];
// Its seed is none of the probes': eigenvectors and probes are made of the same numbers.
const matrix = withSpectrum(eigenvalues, 5000);
const n = eigenvalues.length;
const trace = eigenvalues.reduce((a, b) => a + b);
const exact = (from: number, to: number) =>
  matrix.slice(from, to).reduce((sum, row, i) => sum + row[from + i], 0);
const segments = [
  { name: "a", size: 20 },
  { name: "b", size: n - 20 },
];
const operatorOf = (k: number) => denseOperator(matrix, new DenseSpace(n, k, segments));

const rootMeanSquare = (values: readonly number[]): number =>
  Math.sqrt(values.reduce((sum, x) => sum + x * x, 0) / values.length);

async function errors(estimate: (seed: number) => Promise<MeanEstimate>, runs = 60): Promise<number[]> {
  const found: number[] = [];
  for (let seed = 0; seed < runs; seed++) found.push((await estimate(seed)).estimate - trace);
  return found;
}

describe("Hutch++ and XTrace", () => {
  const products = 30;

  it("are many times closer than Hutchinson for the same products where a few eigenvalues weigh most", async () => {
    const plain = await errors(
      async (seed) =>
        (await diagonalEstimate(operatorOf(1), { source: rademacher(seed), probes: products })).trace,
    );
    const sketched = await errors((seed) =>
      hutchPlusPlus(operatorOf(1), { source: rademacher(seed), products }),
    );
    const exchangeable = await errors((seed) => xtrace(operatorOf(1), { source: gaussian(seed), products }));
    expect(rootMeanSquare(plain)).toBeGreaterThan(10);
    expect(rootMeanSquare(sketched)).toBeLessThan(0.25 * rootMeanSquare(plain));
    expect(rootMeanSquare(exchangeable)).toBeLessThan(rootMeanSquare(sketched));
    // Unbiased: the mean error lies within four standard errors of zero.
    for (const list of [sketched, exchangeable]) {
      const mean = list.reduce((a, b) => a + b) / list.length;
      expect(Math.abs(mean)).toBeLessThan((4 * rootMeanSquare(list)) / Math.sqrt(list.length));
    }
  });

  it("count their products, and give the same for any number of columns", async () => {
    for (const k of [1, 4, 7]) {
      let spent = 0;
      const counting = {
        products,
        onProducts: (more: number) => {
          spent += more;
        },
      };
      const one = await hutchPlusPlus(operatorOf(k), { source: rademacher(1), ...counting });
      expect(spent).toBe(products);
      expect(one.estimate).toBeCloseTo(
        (await hutchPlusPlus(operatorOf(1), { source: rademacher(1), products })).estimate,
        9,
      );
      expect(one.samples).toBe(10);
      spent = 0;
      const other = await xtrace(operatorOf(k), { source: gaussian(1), ...counting });
      expect([spent, other.samples]).toEqual([products, 15]);
    }
  });

  it("give each tensor its part, which sum to the whole", async () => {
    const runs = await Promise.all(
      spread(0, 59, 60).map((seed) => hutchPlusPlus(operatorOf(3), { source: rademacher(seed), products })),
    );
    const parts = [exact(0, 20), exact(20, n)];
    parts.forEach((part, l) => {
      const off = runs.map(({ perSegment }) => perSegment[l].estimate - part);
      const mean = off.reduce((a, b) => a + b) / off.length;
      expect(Math.abs(mean)).toBeLessThan((4 * rootMeanSquare(off)) / Math.sqrt(off.length));
      expect(rootMeanSquare(off)).toBeLessThan(5);
    });
    for (const { estimate, perSegment } of runs)
      expect(perSegment[0].estimate + perSegment[1].estimate).toBeCloseTo(estimate, 9);
  });

  it("are exact once the sketch holds the whole range of a matrix of low rank", async () => {
    const low = withSpectrum([7, -3, 2, ...spread(0, 0, 37)], 2);
    const operator = denseOperator(low, new DenseSpace(40));
    const sketched = await hutchPlusPlus(operator, { source: rademacher(1), products: 18 });
    expect(sketched.estimate).toBeCloseTo(6, 9);
    expect(sketched.standardError).toBeLessThan(1e-9);
    const exchangeable = await xtrace(operator, { source: gaussian(1), products: 18 });
    expect(exchangeable.estimate).toBeCloseTo(6, 7);
  });

  it("leave out one probe at a time as the definition says: XTrace against its naive form", async () => {
    const count = 5;
    const source = gaussian(3);
    const omegas = Array.from({ length: count }, (_, i) =>
      unitProbe(n, source, i).map((x) => x * Math.sqrt(n)),
    );
    const y = omegas.map((omega) => multiply(matrix, omega));
    const naive = omegas.map((omega, i) => {
      const q = y.filter((_, j) => j !== i).map((column) => column.slice());
      orthonormalise(q);
      const rest = omega.slice();
      projectOff(q, rest);
      const scale = (n - count + 1) / dot(rest, rest);
      const inside = q.reduce((sum, column) => sum + dot(column, multiply(matrix, column)), 0);
      return inside + scale * dot(rest, multiply(matrix, rest));
    });
    const mean = naive.reduce((a, b) => a + b) / count;
    const squares = naive.reduce((sum, x) => sum + (x - mean) ** 2, 0);
    const got = await xtrace(operatorOf(2), { source, products: 2 * count });
    expect(got.estimate).toBeCloseTo(mean, 8);
    expect(got.standardError).toBeCloseTo(Math.sqrt(squares / (count - 1) / count), 8);
  });

  it("refuse too few products, the wrong probes, a product that is not finite, and end when cancelled", async () => {
    const operator = operatorOf(1);
    await expect(hutchPlusPlus(operator, { source: rademacher(0), products: 5 })).rejects.toThrow(
      "at least 6 products, found 5",
    );
    await expect(xtrace(operator, { source: rademacher(0), products: 8 })).rejects.toThrow(
      "expected gaussian probes",
    );
    const broken = matrixFreeOperator(new DenseSpace(9), (_v, out) => {
      out.fill(Number.NaN);
    });
    await expect(xtrace(broken, { source: gaussian(0), products: 8 })).rejects.toThrow(
      "product 1: component 0 is NaN",
    );
    const signal = AbortSignal.abort();
    await expect(hutchPlusPlus(operator, { source: rademacher(0), products: 9, signal })).rejects.toThrow(
      "aborted",
    );
  });

  it("are chosen where their columns fit, and say what they cost", () => {
    const wanted = { n: 1000, products: 30, hostBudget: 1e6, perSegment: true, outliers: 4 };
    expect(chooseTraceMethod(wanted)).toEqual({
      method: "hutch++",
      products: 30,
      samples: 10,
      hostBytes: 160_000,
    });
    expect(chooseTraceMethod({ ...wanted, perSegment: false })).toMatchObject({
      method: "xtrace",
      hostBytes: 120_000,
    });
    expect(chooseTraceMethod({ ...wanted, perSegment: false, products: 12 }).method).toBe("hutch++");
    expect(chooseTraceMethod({ ...wanted, perSegment: false, n: 200 }).method).toBe("hutch++");
    expect(chooseTraceMethod({ ...wanted, hostBudget: 1e5 }).method).toBe("hutchinson");
    expect(chooseTraceMethod({ ...wanted, products: 4 }).method).toBe("hutchinson");
    expect(chooseTraceMethod({ ...wanted, outliers: 11 }).method).toBe("hutchinson");
    expect(traceCost("xtrace", 10, 7).products).toBe(6);
  });
});

describe("a tall matrix", () => {
  it("has orthonormal columns with Y = QR, and tells where a column depends on others", () => {
    const y = [0, 1, 2].map((i) => unitProbe(12, gaussian(4), i).map((x) => x * 10 ** (4 * i)));
    const copy = y.map((column) => column.slice());
    const { rank, r } = orthonormalise(y);
    expect(rank).toBe(3);
    y.forEach((a, i) => {
      y.forEach((b, j) => {
        expect(inner(a, b)).toBeCloseTo(i === j ? 1 : 0, 14);
      });
      const back = copy[i].map((_, row) => y.reduce((sum, q, j) => sum + q[row] * r[i][j], 0));
      back.forEach((x, row) => {
        expect(x / 10 ** (4 * i)).toBeCloseTo(copy[i][row] / 10 ** (4 * i), 13);
      });
    });
    expect(orthonormalise([copy[0].slice(), copy[0].map((x) => 2 * x), copy[1].slice()]).rank).toBe(1);
  });
});

describe("diagonal", () => {
  it("gives entries, tensors, groups and the Frobenius norm from one stream, each within its error", async () => {
    const of = Int32Array.from({ length: n }, (_, i) => (i < 10 ? 0 : i < 30 ? 1 : -1));
    const e = await diagonalEstimate(operatorOf(4), {
      source: rademacher(2),
      probes: 400,
      groups: { of, count: 2 },
    });
    const z = Array.from(e.diagonal, (x, i) => (x - matrix[i][i]) / (e.standardError as Float64Array)[i]);
    expect(rootMeanSquare(z)).toBeGreaterThan(0.75);
    expect(rootMeanSquare(z)).toBeLessThan(1.25);
    const within = ({ estimate, standardError }: MeanEstimate, want: number) =>
      expect(Math.abs(estimate - want)).toBeLessThan(4 * (standardError as number));
    within(e.trace, trace);
    within(e.perSegment[0], exact(0, 20));
    within(e.groups[0], exact(0, 10));
    within(e.groups[1], exact(10, 30));
    within(
      e.squaredFrobenius,
      eigenvalues.reduce((sum, x) => sum + x * x, 0),
    );
    expect(e.trace.estimate).toBeCloseTo(
      e.diagonal.reduce((a, b) => a + b),
      8,
    );
    expect(e.quantile).toBeCloseTo(1.9659, 3);
  });

  it("knows no error from one probe, and refuses groups of another size", async () => {
    const e = await diagonalEstimate(operatorOf(1), { source: rademacher(2), probes: 1 });
    expect(e).toMatchObject({ samples: 1, standardError: null, quantile: null });
    expect(e.squaredFrobenius.interval95).toBeNull();
    const groups = { of: new Int32Array(3), count: 1 };
    await expect(
      diagonalEstimate(operatorOf(1), { source: rademacher(2), probes: 1, groups }),
    ).rejects.toThrow("groups: expected one entry for each of 50 components, found 3");
  });
});
