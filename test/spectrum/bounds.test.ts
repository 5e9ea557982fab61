import { describe, expect, it } from "vitest";
import {
  type BlockEvent,
  blockSpectra,
  cdfBand,
  DenseSpace,
  denseOperator,
  density,
  densityBand,
  type LanczosColumn,
  LanczosRun,
  logDensity,
  massBounds,
  massInterval,
  negativeMass,
  outlierCount,
  type ProbeSource,
  type SlqOptions,
  SlqRun,
  unitProbe,
} from "../../src/spectrum/index.ts";
import { symmetricEigenvalues } from "../oracles/symmetricEigen.ts";
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

const eigenvalues = [30, 12, 11.5, ...spread(-2, 3, 57)];
const n = eigenvalues.length;
const matrix = withSpectrum(eigenvalues, 5000);
const vectors = randomOrthogonal(n, 5000);
const float64 = { breakdownTolerance: 1e-13, ritz: { roundoff: 2 ** -53 } };

async function columnsOf(source: ProbeSource, probes: number, steps: number): Promise<LanczosColumn[]> {
  const run = new LanczosRun(denseOperator(matrix, new DenseSpace(n, probes)), {
    source,
    probes: spread(0, probes - 1, probes),
    breakdownTolerance: 1e-13,
  });
  await finish(run.advance({ steps }));
  return run.columns;
}

/** The weight of the probe's spectral measure below x, and at or below it. */
function trueMass(source: ProbeSource, probe: number, x: number): [number, number] {
  const v = unitProbe(n, source, probe);
  const weight = (keep: (lambda: number) => boolean) =>
    eigenvalues.reduce((sum, lambda, i) => sum + (keep(lambda) ? dot(vectors[i], v) ** 2 : 0), 0);
  return [weight((l) => l < x - 1e-9), weight((l) => l <= x + 1e-9)];
}

describe("what Lanczos proves about a probe's measure", () => {
  const points = [-2.5, -2, -1.3, -0.01, 0, 0.77, 1.5, 2.99, 5, 11.5, 11.7, 20, 30, 31];

  it.each([1, 2, 5, 12, 30])(
    "holds the true weight below any point within the bounds, after %i steps",
    async (steps) => {
      const [column] = await columnsOf(rademacher(4), 1, steps);
      const [closer] = await columnsOf(rademacher(4), 1, steps + 4);
      for (const x of points) {
        const bounds = massBounds(column, x);
        const [below, atMost] = trueMass(rademacher(4), 0, x);
        expect(bounds.below).toBeLessThanOrEqual(below + 1e-9);
        expect(bounds.atMost).toBeGreaterThanOrEqual(atMost - 1e-9);
        const later = massBounds(closer, x);
        expect(later.atMost - later.below).toBeLessThanOrEqual(bounds.atMost - bounds.below + 1e-9);
      }
    },
  );

  it("is sharp: between well-separated converged values the bounds meet", async () => {
    const [column] = await columnsOf(rademacher(4), 1, 30);
    const { below, atMost } = massBounds(column, 20);
    expect(atMost - below).toBeLessThan(1e-9);
    expect(1 - below).toBeCloseTo(dot(vectors[0], unitProbe(n, rademacher(4), 0)) ** 2, 9);
  });

  it("is exact where the Krylov space is invariant, at a Ritz value, and nothing before the first step", async () => {
    const [column] = await columnsOf(rademacher(4), 1, n);
    expect(column.closed).toBe(true);
    const [below, atMost] = trueMass(rademacher(4), 0, 30);
    expect(massBounds(column, 30)).toEqual({
      below: expect.closeTo(below, 9),
      atMost: expect.closeTo(atMost, 9),
    });
    const one = { probe: 0, alpha: [2], beta: [1], closed: false, quadraticForm: [] };
    expect(massBounds(one, 2)).toEqual({ below: 0, atMost: 1 });
    expect(massBounds({ ...one, alpha: [], beta: [] }, 2)).toEqual({ below: 0, atMost: 1 });
  });
});

describe("the band around the distribution of eigenvalues", () => {
  const x = spread(-3, 32, 71);
  const phi = x.map((t) => eigenvalues.filter((lambda) => lambda <= t).length / n);

  it.each(["gaussian", "rademacher"] as const)(
    "holds the whole distribution in every one of 40 runs: %s",
    async (distribution) => {
      for (let seed = 0; seed < 40; seed++) {
        const columns = await columnsOf({ seed, distribution }, 8, 12);
        const { low, high, sampling } = cdfBand(columns, x, { n, distribution });
        expect(sampling).toBeLessThan(distribution === "gaussian" ? 0.13 : 0.26);
        phi.forEach((p, i) => {
          expect(p).toBeGreaterThanOrEqual(low[i]);
          expect(p).toBeLessThanOrEqual(high[i]);
        });
      }
    },
  );

  it("is as narrow as a hundredth for one probe of a network, and shrinks like 1/sqrt(probes)", async () => {
    const columns = await columnsOf(rademacher(1), 4, 12);
    const width = (count: number, distribution: "gaussian" | "rademacher") =>
      cdfBand(columns.slice(0, count), [0], { n: 269_722, distribution }).sampling;
    expect(width(1, "gaussian")).toBeCloseTo(0.00775, 4);
    expect(width(1, "rademacher")).toBeCloseTo(0.0112, 3);
    expect(width(4, "gaussian")).toBeCloseTo(width(1, "gaussian") / 2, 10);
    expect(() => cdfBand([], [0], { n, distribution: "gaussian" })).toThrow("at least one probe");
  });
});

