import { describe, expect, test } from "vitest";
import { densityView } from "../../src/store/densityView.ts";
import { stopAfter } from "../../src/ui/charts/Cursor.tsx";
import { densityGeometry, densityReading, tickNumber } from "../../src/ui/charts/densityGeometry.ts";
import { frameOf, nearest } from "../../src/ui/charts/frame.ts";
import { layerBars, layerGeometry } from "../../src/ui/charts/layerGeometry.ts";
import { lineGeometry } from "../../src/ui/charts/lineGeometry.ts";
import { parabolaFormula, predictedLoss, sliceLine } from "../../src/ui/charts/sliceGeometry.ts";
import { sampleRun } from "./sampleRun.ts";

const frame = { left: 50, right: 750, top: 10, bottom: 310 };
const run = sampleRun();
const view = densityView(run, [], { xAxis: "symlog", smoothing: "axis", width: 1 });
if (view === null) throw new Error("no view");

describe("the density figure", () => {
  test("reaches below the density of one eigenvalue", () => {
    const plot = densityGeometry(view, frame, "log", 2);
    expect(plot.oneInN).toBeGreaterThan(frame.top);
    expect(plot.oneInN).toBeLessThan(frame.bottom);
    expect(plot.yTicks.map((tick) => tick.label)).toContain("10⁻⁴");
  });

  test("labels decades on both sides of zero, ascending, with room between them", () => {
    const { xTicks } = densityGeometry(view, frame, "log", 2);
    const labelled = xTicks.filter((tick) => tick.label !== "").sort((a, b) => a.at - b.at);
    expect(labelled.map((tick) => tick.label)).toEqual(["−1", "−0.1", "0", "0.1", "1", "10"]);
    for (let i = 1; i < labelled.length; i++) expect(labelled[i].at - labelled[i - 1].at).toBeGreaterThan(30);
  });

  test("draws a stem from the axis to the height of its weight", () => {
    const { stems, y, x } = densityGeometry(view, frame, "linear", 2);
    const first = view.stems[0];
    expect(stems.startsWith(`M${Math.round(x(first.u) * 10) / 10},310V`)).toBe(true);
    expect(y(0)).toBe(310);
  });

  test("reads the curve and the nearest Ritz value", () => {
    expect(densityReading(view, view.stems[9].u, 9)).toMatch(
      /^λ = 40\.00\ndensity 1\.0·10⁻²\nnearest Ritz value 40\.000, weight 2\.0·10⁻³, probe 2$/,
    );
  });
});

describe("the slice", () => {
  const slice = run.slices[0];

  test("predicts L + a g.d + a^2/2 lambda", () => {
    expect(predictedLoss(slice, 0.25, 0.5)).toBeCloseTo(0.25 - 0.5 + 5, 12);
    expect(parabolaFormula(slice)).toBe("L − 1.00 a + ½ · 40.00 a²");
  });

  test("lets prediction and measurement meet at step 0", () => {
    const plot = lineGeometry(sliceLine(slice, 0.25), frame);
    expect(plot.points[1][0]).toBeCloseTo(400, 6);
    expect(plot.stops).toEqual(plot.points.map((point) => point[0]));
    const parabola = [...plot.predicted.matchAll(/[ML]([\d.]+),([\d.]+)/g)];
    expect(Number(parabola[50][2])).toBeCloseTo(plot.points[1][1], 0);
  });
});

describe("the layers", () => {
  const tensors = new Map(run.model.tensors.map((tensor) => [tensor.name, tensor]));

  test("leave BatchNorm and biases out unless asked for", () => {
    const names = (all: boolean) =>
      layerBars(run.trace.perLayer, tensors, { perParameter: false, all }).map((bar) => bar.name);
    expect(names(false)).toEqual(["conv1.weight", "linear.weight"]);
    expect(names(true)).toEqual(["conv1.weight", "bn1.weight", "linear.weight"]);
  });

  test("divide trace and interval by the number of parameters", () => {
    const [bar] = layerBars(run.trace.perLayer, tensors, { perParameter: true, all: false });
    expect(bar.value).toBeCloseTo(0.1, 12);
    expect(bar.interval?.[1]).toBeCloseTo(33.4 / 270, 12);
  });

  test("hang a negative trace below zero and keep its sign", () => {
    const bars = layerBars(run.trace.perLayer, tensors, { perParameter: false, all: true });
    const { bars: placed, zero } = layerGeometry(bars, frame);
    expect(placed[1].y).toBeCloseTo(zero, 6);
    expect(placed[1].height).toBeGreaterThan(0);
    expect(placed[0].y + placed[0].height).toBeCloseTo(zero, 6);
    expect(placed[2].whisker).toBeNull();
  });

  test("that are a part of the network by themselves have its name", () => {
    const bars = layerBars(run.trace.perLayer, tensors, { perParameter: false, all: true });
    expect(bars.map(({ short }) => short)).toEqual(["conv1", "bn1", "linear"]);
  });

  test("of a transformer have names that tell them apart in the room there is", () => {
    const names = [
      "bert.embeddings.word_embeddings.weight",
      "bert.encoder.layer.0.attention.self.query.weight",
      "bert.encoder.layer.0.attention.output.dense.weight",
      "bert.encoder.layer.0.output.dense.weight",
      "classifier.weight",
    ];
    const groups = ["embeddings", "encoder layer 0", "encoder layer 0", "encoder layer 0", "head"];
    const known = new Map(
      names.map((name, i) => [name, { name, shape: [2, 2], size: 4, group: groups[i] }] as const),
    );
    const traces = names.map((name) => ({
      ...{ name, size: 4, estimate: 1, standardError: null, interval95: null },
    }));
    const bars = layerBars(traces, known, { perParameter: false, all: false });
    expect(bars.map(({ short }) => short)).toEqual(["word", "query", "attn.output", "output", "classifier"]);
    expect(layerGeometry(bars, frame).groups.map(({ name }) => name)).toEqual([
      "embeddings",
      "encoder layer 0",
      "head",
    ]);
  });
});

describe("reading by keyboard", () => {
  test.each([
    ["ArrowRight", 3, 4],
    ["ArrowLeft", 0, 0],
    ["End", 2, 9],
    ["Home", 7, 0],
    ["PageUp", 3, 9],
    ["ArrowRight", -1, 0],
    ["x", 3, null],
  ])("%s from stop %i leads to %s", (key, from, to) => {
    expect(stopAfter(key, from, 10)).toBe(to);
  });
});

test("nearest finds the closest of ascending positions", () => {
  expect([-5, 1, 4.9, 5.1, 99].map((x) => nearest([0, 4, 6, 10], x))).toEqual([0, 0, 1, 2, 3]);
});

test("margins grow with the type", () => {
  const margins = { left: 3, right: 1, top: 1, bottom: 2 };
  expect(frameOf({ width: 400, height: 200, rem: 20 }, margins)).toEqual({
    left: 60,
    right: 380,
    top: 20,
    bottom: 160,
  });
});

test.each([
  [0, "0"],
  [-0.4, "−0.4"],
  [0.30000000000000004, "0.3"],
  [2e-5, "2·10⁻⁵"],
  [120000, "1·10⁵"],
])("tick %d is written %s", (value, text) => {
  expect(tickNumber(value)).toBe(text);
});
