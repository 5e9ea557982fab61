import { describe, expect, it } from "vitest";
import type { BatchSweep, RunResult } from "../../src/run/protocol.ts";
import { otherChoices, shareAbove, sweepQuestion, sweptSizes } from "../../src/store/studyData.ts";
import { aboveGeometry } from "../../src/ui/charts/aboveGeometry.ts";
import { sweepGeometry } from "../../src/ui/charts/sweepGeometry.ts";

const batch = (value: number) => ({
  ...{ dataSeed: 0, loss: 1, value, residual: 0, converged: true, steps: 9 },
});

const sweep: BatchSweep = {
  request: { least: 4, most: 16, batches: 2, steps: 40 },
  ...{ available: 512, planned: [4, 8, 16], products: 27 },
  sizes: [
    { batchSize: 4, batches: [batch(8), batch(4)] },
    { batchSize: 8, batches: [batch(5)] },
    { batchSize: 16, batches: [] },
  ],
};

const result = (more: object = {}): RunResult =>
  ({
    model: { data: { available: 100 }, input: "images" },
    settings: { start: 0, batchSize: 64, draw: "range", dataSeed: 7, seed: 3 },
    meaning: { reduction: "mean over samples" },
    device: { software: false },
    answers: [{ kind: "batchSweep", answer: sweep }],
    ...more,
  }) as unknown as RunResult;

const frame = { left: 0, right: 300, top: 0, bottom: 100 };

describe("a sweep of batch sizes on the page", () => {
  it("has mean and range of each measured size, and no error below the rounding", () => {
    const { sizes } = sweptSizes(result()) ?? { sizes: [] };
    expect(sizes.map(({ batchSize, mean, least, most }) => [batchSize, mean, least, most])).toEqual([
      [4, 6, 4, 8],
      [8, 5, 5, 5],
    ]);
    expect(sizes[0].values[0].error).toBeGreaterThan(1e-6);
    expect(sweptSizes(result({ answers: [] }))).toBeNull();
  });

  it("keeps room for the sizes to come, each as far from the next", () => {
    const { xTicks, stops, dots } = sweepGeometry(sweptSizes(result())?.sizes ?? [], sweep.planned, frame);
    expect(xTicks.map(({ at, label }) => [Math.round(at), label])).toEqual([
      [50, "4"],
      [150, "8"],
      [250, "16"],
    ]);
    expect(stops.map(Math.round)).toEqual([50, 150]);
    expect(dots.map(({ at: [, y] }) => Math.round(y))).toEqual([0, 50, 38]);
  });

  it("asks for no more than the data have, and for less on a software device", () => {
    expect(sweepQuestion(result()).request).toMatchObject({ least: 8, most: 100 });
    const software = result({ device: { software: true } });
    expect(sweepQuestion(software).request).toMatchObject({ least: 4, most: 32 });
  });
});

describe("two data on the page", () => {
  it("can be the next samples where there are enough of them, others at random, and noise on numbers", () => {
    expect(otherChoices(result()).map(({ key }) => key)).toEqual([
      "random",
      "noise-0.1",
      "noise-0.3",
      "noise-1",
    ]);
    const short = { start: 0, batchSize: 50, draw: "range", dataSeed: 7, seed: 3 };
    expect(otherChoices(result({ settings: short }))[0].other).toEqual({ kind: "range", start: 50 });
    const words = { data: { available: 100 }, input: "input_ids" };
    expect(otherChoices(result({ model: words })).map(({ key }) => key)).toEqual(["random"]);
  });

  it("fall from all eigenvalues to none: at each value the share of those beyond it", () => {
    const rows = {
      nodes: [
        [0, 2],
        [1, 3],
      ],
      weights: [
        [0.9, 0.1],
        [0.5, 0.5],
      ],
    };
    const steps = shareAbove(rows);
    expect(steps.map(({ at }) => at)).toEqual([0, 1, 2, 3]);
    [0.55, 0.3, 0.25, 0].forEach((share, i) => {
      expect(steps[i].share).toBeCloseTo(share, 12);
    });
    const { curves, yTicks } = aboveGeometry([rows], 100, frame);
    expect(curves[0].startsWith("M0,0")).toBe(true);
    expect(curves[0].endsWith(`L300,100`)).toBe(true);
    expect(yTicks.map(({ label }) => label)).toEqual(["1 %", "10 %", "100 %"]);
  });
});