describe("eigenvalues beyond a threshold", () => {
  const count = (keep: (lambda: number) => boolean) => eigenvalues.filter(keep).length;

  it("count outliers from below by Ritz values, with an interval that holds the count", async () => {
    let covered = 0;
    for (let seed = 0; seed < 40; seed++) {
      const { atLeast, estimate, interval95 } = outlierCount(await columnsOf(rademacher(seed), 4, 30), n, 10);
      expect(atLeast).toBe(3);
      expect(estimate).toBeGreaterThan(0);
      if (interval95[0] <= 3 && 3 <= interval95[1]) covered++;
      expect(interval95[1]).toBeLessThan(12);
    }
    expect(covered).toBeGreaterThanOrEqual(36);
  });

  it("give the negative mass with an interval that holds it, from one probe as well", async () => {
    for (const probes of [1, 4]) {
      let covered = 0;
      for (let seed = 0; seed < 40; seed++) {
        const { fraction, interval95 } = negativeMass(await columnsOf(rademacher(seed), probes, 40), n, 1e-6);
        const truth = count((lambda) => lambda < -1e-6) / n;
        expect(Math.abs(fraction - truth)).toBeLessThan(0.35);
        if (interval95[0] <= truth && truth <= interval95[1]) covered++;
      }
      expect(covered).toBeGreaterThanOrEqual(36);
    }
  });

  it("invert the Beta law: the end points have the tails that they should", () => {
    const [low, high] = massInterval(0.3, 200);
    expect(low).toBeCloseTo(0.3 - 1.96 * Math.sqrt((2 * 0.3 * 0.7) / 200), 1);
    expect(high).toBeCloseTo(0.3 + 1.96 * Math.sqrt((2 * 0.3 * 0.7) / 200), 1);
    expect(massInterval(0, 200)).toEqual([0, 0]);
    expect(massInterval(1, 200)[1]).toBe(1);
    // A million parameters: five standard deviations of the normal limit are known.
    const [a, b] = massInterval(0.4, 1e6);
    expect((b - a) / 2 / Math.sqrt((2 * 0.4 * 0.6) / 1e6)).toBeCloseTo(1.96, 2);
  });
});

describe("densities", () => {
  it("have a Student-t band over the probes, none for one probe", async () => {
    const run = async (probes: number, seed = 0) => {
      const options = { ...float64, source: rademacher(seed), steps: 20, probes, traceProbes: 0 };
      const { result } = await finish(
        new SlqRun(denseOperator(matrix, new DenseSpace(n)), options).advance(),
      );
      return density(result.nodes, result.weights, { axis: { kind: "linear" }, sigma: 0.5, points: 200 });
    };
    let [covered, points] = [0, 0];
    for (let seed = 0; seed < 40; seed++) {
      const curve = await run(5, seed);
      const band = densityBand(curve);
      curve.u.forEach((u, i) => {
        const gaussians = eigenvalues.reduce((sum, l) => sum + Math.exp(-0.5 * ((u - l) / 0.5) ** 2), 0);
        const truth = gaussians / (n * 0.5 * Math.sqrt(2 * Math.PI));
        if (truth < 0.02) return;
        points++;
        if ((band?.low[i] ?? 1) <= truth && truth <= (band?.high[i] ?? 0)) covered++;
      });
    }
    expect(covered / points).toBeGreaterThan(0.92);
    expect(covered / points).toBeLessThan(0.98);
    expect(densityBand(await run(1))).toBeNull();
  });

  it("of log10 |lambda| keep signs apart, and all the weight", () => {
    const nodes = [
      [-10, 1e-9, 0.1],
      [-1, 0, 100],
    ];
    const weights = [
      [0.2, 0.5, 0.3],
      [0.1, 0.6, 0.3],
    ];
    const { u, negative, positive, zero } = logDensity(nodes, weights, { floor: 1e-6 });
    const step = u[1] - u[0];
    const sum = (ys: Float64Array) => ys.reduce((a, b) => a + b, 0) * step;
    expect(zero).toBeCloseTo(0.55, 12);
    expect(sum(negative)).toBeCloseTo(0.15, 6);
    expect(sum(positive)).toBeCloseTo(0.3, 6);
    expect(
      u[
        positive.indexOf(
          Math.max(
            ...positive.subarray(
              0,
              u.findIndex((x) => x > 0),
            ),
          ),
        )
      ],
    ).toBeCloseTo(-1, 1);
    expect(() => logDensity(nodes, weights, { floor: 0 })).toThrow("expected floor and sigma above 0");
    expect(() => logDensity([[]], [[]], { floor: 1 })).toThrow("at least one node");
  });
});

