import { afterAll, describe, expect, it } from "vitest";
import { summary } from "../../src/cli/summary.ts";
import { chooseHessian } from "../../src/run/fit.ts";
import { HessianOperator } from "../../src/run/hessian.ts";
import { loadModel } from "../../src/run/load.ts";
import { cutBatch, type Partition } from "../../src/run/partition.ts";
import { type Problem, poseProblem } from "../../src/run/problem.ts";
import type { RunOutcome, RunSettings } from "../../src/run/protocol.ts";
import { tinyConvNet } from "../autograd/nets.ts";
import { dawn } from "../gpu/dawn.ts";
import {
  engines,
  example,
  hessianOf,
  inFloat64,
  products,
  randomVector,
  relativeError,
} from "../gpu/examples.ts";
import { images, mlp, resnet8, settings, vectors } from "./files.ts";
import { engineOn, finished, silent, WatchedGpu } from "./host.ts";

afterAll(async () => {
  expect((await dawn()).faults, "errors that no call reported").toEqual([]);
});

const sizes = { probes: 2, krylovVectors: 0, budget: 1e9 };

describe("a convolutional network on seven samples", () => {
  const whole = example(tinyConvNet("tanh", "eval", 7), 7);
  const directions = [1, 2].map((seed) => randomVector(whole.parameters.length, seed));
  const exact = directions.map((v) => inFloat64(whole, v));
  const { x, targets, ...states } = whole.inputs;

  /** The batch in parts, with its targets times a factor. */
  function cut(samples: number, factor = 1): Partition {
    const batch = { count: 7, shape: [7, 5, 5, 2], labels: new Int32Array(7), inputs: { x } };
    const weighted = Float32Array.from(targets, (t) => factor * t);
    const { part, rows } = cutBatch({ ...batch, targets: weighted }, samples);
    const inputsOf = (index: number) => ({ ...part(index).inputs, ...part(index).goal });
    return { graph: tinyConvNet("tanh", "eval", samples), samples, states, rows, inputsOf };
  }

  it.each([7, 3, 2, 1])("is the same operator %i at a time", async (samples) => {
    const operator = await hessianOf({ ...whole, partition: cut(samples) }, 2);
    expect(operator.microBatch).toBe(samples);
    const { loss, logits, gradient } = exact[0];
    expect(Math.abs((await operator.loss()) - loss)).toBeLessThan(1e-6 * loss);
    expect(relativeError(await operator.logits(), logits)).toBeLessThan(1e-6);
    expect(relativeError(await operator.gradient(), gradient)).toBeLessThan(1e-6);
    const got = await products(operator, directions);
    got.forEach((hv, i) => {
      expect(relativeError(hv, exact[i].hv)).toBeLessThan(1e-6);
    });
    // Nothing of the last part is left behind.
    expect(await products(operator, directions)).toEqual(got);
    operator.destroy();
  });

  it("sees exactly nothing of samples without weight", async () => {
    const operator = await hessianOf({ ...whole, partition: cut(3, 0) }, 2);
    const zero = new Float64Array(whole.parameters.length);
    expect(Math.abs(await operator.loss())).toBe(0);
    expect(await operator.gradient()).toEqual(zero);
    for (const hv of await products(operator, directions)) expect(hv.every((h) => h === 0)).toBe(true);
    operator.destroy();
  });
});

