/**
 * How often the 95 % intervals hold the truth, on matrices whose spectrum is known. `bench/coverage.ts` writes the table of
 * docs/numerics.md with 1,000 seeded runs; the test repeats a part.
 */
import {
  cdfBand,
  DenseSpace,
  denseOperator,
  density,
  densityBand,
  diagonalEstimate,
  hutchPlusPlus,
  type LanczosColumn,
  LanczosRun,
  negativeMass,
  outlierCount,
  type ProbeSource,
  quadrature,
  xtrace,
} from "../../src/spectrum/index.ts";
import { finish, spread, withSpectrum } from "./matrices.ts";

/** Far from the seeds of probes: matrix and probes are made of the same random numbers. */
const MATRIX_SEED = 1_000_003;

interface Known {
  readonly title: string;
  readonly eigenvalues: readonly number[];
  readonly matrix: readonly Float64Array[];
}

const known = (title: string, eigenvalues: readonly number[]): Known => ({
  title,
  eigenvalues,
  matrix: withSpectrum(eigenvalues, MATRIX_SEED),
});

/** With this many rows. No eigenvalue outweighs the rest; and a few that hold most of the Frobenius norm, as in a trained network. */
export const matrices = (rows: number): readonly Known[] => [
  known("even", [6, 5, -4, 4, 3, -3, ...spread(-2, 3, rows - 6)]),
  known("outliers", [40, 25, 20, -15, 10, 8, ...spread(-1, 1.5, rows - 6)]),
];

type Interval = readonly [number, number] | null;

/** The share of intervals that hold their truths: one interval, or several of the same run. */
const share = (pairs: readonly (readonly [Interval, number])[]): number =>
  pairs.filter(([i, truth]) => i !== null && i[0] <= truth && truth <= i[1]).length / pairs.length;

export interface Experiment {
  readonly quantity: string;
  /** Products of a run. */
  readonly products: number;
  /** Rows of the matrix: 80, but where many more than products are assumed. */
  readonly rows: 80 | 320;
  /** Covers at least 95 % by proof, and usually more. */
  readonly certified?: true;
  /** The share of a run's intervals that hold. */
  run(known: Known, seed: number): Promise<number>;
}

const operatorOf = ({ matrix }: Known, k: number) => {
  const n = matrix.length;
  return denseOperator(
    matrix,
    new DenseSpace(n, k, [
      { name: "a", size: 20 },
      { name: "b", size: n - 20 },
    ]),
  );
};
const rademacher = (seed: number): ProbeSource => ({ seed, distribution: "rademacher" });
const gaussian = (seed: number): ProbeSource => ({ seed, distribution: "gaussian" });
const traceOf = ({ matrix }: Known, from: number, to: number): number =>
  matrix.slice(from, to).reduce((sum, row, i) => sum + row[from + i], 0);

async function lanczos(
  k: Known,
  source: ProbeSource,
  probes: number,
  steps: number,
): Promise<LanczosColumn[]> {
  const run = new LanczosRun(operatorOf(k, probes), {
    ...{ source, probes: spread(0, probes - 1, probes), breakdownTolerance: 1e-13 },
  });
  await finish(run.advance({ steps }));
  return run.columns;
}

const stream = (k: Known, seed: number, probes: number) => {
  const of = Int32Array.from(k.eigenvalues, (_, i) => Math.floor(i / 10));
  const groups = { of, count: k.eigenvalues.length / 10 };
  return diagonalEstimate(operatorOf(k, 1), { source: rademacher(seed), probes, groups });
};

