import { describe, expect, test } from "vitest";
import { compareRuns, compareStages } from "../../src/store/comparison.ts";
import { comparedRuns } from "../../src/store/kept.ts";
import { lossGeometry } from "../../src/ui/charts/lossGeometry.ts";
import { stageGeometry } from "../../src/ui/charts/stageGeometry.ts";
import { captionOf } from "../../src/ui/compare/captions.ts";
import { drawnRuns } from "../../src/ui/compare/strokes.ts";
import { comparisonCsv, lossesCsv } from "../../src/ui/export/tables.ts";
import { sampleRun } from "./sampleRun.ts";

const frame = { left: 40, right: 440, top: 10, bottom: 210 };

describe("traces side by side", () => {
  const rows = compareStages([sampleRun(), sampleRun({ trace: { ...sampleRun().trace, perLayer: [] } })]);
  const { marks, groups, zero, yTicks } = stageGeometry(rows, frame);

  test("have a mark for each run that has the stage, in the order of stages", () => {
    expect(groups.map(({ name }) => name)).toEqual(["conv1", "bn1", "linear"]);
    expect(marks.map(({ stage, run }) => [stage, run])).toEqual([
      [0, 0],
      [1, 0],
      [2, 0],
    ]);
    expect(marks.map((mark) => mark.x)).toEqual([...marks.map((mark) => mark.x)].sort((a, b) => a - b));
  });

  test("stand above zero or below it by their sign, with whiskers around them inside the frame", () => {
    expect(marks[0].y).toBeLessThan(zero);
    expect(marks[1].y).toBeGreaterThan(zero);
    for (const { y, whisker } of marks) {
      if (whisker === null) continue;
      expect(whisker[0]).toBeGreaterThan(y);
      expect(whisker[1]).toBeLessThan(y);
      expect(whisker[0]).toBeLessThanOrEqual(frame.bottom);
      expect(whisker[1]).toBeGreaterThanOrEqual(frame.top);
    }
    expect(marks[2].whisker).toBeNull();
    expect(yTicks.length).toBeGreaterThan(2);
  });
});

test("losses of several runs share their axes, and a loss that is not finite leaves a gap", () => {
  const [slice] = sampleRun().slices;
  const wide = { ...slice, steps: [-1, 0, 1], loss: [Number.NaN, 0.25, 60] };
  const { paths, xTicks } = lossGeometry([slice, wide], frame);
  const points = (path: string) => path.split(/[ML]/).filter((point) => point !== "");
  expect(paths.map((path) => points(path).length)).toEqual([3, 2]);
  // Both are 0.25 at step 0.
  expect(points(paths[0])[1]).toBe(points(paths[1])[0]);
  expect(xTicks.map((tick) => tick.label)).toContain("−1");
});

describe("runs in figures", () => {
  const kept = [1, 2].map((loss) => ({
    ...{ result: sampleRun({ loss }), origin: "stored" as const, key: null, pinned: true },
  }));
  const runs = drawnRuns(comparedRuns({ shown: { result: sampleRun(), origin: "live" }, kept }));

  test("are told apart by letter and stroke, the shown one by a full line", () => {
    expect(runs.map(({ letter, stroke }) => `${letter} ${stroke}`)).toEqual([
      "A line beside-1",
      "B line beside-2",
      "C line",
    ]);
  });

  test("say once what they have in common", () => {
    expect(captionOf(runs)).toBe(sampleRun().meaning.sentence);
    const other = { ...runs[0], result: sampleRun({ meaning: { ...sampleRun().meaning, sentence: "B." } }) };
    expect(captionOf([runs[1], other])).toBe(`B: ${sampleRun().meaning.sentence} A: B.`);
  });
});

describe("tables of comparisons", () => {
  test("have a row per quantity and run, with numbers to full precision", () => {
    const lines = comparisonCsv(compareRuns([sampleRun(), sampleRun({ loss: 1 / 3 })]), ["a", "b, c"]).split(
      "\r\n",
    );
    expect(lines[0]).toBe("quantity,run,value,low,high,difference,difference_low,difference_high,verdict");
    expect(lines[2]).toMatch(/^Loss,"b, c",0\.3333333333333333,/);
    expect(lines[2]).toMatch(/,differs$/);
  });

  test("hold steps and losses of every run", () => {
    const csv = lossesCsv([{ run: "a", slice: sampleRun().slices[0] }]);
    expect(csv.trim().split("\r\n")).toEqual(["run,step,loss", "a,-0.5,6", "a,0,0.25", "a,0.5,3"]);
  });
});