describe("the samples computed at once", () => {
  async function pose(bn: "eval" | "batch"): Promise<Problem> {
    const loaded = await loadModel(resnet8(), images(32, 32), () => Promise.reject(new Error("not here")));
    return poseProblem(loaded, { bn, start: 0, batchSize: 6 });
  }
  const planOf = async (problem: Problem, samples: number) => {
    const { parameters } = problem;
    const options = { ...(await engines()), ...sizes, parameters, partition: problem.cut(samples) };
    return HessianOperator.plan({ ...options, advice: "" }).bytes;
  };

  it("decide the memory that is planned", async () => {
    const problem = await pose("eval");
    const bytes: number[] = [];
    for (const samples of [6, 3, 2, 1]) bytes.push(await planOf(problem, samples));
    expect(bytes).toEqual(bytes.toSorted((a, b) => b - a));
    expect(bytes[3]).toBeLessThan(0.5 * bytes[0]);
  });

  it("are as many as the budget allows, with all vectors of a product", async () => {
    const problem = await pose("eval");
    const budget = await planOf(problem, 2);
    const request = { ...(await engines()), ...sizes, problem, microBatch: null };
    const { options, plan } = chooseHessian({ ...request, budget });
    expect(options.partition.samples).toBe(2);
    expect(plan.bytes).toBe(budget);
    expect(options.probes).toBe(sizes.probes);
    expect(() => chooseHessian({ ...request, microBatch: 4, budget })).toThrow(
      /^The run needs .*: use a smaller micro-batch, or leave it automatic\.$/,
    );
  });

  it("are all of them where BatchNorm takes its statistics from the batch", async () => {
    const problem = await pose("batch");
    const coupled =
      "BatchNorm with the statistics of the batch couples its samples, so that they cannot be computed in parts";
    const request = { ...(await engines()), ...sizes, problem };
    expect(() => chooseHessian({ ...request, microBatch: 3 })).toThrow(
      `${coupled}: leave the micro-batch automatic, or use running statistics.`,
    );
    const budget = await planOf(problem, 3);
    expect(() => chooseHessian({ ...request, microBatch: null, budget })).toThrow(
      `${coupled}: use at most 3 of them, or running statistics.`,
    );
  });
});

