import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { interpret } from "../../src/autograd/interpret.ts";
import { unflatten } from "../../src/model/index.ts";
import type { LocalEngine } from "../../src/run/engine.ts";
import { loadModel } from "../../src/run/load.ts";
import { poseProblem } from "../../src/run/problem.ts";
import type { BitPlan, PlanRequest } from "../../src/run/protocol.ts";
import { answersTo } from "../../src/run/questions.ts";
import { quantise } from "../../src/spectrum/index.ts";
import { mlp, settings, vectors } from "./files.ts";
import { engineOn, finished, silent, WatchedGpu } from "./host.ts";

const gpu = new WatchedGpu();
let engine: LocalEngine;

beforeAll(async () => {
  engine = engineOn(gpu.entry);
  expect((await engine.load(mlp(), vectors())).kind).toBe("loaded");
  finished(await engine.run(settings({ steps: 1, probes: 1, traceProbes: 30 }), silent));
});
afterAll(() => engine.destroy());

const request = (more: Partial<PlanRequest> = {}): PlanRequest => ({
  ...{ bits: [8, 4], scheme: "symmetric", granularity: "channel", groupSize: 4 },
  ...{ cost: "size", budget: { kind: "fraction", value: 0.5 }, activationBits: null, latency: [] },
  ...{ tied: [], measure: "nothing" },
  ...more,
});

async function planned(more: Partial<PlanRequest> = {}): Promise<BitPlan> {
  const outcome = await engine.ask({ kind: "plan", request: request(more) }, silent);
  if (outcome.kind !== "done") throw new Error(JSON.stringify(outcome));
  const plan = answersTo(outcome.result, "plan").at(-1);
  if (plan === undefined) throw new Error("no plan in the result");
  return plan;
}

async function refusal(more: Partial<PlanRequest>): Promise<string> {
  const outcome = await engine.ask({ kind: "plan", request: request(more) }, silent);
  if (outcome.kind !== "refused") throw new Error(`expected a refusal, found ${outcome.kind}`);
  return outcome.message;
}

/** Loss in float64 with some tensors quantised. */
async function lossInFloat64(bits: Readonly<Record<string, number>>, scheme = request()): Promise<number> {
  const loaded = await loadModel(mlp(), vectors(), () => Promise.reject(new Error("no bundled files")));
  const { graph, parameters, inputs } = poseProblem(loaded, settings());
  const weights = parameters.slice();
  for (const { name, fileShape, offset, size } of graph.params) {
    if (!(name in bits)) continue;
    const own = parameters.subarray(offset, offset + size);
    weights.set(quantise(own, fileShape, { ...scheme, bits: bits[name] }).values, offset);
  }
  const values = Object.entries(inputs).map(([name, x]) => [name, Float64Array.from(x)] as const);
  const leaves = { params: unflatten(graph.params, weights), inputs: Object.fromEntries(values) };
  return interpret(graph, leaves, ["loss"]).loss[0];
}

