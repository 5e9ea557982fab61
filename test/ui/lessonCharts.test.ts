import { describe, expect, test } from "vitest";
import { densityView } from "../../src/store/densityView.ts";
import type { LanczosState } from "../../src/store/lesson/lanczos.ts";
import { convergenceGeometry } from "../../src/ui/charts/convergenceGeometry.ts";
import { matrixCells } from "../../src/ui/charts/MatrixChart.tsx";
import { treeGeometry, treeReading } from "../../src/ui/charts/treeGeometry.ts";
import { seriesCsv, stepsCsv, tridiagonalCsv } from "../../src/ui/export/tables.ts";
import { sampleRun } from "./sampleRun.ts";

const frame = { left: 50, right: 750, top: 10, bottom: 310 };
const run = sampleRun();
const state = (nodes: number[], kinds: LanczosState["kinds"]): LanczosState => ({
  ...{ probe: 0, steps: nodes.length, nodes, kinds },
  weights: nodes.map(() => 1 / nodes.length),
  residuals: nodes.map(() => 1e-3),
  errors: nodes.map(() => 1e-3),
});
const states = [
  state([2], ["open"]),
  state([-1, 40], ["open", "settled"]),
  state([-1, 1, 40], ["open", "ghost", "settled"]),
];

describe("the tree of Ritz values", () => {
  const view = densityView(run, [], { xAxis: "symlog", smoothing: "axis", width: 1 });
  if (view === null) throw new Error("no view");
  const count = (path: string) => path.split("M").length - 1;

  test("has a row of dots for every step so far, by kind", () => {
    const { dots } = treeGeometry(view, states, 3, frame, 3);
    expect([count(dots.open), count(dots.settled), count(dots.ghost)]).toEqual([3, 2, 1]);
    const early = treeGeometry(view, states, 1, frame, 3);
    expect([count(early.dots.open), count(early.dots.settled), count(early.dots.ghost)]).toEqual([1, 0, 0]);
  });

  test("grows downwards, towards the values of the last step", () => {
    const rows = [1, 2, 3].map((at) => treeGeometry(view, states, at, frame, 3).row);
    expect(rows).toEqual([60, 160, 260]);
    const { goals, stops } = treeGeometry(view, states, 3, frame, 3);
    expect(count(goals)).toBe(3);
    expect(stops).toEqual(stops.toSorted((a, b) => a - b));
  });

  test("reads a Ritz value with its error and its kind", () => {
    expect(treeReading(states[2], 1)).toBe("Ritz value 1.0000\n± 0.0010, a copy\nweight 0.33");
  });
});

describe("the tridiagonal matrix", () => {
  test("has its off-diagonal entries twice, and the lightest is the largest", () => {
    const cells = matrixCells([1, -100, 0], [10, 0.001]);
    expect(cells).toHaveLength(3 + 4);
    const at = (row: number, column: number) => cells.find((c) => c.row === row && c.column === column);
    expect(at(1, 1)?.fill).toBe("rgb(254, 232, 56)");
    expect(at(0, 1)?.fill).toBe(at(1, 0)?.fill);
    expect(at(2, 2)?.fill).toBe("rgb(0, 34, 78)");
  });
});

describe("errors against steps", () => {
  const series = [
    { name: "a", look: "first", values: [null, 1, 1e-3, 0] },
    { name: "b", look: "second", values: [1e-8] },
  ];

  test("stay on one scale while the lines grow", () => {
    const [early, late] = [3, 4].map((at) => convergenceGeometry(series, at, frame));
    expect(early.yTicks).toEqual(late.yTicks);
    expect(early.points[0]?.[0]).toBe(late.x(3));
    expect(late.paths[0].startsWith(early.paths[0])).toBe(true);
  });

  test("put what is not there nowhere, and zero on the floor", () => {
    const plot = convergenceGeometry(series, 4, frame);
    expect(plot.points).toEqual([[frame.right, frame.bottom], null]);
    expect(convergenceGeometry(series, 1, frame).points[0]).toBeNull();
  });
});

describe("the tables of a lesson", () => {
  test("hold every step", () => {
    expect(stepsCsv(states).split("\r\n")).toHaveLength(1 + 6 + 1);
    expect(tridiagonalCsv([1, 2, 3], [4, 5, 6], 2)).toBe("row,alpha,beta\r\n1,1,4\r\n2,2,5\r\n");
    expect(seriesCsv("step", [{ name: "a", look: "", values: [1, null] }])).toBe("step,a\r\n1,1\r\n2,\r\n");
  });
});
