import { describe, expect, test } from "vitest";
import type { PrunePlan } from "../../src/run/protocol.ts";
import { prunePytorch } from "../../src/run/pruneExport.ts";
import { layerRows } from "../../src/store/layerTable.ts";
import { measuredPruning, pruneFile, pruneRequest, pruneTable, pruning } from "../../src/store/pruning.ts";
import { samplePrune } from "../ui/samplePrune.ts";
import { sampleRun } from "../ui/sampleRun.ts";

const controls = { pruneCost: "parameters", pruneKept: 0.55 } as const;
const table = samplePrune(pruneRequest(sampleRun(), controls, false));
const run = (...answers: readonly PrunePlan[]) =>
  sampleRun({ answers: answers.map((answer) => ({ kind: "prune", answer })) });

describe("channels that go", () => {
  test("are those that rise least for what they free, and one of each tensor stays", () => {
    const { within, curve } = pruning(table, "parameters");
    // By rise per weight: 0.06/360, 0.02/90, 0.1/90; the last one of each tensor stays.
    expect(within(1)?.removed).toEqual([[], []]);
    expect(within(0.9)).toMatchObject({ removed: [[], [1]], parameters: 630, channels: 1, kept: 630 / 990 });
    expect(within(0.55)).toMatchObject({ removed: [[2], [1]], parameters: 540, macs: 1800 + 360 });
    expect(within(0.5)?.removed).toEqual([[1, 2], [1]]);
    expect(within(0.2)).toBeNull();
    expect(curve.map(({ kept }) => Math.round(kept * 990))).toEqual([450, 540, 630, 990]);
    expect(curve[0].rise).toBeCloseTo(0.18, 12);
  });

  test("are counted by multiply-accumulates where these are scarce", () => {
    expect(pruning(table, "macs").within(0.8)?.removed).toEqual([[2], []]);
  });

  test("have the interval of channels that all err the same way, and a bound on every other choice", () => {
    const solved = pruning(table, "parameters").within(0.55);
    expect(solved?.rise.estimate).toBeCloseTo(0.08, 12);
    expect(solved?.rise.interval95?.[0]).toBeCloseTo(0.04, 12);
    expect(solved?.rise.interval95?.[1]).toBeCloseTo(0.16, 12);
    expect(solved?.leastRise).toBeGreaterThan(0.06);
    expect(solved?.leastRise).toBeLessThanOrEqual(0.08);
  });

  test("are measured by their places, and become the file of the headless command", () => {
    const known = pruning(table, "parameters");
    const solved = known.within(0.55);
    if (solved === null) throw new Error("no choice");
    const request = pruneRequest(sampleRun(), controls, true);
    expect(request).toEqual({
      ...{ tensors: [], probes: 4, measure: true },
      budget: { kind: "parameters", kept: 0.55 },
    });
    const answer = samplePrune(request, [[2], [1]]);
    const shown = run(table, answer);
    expect(pruneTable(shown)).toBe(answer);
    const measured = measuredPruning(shown, solved);
    expect(measured).toBe(answer.chosen);
    expect(measuredPruning(run(table), solved)).toBeNull();
    expect(pruneFile(known, solved, controls, measured).chosen).toBe(answer.chosen);
    const file = pruneFile(known, solved, controls, null);
    expect(file).toMatchObject({ request: { measure: false }, chosen: { channels: 2, measured: null } });
    expect(prunePytorch(file)).toContain('"conv1.weight": (0, [2]),');
  });

  test("have their column in the table of layers", () => {
    const [conv, linear] = layerRows(run(table), null).map(({ channelRise }) => channelRise);
    expect(conv).toBeCloseTo(0.14, 12);
    expect(linear).toBeCloseTo(0.23, 12);
  });
});