describe("Lanczos that holds two vectors", () => {
  const options = (extra: Partial<SlqOptions>): SlqOptions => ({
    ...{ ...float64, source: rademacher(3), steps: 10, probes: 3, traceProbes: 0 },
    ...extra,
  });
  const slq = (extra: Partial<SlqOptions>, k = 2) =>
    new SlqRun(denseOperator(matrix, new DenseSpace(n, k)), options(extra));

  it("gives the same T as long as orthogonality lasts, cancelled and extended or not", async () => {
    const [full, two] = [slq({}), slq({ memory: "two vectors" })];
    const want = (await finish(full.advance())).result;
    const got = (await finish(two.advance())).result;
    got.nodes.forEach((row, i) => {
      row.forEach((theta, j) => {
        expect(theta).toBeCloseTo(want.nodes[i][j], 8);
      });
    });
    expect([got.top, got.bottom, await two.orthogonality()]).toEqual([[], [], null]);
    await expect(two.ritzVector({ probe: 0, index: 0, steps: 10 }, [] as never)).rejects.toThrow(
      "has no Ritz vectors",
    );
    const stepwise = slq({ memory: "two vectors", steps: 4 });
    await finish(stepwise.advance());
    stepwise.extend({ steps: 10 });
    expect((await finish(stepwise.advance())).result.nodes).toEqual(got.nodes);
  });

  it("keeps the density after orthogonality is lost: moments and smoothed curve agree, and copies appear", async () => {
    const long = { steps: 60, probes: 2 };
    const want = (await finish(slq({ ...long }, 1).advance())).result;
    // A T of more steps than the matrix has rows is no contradiction: only n steps are taken.
    const got = (await finish(slq({ ...long, memory: "two vectors" }, 1).advance())).result;
    const copies = got.nodes[0].filter((theta) => Math.abs(theta - 30) < 1e-6).length;
    expect(copies).toBeGreaterThan(1);
    expect(want.nodes[0].filter((theta) => Math.abs(theta - 30) < 1e-6).length).toBe(1);
    for (const power of [1, 2, 3, 4]) {
      const moment = ({ nodes, weights }: typeof got) =>
        nodes[0].reduce((sum, theta, j) => sum + weights[0][j] * theta ** power, 0);
      expect(moment(got) / moment(want)).toBeCloseTo(1, 8);
    }
    const at = { axis: { kind: "linear" }, sigma: 0.4, points: 300, domain: [-4, 32] } as const;
    const [a, b] = [density(want.nodes, want.weights, at), density(got.nodes, got.weights, at)];
    const peak = Math.max(...a.mean);
    a.mean.forEach((y, i) => {
      expect(Math.abs(y - b.mean[i])).toBeLessThan(0.02 * peak);
    });
  });
});

describe("spectra of blocks", () => {
  const segments = [
    { name: "a", size: 5 },
    { name: "b", size: 30 },
    { name: "c", size: 1 },
    { name: "d", size: n - 36 },
  ];
  const blocks = [[0], [1], [2], [0, 3], [3]];
  const starts = [0, 5, 35, 36];
  const indices = (block: readonly number[]) =>
    block.flatMap((l) => Array.from({ length: segments[l].size }, (_, i) => starts[l] + i));

  it.each([1, 2, 4])("are those of the sub-matrices, %i blocks at a time", async (k) => {
    const operator = denseOperator(matrix, new DenseSpace(n, k, segments));
    const events: BlockEvent[] = await collect(
      blockSpectra(operator, blocks, { ...float64, source: rademacher(2), steps: 40, top: 1, bottom: 1 }),
    );
    const spectra = events.flatMap((e) => (e.kind === "blocks" ? e.spectra : []));
    expect(spectra.map((s) => s.block)).toEqual([0, 1, 2, 3, 4]);
    expect(events.at(-1)).toEqual({ kind: "done" });
    for (const { block, size, top, bottom, quadrature, traceSample } of spectra) {
      const at = indices(blocks[block]);
      const part = at.map((i) => Float64Array.from(at, (j) => matrix[i][j]));
      const v = unitProbe(n, rademacher(2), 0);
      const own = Float64Array.from(at, (i) => v[i] * Math.sqrt(n));
      expect(traceSample).toBeCloseTo(dot(own, multiply(part, own)), 9);
      const values = symmetricEigenvalues(part);
      expect(size).toBe(at.length);
      expect(top[0].value).toBeCloseTo(values[values.length - 1], 9);
      expect(bottom[0].value).toBeCloseTo(values[0], 9);
      expect(quadrature.nodes.length).toBeLessThanOrEqual(size);
    }
  });

  it("end when cancelled, and refuse a block without components", async () => {
    const operator = denseOperator(matrix, new DenseSpace(n, 1, segments));
    const base = { source: rademacher(2), steps: 3, top: 1, bottom: 0 };
    expect(await finish(blockSpectra(operator, blocks, { ...base, signal: AbortSignal.abort() }))).toEqual({
      kind: "cancelled",
      step: 0,
    });
    await expect(finish(blockSpectra(operator, [[]], base))).rejects.toThrow(
      "block: expected at least one segment",
    );
  });
});
