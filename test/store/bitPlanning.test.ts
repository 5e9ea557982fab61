import { describe, expect, test } from "vitest";
import { planCsv, planPytorch } from "../../src/run/planExport.ts";
import type { LayerSpectrum, RunResult } from "../../src/run/protocol.ts";
import { type Planning, planning } from "../../src/store/bitPlanning.ts";
import { defaultValues } from "../../src/store/controls.ts";
import { densityView } from "../../src/store/densityView.ts";
import {
  blockSpectrum,
  densityRequest,
  densitySource,
  subsetsRequest,
  topsRequest,
} from "../../src/store/layerSpectra.ts";
import { layerRows } from "../../src/store/layerTable.ts";
import { measuredPlans, measurementOf, planFile } from "../../src/store/measuredPlans.ts";
import {
  type PlanControls,
  planRequest,
  planTable,
  tableRequest,
  tiedOf,
} from "../../src/store/planRequests.ts";
import { samplePlan } from "../ui/samplePlan.ts";
import { sampleRun } from "../ui/sampleRun.ts";

const controls = (changes: Partial<PlanControls> = {}): PlanControls => ({ ...defaultValues, ...changes });
const table = samplePlan(tableRequest(controls()));
const run = (...plans: readonly ReturnType<typeof samplePlan>[]): RunResult =>
  sampleRun({ answers: plans.map((answer) => ({ kind: "plan", answer })) });

function planned(
  changes: Partial<PlanControls> = {},
  latency: Parameters<typeof planning>[2] = [],
): Planning {
  const found = planning(table, controls(changes), latency);
  if (!found.ok) throw new Error(found.message);
  return found.value;
}

describe("a plan without the engine", () => {
  test("is the best of all combinations within each budget", () => {
    const { best, range } = planned({ planBits: "2,3,5,8" });
    const [conv, linear] = table.layers;
    const all = conv.options
      .filter(({ bits }) => [2, 3, 5, 8].includes(bits))
      .flatMap((a) =>
        linear.options
          .filter(({ bits }) => [2, 3, 5, 8].includes(bits))
          .map((b) => ({
            bits: [a.bits, b.bits],
            cost: (270 * a.bits + 720 * b.bits) / 8,
            loss: a.loss + b.loss,
          })),
      );
    expect(range).toEqual([(990 * 2) / 8, 990]);
    for (const fraction of [0, 0.1, 0.37, 0.62, 1]) {
      const budget = range[0] + fraction * (range[1] - range[0]);
      const expected = all
        .filter(({ cost }) => cost <= budget * (1 + 1e-9))
        .toSorted((a, b) => a.loss - b.loss)[0];
      const found = best(fraction);
      expect(found).toMatchObject({ bits: expected.bits, cost: expected.cost });
      expect(found?.rise.estimate).toBeCloseTo(expected.loss, 12);
      expect(found?.rise.interval95?.[1]).toBeCloseTo(1.5 * expected.loss, 12);
    }
  });

  test("counts bit operations with bits of activations, or as many as the weights", () => {
    expect(planned({ planCost: "bops" }).range).toEqual([9900 * 4, 9900 * 64]);
    expect(planned({ planCost: "bops", planActivations: 8 }).range).toEqual([9900 * 16, 9900 * 64]);
  });

  test("takes the reader's times, and names the first one that is missing", () => {
    const times = ["conv1.weight", "linear.weight"].flatMap((layer, i) => [
      { layer, bits: 4, ms: 1 + i },
      { layer, bits: 8, ms: 4 + i },
    ]);
    const { range, best } = planned({ planCost: "latency", planBits: "4,8" }, times);
    expect(range).toEqual([3, 9]);
    expect(best(0.5)?.cost).toBe(6);
    expect(planning(table, controls({ planCost: "latency" }), times)).toEqual({
      ok: false,
      message: "The latency table has no time of conv1.weight at 2 bits: add a line conv1.weight,2,MS.",
    });
  });

  test("gives tied layers the same bits, and says which pattern fits none", () => {
    const { best, front } = planned({ planTied: "conv1.weight, linear.*" });
    expect(front).toHaveLength(3);
    expect(best(0.5)?.bits).toEqual([4, 4]);
    expect(tiedOf({ planTied: " a, b ; ;c*" })).toEqual([["a", "b"], ["c*"]]);
    const refused = planning(table, controls({ planTied: "fc*" }), []);
    expect(refused).toMatchObject({ ok: false, message: expect.stringContaining('"fc*"') });
  });
});

