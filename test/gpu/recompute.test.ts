import { afterAll, describe, expect, it } from "vitest";
import { linearize } from "../../src/autograd/linearize.ts";
import { lower } from "../../src/gpu/lower.ts";
import { MemoryRefusal, planMemory } from "../../src/gpu/plan.ts";
import { recomputing } from "../../src/gpu/recompute.ts";
import { VectorLayout } from "../../src/gpu/vectorLayout.ts";
import { chooseHessian } from "../../src/run/fit.ts";
import { HessianOperator } from "../../src/run/hessian.ts";
import { wholeBatch } from "../../src/run/partition.ts";
import { tinyConvNet, tinyMlp } from "../autograd/nets.ts";
import { dawn } from "./dawn.ts";
import { engines, example, hessianOf, products, randomVector } from "./examples.ts";
import { simulate } from "./simulate.ts";

afterAll(async () => {
  expect((await dawn()).faults).toEqual([]);
});

describe("residuals computed again", () => {
  it.each([
    ["a convolution net", tinyConvNet("relu", "eval", 8), 1],
    ["the same with the statistics of the batch", tinyConvNet("tanh", "batch", 8), 2],
    ["a perceptron", tinyMlp("tanh", 8), 1],
  ])("are there when they are read, in less memory: %s", (_, graph, probes) => {
    const layout = new VectorLayout(graph.params);
    const lowered = lower(linearize(graph), { layout, probes, maxBindings: 8 });
    const { bytes } = planMemory(lowered, probes);
    const all = bytes.residuals + bytes.temporaries;
    let found = 0;
    for (const share of [0.99, 0.95, 0.9, 0.8]) {
      const leaner = recomputing(lowered, probes, share * all);
      if (leaner === null) continue;
      const { plan, flops } = leaner;
      found++;
      expect(plan.bytes.residuals + plan.bytes.temporaries).toBeLessThanOrEqual(share * all);
      const work = (of: typeof lowered): number => of.tangent.reduce((sum, kernel) => sum + kernel.flops, 0);
      expect(work(leaner.lowered) - work(lowered)).toBe(flops);
      expect(flops).toBeGreaterThan(0);
      simulate(leaner.lowered, plan, probes);
    }
    expect(found).toBeGreaterThan(0);
    expect(recomputing(lowered, probes, 100)).toBeNull();
  });

  it("give the products of residuals that are kept, bit for bit, time after time", async () => {
    const net = example(tinyConvNet("relu", "eval", 8));
    const { graph, inputs, parameters } = net;
    const partition = wholeBatch(graph, inputs);
    const shared = await engines();
    const options = {
      ...shared,
      partition,
      parameters,
      probes: 1,
      krylovVectors: 0,
      advice: "",
      recompute: true,
    };
    const roomy = HessianOperator.plan({ ...options, budget: 1e9 });
    expect(roomy.recomputedFlops).toBe(0);
    const budget = roomy.bytes - 1;
    const plan = HessianOperator.plan({ ...options, budget });
    expect(plan.recomputedFlops).toBeGreaterThan(0);
    expect(plan.bytes).toBeLessThanOrEqual(budget);
    const lean = await HessianOperator.create({ ...options, budget }, plan);
    await lean.prepare();
    const whole = await hessianOf(net, 1, shared);
    for (const seed of [1, 2]) {
      const v = randomVector(parameters.length, seed);
      expect(await products(lean, [v])).toEqual(await products(whole, [v]));
    }
    expect(await lean.gradient()).toEqual(await whole.gradient());
    expect(lean.cost.flops).toBe(whole.cost.flops + plan.recomputedFlops);
    expect(lean.cost.usedBytes).toBeLessThan(budget);
    for (const operator of [lean, whole]) operator.destroy();
  });

  it("are a last resort, also for samples that depend on each other, and only where it is asked for", async () => {
    const { graph, inputs } = example(tinyConvNet("tanh", "batch", 8));
    const problem = { coupled: true, batch: { count: 8 }, cut: () => wholeBatch(graph, inputs) };
    const request = {
      ...{ gpu: (await engines()).gpu, problem, microBatch: null, probes: 1, krylovVectors: 0 },
      drawings: new Map(),
    };
    const roomy = chooseHessian({ ...request, budget: 1e9, recompute: true }).plan;
    expect(roomy.recomputedFlops).toBe(0);
    const budget = roomy.bytes - 1;
    expect(() => chooseHessian({ ...request, budget })).toThrow(MemoryRefusal);
    const { plan } = chooseHessian({ ...request, budget, recompute: true });
    expect(plan.recomputedFlops).toBeGreaterThan(0);
    expect(plan.bytes).toBeLessThanOrEqual(budget);
    expect(() => chooseHessian({ ...request, budget: roomy.bytes / 2, recompute: true })).toThrow(
      /^The run needs .*: use fewer Lanczos steps/,
    );
  });
});
