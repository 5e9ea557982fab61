import { beforeAll, describe, expect, it } from "vitest";
import type { RunResult } from "../../src/run/protocol.ts";
import { DenseSpace, denseOperator, SlqRun } from "../../src/spectrum/index.ts";
import { defaultValues } from "../../src/store/controls.ts";
import {
  bandPoints,
  type CertifiedBand,
  cumulativeRows,
  cumulativeView,
  shareAt,
} from "../../src/store/cumulativeView.ts";
import { type DensityView, densityView, positionOf } from "../../src/store/densityView.ts";
import { countAbove, negativeShare, outliers } from "../../src/store/spectralCounts.ts";
import { stabilityOf } from "../../src/store/stability.ts";
import { cumulativeGeometry, cumulativeReading } from "../../src/ui/charts/cumulativeGeometry.ts";
import { densityGeometry, densityReading } from "../../src/ui/charts/densityGeometry.ts";
import { cumulativeCsv, densityCsv } from "../../src/ui/export/tables.ts";
import { finish, rademacher, spread, withSpectrum } from "../spectrum/matrices.ts";
import { sampleRun } from "../ui/sampleRun.ts";

/** 30 negative eigenvalues, 66 around 1, four outliers. */
const eigenvalues = [...spread(-3, -1, 30), ...spread(0.5, 2, 66), 20, 30, 40, 50];
const n = eigenvalues.length;
let run: RunResult;

beforeAll(async () => {
  const slq = new SlqRun(denseOperator(withSpectrum(eigenvalues, 5000), new DenseSpace(n)), {
    ...{ source: rademacher(1), steps: 30, probes: 3, traceProbes: 3 },
  });
  const { result } = await finish(slq.advance());
  const { columns } = slq.checkpoint();
  const spectrum = { nodes: result.nodes, weights: result.weights };
  run = sampleRun({
    spectrum: { ...spectrum, alpha: columns.map((c) => c.alpha), beta: columns.map((c) => c.beta) },
    parameterCount: n,
  });
});

const controls = { xAxis: "symlog", smoothing: "axis", width: 1 } as const;
const view = (changes = {}) => {
  const made = densityView(run, [], { ...controls, ...changes });
  if (made === null) throw new Error("no view");
  return made;
};

/** All points at once. */
function certifiedBand(result: RunResult, density: DensityView): CertifiedBand | null {
  const points = bandPoints(result, density);
  for (;;) {
    const step = points.next();
    if (step.done) return step.value;
  }
}

describe("the cumulative distribution", () => {
  it("rises to 1 in steps of the weights, inside a band that holds the truth everywhere", () => {
    const shares = cumulativeView(run, view(), certifiedBand(run, view()));
    expect(shares.steps.at(-1)?.share).toBeCloseTo(1, 12);
    const rows = cumulativeRows(shares);
    expect(rows.length).toBeGreaterThan(100);
    for (const [theta, share, low, high] of rows) {
      const truth = eigenvalues.filter((lambda) => lambda <= theta).length / n;
      expect(low).toBeLessThanOrEqual(truth);
      expect(high).toBeGreaterThanOrEqual(truth);
      expect(share).toBeGreaterThanOrEqual(low - 1e-9);
      expect(share).toBeLessThanOrEqual(high + 1e-9);
    }
    const bounds = rows.map(([, , low, high]) => [low, high]);
    // Neither bound of something that never falls can fall.
    for (let i = 1; i < bounds.length; i++) {
      expect(bounds[i][0]).toBeGreaterThanOrEqual(bounds[i - 1][0]);
      expect(bounds[i][1]).toBeGreaterThanOrEqual(bounds[i - 1][1]);
    }
    const zero = positionOf(shares, 0);
    expect(Math.abs(shareAt(shares, zero) - 0.3)).toBeLessThan(shares.band?.sampling ?? 0);
    expect(cumulativeReading(shares, zero)).toMatch(/% of the eigenvalues up to it\ncertain at 95 %: /);
    expect(cumulativeCsv(shares).trim().split("\n")).toHaveLength(rows.length + 1);
  });

  it("has no band where the file has no matrices", () => {
    const bare = { ...run, spectrum: { ...run.spectrum, alpha: [], beta: [] } };
    const shares = cumulativeView(bare, view(), certifiedBand(bare, view()));
    expect([shares.band, cumulativeRows(shares)]).toEqual([null, []]);
  });

  it("is drawn from the bottom to the top of its frame", () => {
    const frame = { left: 0, right: 100, top: 0, bottom: 50 };
    const plot = cumulativeGeometry(cumulativeView(run, view(), certifiedBand(run, view())), frame);
    expect(plot.curve).toMatch(/^M0,50/);
    expect(plot.curve).toMatch(/100,0$/);
    expect(plot.band).not.toBeNull();
    expect(plot.yTicks.map(({ label }) => label)).toEqual(["0", "0.2", "0.4", "0.6", "0.8", "1"]);
  });
});