export const experiments: readonly Experiment[] = [
  ...[4, 10, 30].map(
    (probes): Experiment => ({
      quantity: "trace, Hutchinson",
      rows: 80,
      products: probes,
      run: async (k, seed) => {
        const e = await stream(k, seed, probes);
        return share([[e.trace.interval95, traceOf(k, 0, k.matrix.length)]]);
      },
    }),
  ),
  {
    quantity: "trace of a tensor",
    rows: 80,
    products: 10,
    run: async (k, seed) => {
      const { perSegment } = await stream(k, seed, 10);
      return share([
        [perSegment[0].interval95, traceOf(k, 0, 20)],
        [perSegment[1].interval95, traceOf(k, 20, k.matrix.length)],
      ]);
    },
  },
  {
    quantity: "trace of a channel",
    rows: 80,
    products: 10,
    run: async (k, seed) => {
      const { groups } = await stream(k, seed, 10);
      return share(groups.map((g, i) => [g.interval95, traceOf(k, 10 * i, 10 * i + 10)]));
    },
  },
  {
    quantity: "entry of the diagonal",
    rows: 80,
    products: 10,
    run: async (k, seed) => {
      const { diagonal, standardError, quantile } = await stream(k, seed, 10);
      const half = (i: number) => (quantile ?? 0) * (standardError?.[i] ?? 0);
      return share(Array.from(diagonal, (x, i) => [[x - half(i), x + half(i)], k.matrix[i][i]]));
    },
  },
  {
    quantity: "squared Frobenius norm",
    rows: 80,
    products: 20,
    run: async (k, seed) => {
      const { squaredFrobenius } = await stream(k, seed, 20);
      return share([[squaredFrobenius.interval95, k.eigenvalues.reduce((sum, x) => sum + x * x, 0)]]);
    },
  },
  {
    quantity: "trace, Hutch++",
    rows: 80,
    products: 30,
    run: async (k, seed) => {
      const e = await hutchPlusPlus(operatorOf(k, 1), { source: rademacher(seed), products: 30 });
      return share([[e.interval95, traceOf(k, 0, k.matrix.length)]]);
    },
  },
  {
    quantity: "trace, XTrace",
    rows: 320,
    products: 30,
    run: async (k, seed) => {
      const e = await xtrace(operatorOf(k, 1), { source: gaussian(seed), products: 30 });
      return share([[e.interval95, traceOf(k, 0, k.matrix.length)]]);
    },
  },
  ...[1, 4].map(
    (probes): Experiment => ({
      quantity: "negative mass",
      rows: 80,
      products: 60 * probes,
      run: async (k, seed) => {
        const { interval95 } = negativeMass(
          await lanczos(k, gaussian(seed), probes, 60),
          k.matrix.length,
          1e-6,
        );
        return share([[interval95, k.eigenvalues.filter((x) => x < -1e-6).length / k.matrix.length]]);
      },
    }),
  ),
  {
    quantity: "number of outliers",
    rows: 80,
    products: 120,
    run: async (k, seed) => {
      const cut = 3.5;
      const { interval95 } = outlierCount(await lanczos(k, gaussian(seed), 4, 30), k.matrix.length, cut);
      return share([[interval95, k.eigenvalues.filter((x) => x > cut).length]]);
    },
  },
  {
    quantity: "density at a point",
    rows: 80,
    products: 160,
    run: async (k, seed) => {
      const rows = (await lanczos(k, rademacher(seed), 8, 20)).map(quadrature);
      const sigma = 0.5;
      const options = { axis: { kind: "linear" }, sigma, points: 21, domain: [-1, 1.4] } as const;
      const curve = density(
        rows.map((q) => q.nodes),
        rows.map((q) => q.weights),
        options,
      );
      const band = densityBand(curve);
      const truth = (u: number) =>
        k.eigenvalues.reduce((sum, l) => sum + Math.exp(-0.5 * ((u - l) / sigma) ** 2), 0) /
        (k.matrix.length * sigma * Math.sqrt(2 * Math.PI));
      return share(Array.from(curve.u, (u, i) => [[band?.low[i] ?? 0, band?.high[i] ?? 0], truth(u)]));
    },
  },
  {
    quantity: "whole cumulative distribution",
    rows: 80,
    products: 160,
    certified: true,
    run: async (k, seed) => {
      const n = k.matrix.length;
      const x = spread(-16, 41, 60);
      const { low, high } = cdfBand(await lanczos(k, rademacher(seed), 8, 20), x, {
        n,
        distribution: "rademacher",
      });
      const holds = x.every((t, i) => {
        const phi = k.eigenvalues.filter((l) => l <= t).length / n;
        return low[i] <= phi && phi <= high[i];
      });
      return holds ? 1 : 0;
    },
  },
];

/** The mean over runs of the share that holds. */
export async function coverage(experiment: Experiment, k: Known, runs: number): Promise<number> {
  let held = 0;
  for (let seed = 0; seed < runs; seed++) held += await experiment.run(k, seed);
  return held / runs;
}