describe("the engine", () => {
  const gpu = new WatchedGpu();
  async function measured(more: Partial<RunSettings>, budget?: number): Promise<RunOutcome> {
    const engine = engineOn(gpu.entry, budget);
    expect((await engine.load(mlp(), vectors())).kind).toBe("loaded");
    const outcome = await engine.run(settings({ batchSize: 11, steps: 12, ...more }), silent);
    if (outcome.kind !== "done") return outcome;
    const sliced = await engine.slice({ end: "top", place: 0 }, { radius: 0.5, points: 5 }, silent);
    engine.destroy();
    return sliced;
  }

  it("has the same spectrum, trace and slice with a batch in parts", async () => {
    const whole = finished(await measured({}));
    const parts = finished(await measured({ microBatch: 4 }));
    expect([whole.microBatch, parts.microBatch]).toEqual([11, 4]);
    expect(parts.settings.microBatch).toBe(4);
    expect(parts.accuracy).toBe(whole.accuracy);
    expect(parts.loss).toBeCloseTo(whole.loss, 6);
    expect(parts.gradientNorm).toBeCloseTo(whole.gradientNorm, 6);
    parts.eigenvalues.top.forEach(({ value }, i) => {
      expect(value).toBeCloseTo(whole.eigenvalues.top[i].value, 5);
    });
    expect(parts.trace.estimate).toBeCloseTo(whole.trace.estimate, 5);
    expect(relativeError(parts.slices[0].loss, whole.slices[0].loss)).toBeLessThan(1e-6);
    expect(parts.checks.filter((c) => !c.passed)).toEqual([]);
  });

  it("cuts a batch into parts by itself where its budget asks for it, and its slices too", async () => {
    const loaded = await loadModel(mlp(), vectors(), () => Promise.reject(new Error("not here")));
    const problem = poseProblem(loaded, { bn: "eval", start: 0, batchSize: 11 });
    const { parameters } = problem;
    // What the session asks for: 12 steps with room for 20 more.
    const options = { ...(await engines()), ...sizes, parameters, probes: 1, krylovVectors: 33 };
    const { bytes } = HessianOperator.plan({ ...options, partition: problem.cut(4), advice: "" });
    const { microBatch, checks, slices } = finished(await measured({ probes: 1, traceProbes: 1 }, bytes));
    expect(microBatch).toBe(4);
    expect(slices).toHaveLength(1);
    expect(checks.filter((c) => !c.passed)).toEqual([]);
  });

  it("lets go of a probe's basis rather than refuse a run", async () => {
    const loaded = await loadModel(mlp(), vectors(), () => Promise.reject(new Error("not here")));
    const problem = poseProblem(loaded, { bn: "eval", start: 0, batchSize: 11 });
    const { parameters } = problem;
    const options = { ...(await engines()), ...sizes, parameters, probes: 1, krylovVectors: 2 * 33 };
    const { bytes } = HessianOperator.plan({ ...options, partition: problem.cut(11), advice: "" });
    // One byte less than both probes' bases take, though a quarter of it would hold their numbers.
    expect((bytes - 1) / 4).toBeGreaterThan(2 * 33 * 4 * parameters.length);
    expect(finished(await measured({ microBatch: 11 }, bytes - 1)).microBatch).toBe(11);
  });

  it("keeps two vectors where no basis fits, and claims the density alone", async () => {
    const loaded = await loadModel(mlp(), vectors(), () => Promise.reject(new Error("not here")));
    const problem = poseProblem(loaded, { bn: "eval", start: 0, batchSize: 11 });
    const { parameters } = problem;
    const options = { ...(await engines()), ...sizes, parameters, probes: 1, krylovVectors: 4 };
    const { bytes } = HessianOperator.plan({ ...options, partition: problem.cut(1), advice: "" });
    const engine = engineOn(gpu.entry, bytes);
    await engine.load(mlp(), vectors());
    const asked = settings({ batchSize: 11, steps: 40, probes: 1, traceProbes: 1 });
    const run = finished(await engine.run(asked, silent));
    expect(run.eigenvalues).toEqual({ top: [], bottom: [] });
    const { nodes, weights, densityOnly } = run.spectrum;
    const ghosts = densityOnly?.ghosts ?? 0;
    expect(ghosts).toBeGreaterThan(0);
    expect(summary(run, false)).toContain(
      `no reorthogonalisation, because the Krylov basis does not fit: density only, no list of eigenvalues (${ghosts} of 40 Ritz values are copies)`,
    );
    const checks = run.checks.map(({ name }) => name);
    expect(checks).toEqual(expect.arrayContaining(["sum of weights", "moments 1 to 4", "symmetry"]));
    expect(checks).not.toContain("orthogonality");
    expect(run.checks.filter(({ passed }) => !passed)).toEqual([]);
    const whole = finished(await measured({ probes: 1, traceProbes: 1, steps: 40 }));
    // One byte less than a basis of these steps takes on the device.
    const basis = { ...options, krylovVectors: 41, partition: problem.cut(1), advice: "" };
    const host = engineOn(gpu.entry, HessianOperator.plan(basis).bytes - 1, 1e9);
    await host.load(mlp(), vectors());
    const kept = finished(await host.run(asked, silent));
    const { basisInHostMemory } = kept.spectrum;
    expect(basisInHostMemory?.bytes).toBeGreaterThanOrEqual(41 * 4 * parameters.length);
    expect(kept.spectrum).not.toHaveProperty("densityOnly");
    expect(summary(kept, false)).toContain(
      "the Krylov basis did not fit the GPU: 1 MB in the computer's memory, read four times a step",
    );
    expect(kept.checks.map(({ name }) => name)).toContain("orthogonality");
    expect(kept.checks.filter(({ passed }) => !passed)).toEqual([]);
    for (const end of ["top", "bottom"] as const)
      kept.eigenvalues[end].forEach(({ value, converged }, i) => {
        expect(converged).toBe(whole.eigenvalues[end][i].converged);
        expect(value).toBeCloseTo(whole.eigenvalues[end][i].value, 5);
      });
    host.destroy();
    expect(whole.spectrum).not.toHaveProperty("densityOnly");
    // The largest node of both is the largest eigenvalue, and its copies share its weight.
    const [all, found] = [whole.spectrum, run.spectrum].map((spectrum) => {
      const [values] = spectrum.nodes;
      const top = values[values.length - 1];
      return values.reduce((sum, x, j) => sum + (x > 0.99 * top ? spectrum.weights[0][j] : 0), 0);
    });
    expect(nodes[0][39]).toBeCloseTo(whole.spectrum.nodes[0].at(-1) ?? 0, 5);
    expect(Math.abs(found - all)).toBeLessThan(1e-3 * all);
    expect(weights[0]).toHaveLength(40);
    expect(await engine.slice({ end: "top", place: 0 }, { radius: 0.5, points: 3 }, silent)).toMatchObject({
      kind: "refused",
      message: expect.stringContaining("without reorthogonalisation"),
    });
    const more = finished(await engine.extend({ steps: 5, probes: 0 }, silent));
    expect(more.spectrum.nodes[0]).toHaveLength(45);
    engine.destroy();
  });
});