describe("the axis of log |λ|", () => {
  it("has a curve for each sign, which together hold all that is not zero", () => {
    const { curve, sides, axis, domain } = view({ xAxis: "log" });
    if (sides === null) throw new Error("no sides");
    const mass = ({ u, mean }: typeof curve) =>
      Array.from(mean).reduce((sum, y) => sum + y * (u[1] - u[0]), 0);
    expect(mass(sides.positive) + mass(sides.negative) + sides.zero).toBeCloseTo(1, 3);
    expect(Math.abs(mass(sides.negative) - 0.3)).toBeLessThan(0.1);
    expect(mass(curve)).toBeCloseTo(1, 3);
    expect(positionOf({ axis }, -10)).toBe(1);
    expect(domain[1]).toBeGreaterThan(Math.log10(50));
    expect(densityCsv(view({ xAxis: "log" }))).toMatch(/^size,density_positive,density_negative/);
  });

  it("has decades as ticks, the negative curve apart, and readings of both", () => {
    const made = view({ xAxis: "log" });
    const frame = { left: 0, right: 600, top: 0, bottom: 300 };
    const plot = densityGeometry(made, frame, "log", 2);
    expect(plot.negative).not.toBeNull();
    expect(plot.xTicks.map(({ label }) => label).filter((label) => label !== "")).toEqual(["1", "10"]);
    expect(densityReading(made, 1, 0)).toMatch(
      /^\|λ\| = 10(\.0+)?\ndensity above zero .*\ndensity below zero /,
    );
    expect(densityGeometry(view(), frame, "log", 2).negative).toBeNull();
  });
});

describe("the band of the density", () => {
  it("is the interval of the mean where it is asked for, which is wider than nothing and holds the mean", () => {
    const [range, interval] = [view().curve, view({ band: "interval" }).curve];
    let wider = 0;
    for (let i = 0; i < range.mean.length; i++) {
      expect(interval.band?.low[i]).toBeLessThanOrEqual(interval.mean[i]);
      expect(interval.band?.high[i]).toBeGreaterThanOrEqual(interval.mean[i]);
      if ((interval.band?.high[i] ?? 0) > (range.band?.high[i] ?? 0)) wider++;
    }
    // Three probes: t is 4.3, so that the interval reaches beyond the range nearly everywhere.
    expect(wider).toBeGreaterThan(range.mean.length / 2);
  });
});

describe("counts of eigenvalues", () => {
  it("hold the truth in their intervals, and need ten steps", () => {
    const negative = negativeShare(run);
    expect(negative?.interval95[0]).toBeLessThan(0.3);
    expect(negative?.interval95[1]).toBeGreaterThan(0.3);
    const above = outliers(run, 10);
    expect(above?.threshold).toBeCloseTo(5, 5);
    expect(above?.atLeast).toBe(4);
    expect(above?.interval95[0]).toBeLessThanOrEqual(4);
    expect(above?.interval95[1]).toBeGreaterThanOrEqual(4);
    const { nodes, weights, alpha, beta } = run.spectrum;
    const cut = (rows: readonly (readonly number[])[]) => rows.map((row) => row.slice(0, 5));
    const short = { ...run, spectrum: { nodes, weights, alpha: cut(alpha), beta: cut(beta) } };
    expect([negativeShare(short), countAbove(short, 5), outliers(short, 10)]).toEqual([null, null, null]);
    // A file of another program: one probe has its matrix, one half of it, one none.
    const partial = {
      ...run,
      spectrum: { nodes, weights, alpha: [alpha[0], alpha[1], []], beta: [beta[0], [], []] },
    };
    const single = negativeShare(partial);
    expect(single?.interval95[0]).toBeLessThanOrEqual(negative?.interval95[0] ?? 0);
    expect(single?.interval95[1]).toBeGreaterThan(0.3);
  });
});

describe("a learning rate", () => {
  it("has a limit at 2/η, beyond which it counts Ritz values, and the level of SGD with the interval of the trace", () => {
    const made = stabilityOf(run, { learningRate: "0.0625", sgdBatch: 10 });
    expect([made?.limit, made?.beyond, made?.count?.atLeast]).toEqual([32, 2, 2]);
    const { trace, eigenvalues: found } = run;
    const level = (tr: number) => tr / 10 + 0.9 * found.top[0].value;
    expect(made?.sgd.level).toBeCloseTo(level(trace.estimate), 12);
    expect(made?.sgd.interval95?.[1]).toBeCloseTo(level(trace.interval95?.[1] ?? 0), 12);
    expect(stabilityOf(run, { learningRate: "", sgdBatch: 10 })).toBeNull();
    expect(defaultValues.learningRate).toBe("");
    const bare = { ...run, eigenvalues: { top: [], bottom: [] } };
    expect(stabilityOf(bare, { learningRate: "1", sgdBatch: 10 })?.sgd).toMatchObject({ level: null });
  });
});