describe("the answers of a run", () => {
  test("speak for the rounding and the trace that they were made with, and for the widths that they hold", () => {
    expect(planTable(run(table), controls())).toBe(table);
    expect(planTable(run(), controls())).toBeNull();
    expect(planTable(run(table), controls({ planScheme: "asymmetric" }))).toBeNull();
    expect(planTable(run(table), controls({ planGroup: 32 }))).toBe(table);
    expect(planTable(run(samplePlan(tableRequest(controls()), 2)), controls())).toBeNull();
    const narrow = samplePlan(planRequest(controls({ planBits: "4,8" }), [], "plan"));
    expect(planTable(run(table, narrow), controls())).toBe(table);
    expect(planTable(run(table, narrow), controls({ planBits: "4" }))).toBe(narrow);
  });

  test("lend a measurement to every budget that leads to the same bits", () => {
    const answer = samplePlan(planRequest(controls({ planBudget: 0.4 }), [], "plan"));
    const all = measuredPlans(run(table, answer), controls(), planned());
    expect(all).toHaveLength(1);
    const bits = planned().best(0.4)?.bits ?? [];
    expect(all[0]).toMatchObject({ bits, cost: planned().best(0.4)?.cost, whole: answer.chosen?.measured });
    expect(measurementOf(all, bits)).toBe(all[0]);
    expect(measurementOf(all, [8, 8])).toBeNull();
    expect(measuredPlans(run(table, answer), controls({ planScale: "tensor" }), planned())).toEqual([]);
  });

  test("become the file of the headless command", () => {
    const values = controls({ planBudget: 0.4 });
    const known = planned({ planBudget: 0.4 });
    const solved = known.best(0.4);
    if (solved === null) throw new Error("no plan");
    const answer = samplePlan(planRequest(values, [], "layers"));
    const [measured] = measuredPlans(run(answer), values, known);
    expect(planFile(known, solved, values, measured)).toEqual(answer);
    const bare = planFile(known, solved, values, null);
    expect(bare.request.measure).toBe("nothing");
    expect(bare.chosen).toMatchObject({ cost: solved.cost, measured: null });
    expect(planCsv(bare).trim().split("\n")).toHaveLength(1 + 2 * 3);
    expect(planPytorch(bare)).toContain(`"linear.weight": ${solved.bits[1]},`);
  });
});

test("the table of layers has the weights alone, with what is known of them", () => {
  const bare = layerRows(sampleRun(), null);
  expect(bare.map(({ name, group, macs, options }) => [name, group, macs, options.length])).toEqual([
    ["conv1.weight", "conv1", null, 0],
    ["linear.weight", "linear", null, 0],
  ]);
  expect(bare[0].perParameter).toEqual({ estimate: 0.1, interval95: [20.6 / 270, 33.4 / 270] });
  expect(layerRows(sampleRun(), table)[1]).toMatchObject({ macs: 7200, options: table.layers[1].options });
});

describe("the block of a layer", () => {
  const end = (value: number) => ({ value, residual: 0, converged: true });
  const layer = (name: string, top: number, dense: boolean): LayerSpectrum => ({
    ...{ name, size: 270, top: end(top), bottom: end(-1), steps: 2 },
    density: dense ? { nodes: [-1, top], weights: [0.75, 0.25] } : null,
  });
  const answer = (...layers: readonly LayerSpectrum[]) =>
    ({
      kind: "layerSpectra",
      answer: { request: topsRequest, layers, tensors: 2, products: 9, memory: "all vectors" },
    }) as const;
  const measured = sampleRun({
    answers: [answer(layer("conv1.weight", 5, true)), answer(layer("conv1.weight", 6, false))],
  });

  test("is the one whose density is known, and feeds the table", () => {
    const block = blockSpectrum(measured, "conv1.weight");
    expect(block?.top.value).toBe(5);
    expect(blockSpectrum(measured, "linear.weight")).toBeNull();
    expect(layerRows(measured, null).map(({ top }) => top?.value ?? null)).toEqual([5, null]);
  });

  test("has its spread over subsets of the batch in the table", () => {
    const spread = {
      ...{ name: "linear.weight", size: 720, values: [1, 3], converged: true },
      ...{ mean: 2, std: 1.5, qbert: 3.5 },
    };
    const request = subsetsRequest(sampleRun());
    if (request === null) throw new Error("a batch of 128 has subsets");
    expect(request.subsets).toBe(5);
    const known = sampleRun({
      answers: [
        { kind: "subsetEigenvalues", answer: { request, samples: 25, layers: [spread], products: 8 } },
      ],
    });
    expect(layerRows(known, null).map(({ subsets }) => subsets?.qbert ?? null)).toEqual([null, 3.5]);
    const { settings } = sampleRun();
    expect(subsetsRequest(sampleRun({ settings: { ...settings, batchSize: 1 } }))).toBeNull();
  });

  test("is drawn like the density of a run, by its own size", () => {
    const block = blockSpectrum(measured, "conv1.weight");
    const source = block === null ? null : densitySource(block);
    const view = source === null ? null : densityView(source, [], defaultValues);
    expect(view?.oneInN).toBeCloseTo(1 / 270, 12);
    expect(view?.stems.map(({ theta, weight }) => [theta, weight])).toEqual([
      [-1, 0.75],
      [5, 0.25],
    ]);
    expect(densitySource(layer("linear.weight", 1, false))).toBeNull();
    expect(densityRequest("linear.weight", 7)).toEqual({
      tensors: ["linear.weight"],
      steps: 7,
      density: true,
    });
  });
});