describe("a bit plan", () => {
  it("predicts by the traces of the run, and is the best of all combinations within the budget", async () => {
    const before = gpu.liveBytes;
    const plan = await planned();
    expect(gpu.liveBytes).toBe(before);
    expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
    expect(plan.layers.map(({ name, size, macs }) => [name, size, macs])).toEqual([
      ["fc1.weight", 35, 35],
      ["fc2.weight", 15, 15],
    ]);
    expect(plan.unquantised).toBe(8);
    expect(plan.request.bits).toEqual([4, 8]);
    for (const { meanTrace, options } of plan.layers)
      for (const { loss, interval95, squaredError } of options) {
        expect(loss).toBeCloseTo((meanTrace.estimate * squaredError) / 2, 14);
        expect(interval95?.[1]).toBeCloseTo(((meanTrace.interval95?.[1] ?? 0) * squaredError) / 2, 14);
      }
    const [first, second] = plan.layers.map(({ options }) => options);
    const all = first.flatMap((a) =>
      second.map((b) => ({ bits: [a.bits, b.bits], cost: a.cost + b.cost, loss: a.loss + b.loss })),
    );
    const budget = 25 + 0.5 * 25;
    const best = all.filter(({ cost }) => cost <= budget).toSorted((a, b) => a.loss - b.loss)[0];
    expect(plan.chosen).toMatchObject({ budget, cost: best.cost, measured: null });
    expect(plan.chosen?.rise.estimate).toBeCloseTo(best.loss, 12);
    expect(plan.layers.map(({ bits }) => bits)).toEqual(best.bits);
    expect(plan.uniform.map(({ cost }) => cost)).toEqual([25, 50]);
    expect(plan.front.length).toBe(plan.frontSize);
  });

  it("measures the loss of the plan and of each layer alone, as float64 does", async () => {
    const plan = await planned({ measure: "layers", bits: [2, 3] });
    const before = await lossInFloat64({});
    const bits = Object.fromEntries(plan.layers.map(({ name, bits: width }) => [name, width ?? 0]));
    const whole = await lossInFloat64(bits);
    expect(plan.chosen?.measured?.loss).toBeCloseTo(whole, 6);
    expect(plan.chosen?.measured?.rise).toBeCloseTo(whole - before, 6);
    expect(Math.abs(whole - before)).toBeGreaterThan(1e-3);
    for (const { name, bits: width, measured } of plan.layers) {
      expect(measured?.rise).toBeCloseTo((await lossInFloat64({ [name]: width ?? 0 })) - before, 6);
      expect(measured?.accuracy).toBeTypeOf("number");
    }
  });

  it("slope and curvature along the error predict what is measured, up to the third order", async () => {
    for (const [width, tolerance] of [
      [5, 0.05],
      [7, 0.01],
    ]) {
      const plan = await planned({ measure: "plan", bits: [width], granularity: "tensor" });
      const bits = Object.fromEntries(plan.layers.map(({ name }) => [name, width]));
      const scheme = request({ granularity: "tensor" });
      const rise = (await lossInFloat64(bits, scheme)) - (await lossInFloat64({}));
      const { firstOrder = 0, secondOrder = 0 } = plan.chosen?.measured ?? {};
      const both = Math.abs(firstOrder) + Math.abs(secondOrder);
      expect(Math.abs(firstOrder + secondOrder - rise)).toBeLessThan(tolerance * both);
      // Without the curvature it would be further off.
      expect(Math.abs(firstOrder - rise)).toBeGreaterThan(Math.abs(firstOrder + secondOrder - rise));
    }
  });

  it("gives tied layers the same bits, and takes bit operations, times and amounts as budgets", async () => {
    const tied = await planned({
      tied: [["fc*.weight"]],
      cost: "bops",
      budget: { kind: "fraction", value: 0.9 },
    });
    expect(tied.layers.map(({ bits }) => bits)).toEqual([4, 4]);
    expect(tied.frontSize).toBe(2);
    expect(tied.chosen).toMatchObject({ cost: 50 * 16, budget: 50 * 16 + 0.9 * 50 * 48 });
    const amount = await planned({ budget: { kind: "absolute", value: 50 } });
    expect(amount.layers.map(({ bits }) => bits)).toEqual([8, 8]);
    const latency = ["fc1.weight", "fc2.weight"].flatMap((layer, i) => [
      { layer, bits: 4, ms: 1 + i },
      { layer, bits: 8, ms: 5 + i },
    ]);
    const timed = await planned({ cost: "latency", latency, budget: { kind: "absolute", value: 7.5 } });
    expect(timed.chosen?.cost).toBe(7);
    const table = await planned({ budget: null });
    expect([table.chosen, table.layers[0].bits]).toEqual([null, null]);
  });

  it("leaves out the weight decay of the run's matrix, and looks at its block only", async () => {
    const run = { steps: 1, probes: 1, traceProbes: 30, params: ["fc2.*"] };
    finished(await engine.run(settings(run), silent));
    const plain = await planned({ measure: "plan" });
    finished(await engine.run(settings({ ...run, weightDecay: 0.5 }), silent));
    const decayed = await planned({ measure: "plan" });
    expect(plain.layers.map(({ name }) => name)).toEqual(["fc2.weight"]);
    expect(plain.unquantised).toBe(58 - 15);
    const close = (got: number | undefined, want: number | undefined) =>
      expect(Math.abs((got ?? Number.NaN) - (want ?? Number.NaN))).toBeLessThan(1e-5 * Math.abs(want ?? 0));
    close(decayed.layers[0].meanTrace.estimate, plain.layers[0].meanTrace.estimate);
    close(decayed.chosen?.rise.estimate, plain.chosen?.rise.estimate);
    close(decayed.chosen?.measured?.secondOrder, plain.chosen?.measured?.secondOrder);
    finished(
      await engine.run(settings({ steps: 1, probes: 1, traceMethod: "exact", operator: "ggn" }), silent),
    );
    const exact = await planned();
    expect(exact.traceSamples).toBe(0);
    expect(exact.chosen?.rise.standardError).toBe(0);
    finished(await engine.run(settings({ steps: 1, probes: 1, traceProbes: 30 }), silent));
  });
});

describe("a bit plan is refused, with a way out,", () => {
  it.each([
    [{ bits: [1, 4] }, "A plan chooses from whole numbers of bits from 2 to 8, not from 1, 4."],
    [{ granularity: "group", groupSize: 0 }, "A group has at least 1 weight, not 0."],
    [{ activationBits: 0 }, "Activations have 1 to 64 bits, not 0."],
    [
      { budget: { kind: "absolute", value: 10 } },
      "No plan stays within 10 bytes: the cheapest takes 25. Raise the budget or allow fewer bits.",
    ],
    [
      { cost: "latency", latency: [{ layer: "fc1.weight", bits: 4, ms: 1 }] },
      "The latency table has no time of fc1.weight at 8 bits: add a line fc1.weight,8,MS.",
    ],
    [{ tied: [["conv*"]] }, /a pattern that fits a tensor/],
  ] as const)("%j", async (more, message) => {
    expect(await refusal(more as Partial<PlanRequest>)).toMatch(message);
  });
});
