import { describe, expect, test } from "vitest";
import { defaultValues } from "../../src/store/controls.ts";
import { layerRows } from "../../src/store/layerTable.ts";
import { tableRequest } from "../../src/store/planRequests.ts";
import { exactPattern } from "../../src/store/tensorPatterns.ts";
import { bitsGeometry } from "../../src/ui/charts/bitsGeometry.ts";
import { type FrontFigure, frontGeometry } from "../../src/ui/charts/frontGeometry.ts";
import { barOf, columnsOf, grouped, sorted } from "../../src/ui/layers/columns.ts";
import { costAxis, costText } from "../../src/ui/layers/units.ts";
import { samplePlan } from "./samplePlan.ts";
import { sampleRun } from "./sampleRun.ts";

const frame = { left: 50, right: 450, top: 10, bottom: 210 };

describe("the front of bit plans", () => {
  const figure: FrontFigure = {
    range: [100, 500],
    front: [
      { cost: 100, loss: 1 },
      { cost: 300, loss: 0.1 },
      { cost: 500, loss: 0.01 },
    ],
    uniform: [{ bits: 4, cost: 300, loss: 0.2 }],
    chosen: { cost: 300, loss: 0.1, interval: [0.05, 0.2] },
    ...{ budget: 320, measured: [{ cost: 300, loss: 0.13, chosen: true }], divisor: 1 },
  };

  test("is a staircase down to the right: between two plans the cheaper one is the best", () => {
    const { path, stops } = frontGeometry(figure, frame);
    const points = [...path.matchAll(/[ML]([\d.]+),([\d.]+)/g)].map(([, x, y]) => [Number(x), Number(y)]);
    expect(points).toHaveLength(5);
    for (let i = 1; i < points.length; i++) {
      const [dx, dy] = [points[i][0] - points[i - 1][0], points[i][1] - points[i - 1][1]];
      expect(dx * dy).toBe(0);
      expect(dx + dy).toBeGreaterThan(0);
    }
    expect(stops).toEqual([58, 250, 442]);
  });

  test("puts plan, interval, measurement and budget where their numbers are", () => {
    const shape = frontGeometry(figure, frame);
    const [x, y] = shape.chosen?.at ?? [0, 0];
    expect(x).toBe(250);
    const [low, high] = shape.chosen?.whisker ?? [0, 0];
    expect(low).toBeGreaterThan(y);
    expect(high).toBeLessThan(y);
    expect(shape.measured[0].at[1]).toBeLessThan(y);
    expect(shape.budget).toBeCloseTo(269.2, 6);
    expect(shape.costAt(shape.budget)).toBeCloseTo(320, 6);
    expect(shape.floor).toBeNull();
  });

  test("keeps a row for rises that a logarithm does not show", () => {
    const shape = frontGeometry({ ...figure, front: [...figure.front, { cost: 510, loss: -0.1 }] }, frame);
    expect(shape.floor).toBe(201);
    expect(shape.path.endsWith(`,${shape.floor}`)).toBe(true);
  });

  test("stands with one plan, and with none", () => {
    const one = { range: [7, 7], front: [{ cost: 7, loss: 0 }], uniform: [], chosen: null } as const;
    for (const front of [one.front, []]) {
      const shape = frontGeometry({ ...one, front, budget: 7, measured: [], divisor: 1 }, frame);
      expect([shape.budget, ...shape.stops].every(Number.isFinite)).toBe(true);
    }
  });
});

test("bars of bits are as high as the bits, in stretches of the network", () => {
  const bar = (name: string, group: string, bits: number) => ({ name, group, bits, note: "" });
  const shape = bitsGeometry([bar("a", "one", 2), bar("b", "one", 8), bar("c", "two", 4)], frame);
  expect(shape.bars.map(({ height }) => height)).toEqual([50, 200, 100]);
  expect(shape.groups.map(({ name }) => name)).toEqual(["one", "two"]);
  expect(shape.groups[0].to).toBeLessThan(shape.groups[1].from);
});

describe("the table of layers", () => {
  const rows = layerRows(sampleRun(), samplePlan(tableRequest(defaultValues)));
  const columns = columnsOf({ widths: [2, 4], bits: null, alone: null });
  const names = (key: string, descending: boolean) =>
    sorted(rows, columns, { key, descending }).map(({ name }) => name);

  test("sorts by a column either way, within the parts of the network and between them", () => {
    expect(names("mean", true)).toEqual(["conv1.weight", "linear.weight"]);
    expect(names("size", true)).toEqual(["linear.weight", "conv1.weight"]);
    expect(names("size", false)).toEqual(["conv1.weight", "linear.weight"]);
    expect(grouped(rows, columns, { key: "size", descending: true }).map(({ name }) => name)).toEqual([
      "linear",
      "conv1",
    ]);
    expect(sorted(rows, columns, null)).toBe(rows);
  });

  test("has a column for each width, and puts what is not known last", () => {
    expect(columns.map(({ key }) => key)).toContain("rise4");
    const partly = [{ ...rows[0], macs: null }, rows[1]];
    expect(sorted(partly, columns, { key: "macs", descending: false })[0]).toBe(rows[1]);
    expect(sorted(partly, columns, { key: "macs", descending: true })[0]).toBe(rows[1]);
  });

  test("draws a bar by the size of a number, and none where nothing is known", () => {
    expect([barOf(2, 8), barOf(-8, 8), barOf(null, 8), barOf(1, 0)]).toEqual([0.25, 1, 0, 0]);
  });
});

test("costs are written in their units", () => {
  expect(costText("size", 134_168)).toBe("134 kB");
  expect(costText("bops", 2.5e9)).toBe("2.50 G bit operations");
  expect(costText("latency", 0.125)).toBe("0.125 ms");
  expect(costAxis("size", 268_336)).toEqual({ title: "size of the weights (kB)", divisor: 1000 });
  expect(costAxis("bops", 4e9)).toEqual({ title: "bit operations per sample (G)", divisor: 1e9 });
});

test("a tensor has a pattern of its own, unless its letters cannot stand in one and fit another too", () => {
  expect(exactPattern("layer1.0.conv1.weight", ["layer1.0.conv1.weight"])).toBe("layer1.0.conv1.weight");
  expect(exactPattern("a b, c", ["a b, c", "a b, cd"])).toBe("a?b??c");
  expect(exactPattern("a+b", ["a+b", "a-b"])).toBeNull();
});
