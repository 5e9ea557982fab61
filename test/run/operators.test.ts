import { afterAll, describe, expect, it } from "vitest";
import { FISHER_NOISE } from "../../src/autograd/curvature.ts";
import { linearize } from "../../src/autograd/linearize.ts";
import { parameterCount } from "../../src/model/graph.ts";
import { HESSIAN, type Matrix, withNoise } from "../../src/run/matrix.ts";
import { blockOf, blockParams } from "../../src/run/params.ts";
import { cutBatch, type Partition, wholeBatch } from "../../src/run/partition.ts";
import type { OperatorKind, RunOutcome } from "../../src/run/protocol.ts";
import { tinyConvNet } from "../autograd/nets.ts";
import { dawn } from "../gpu/dawn.ts";
import { example, hessianOf, inFloat64, products, randomVector, relativeError } from "../gpu/examples.ts";
import { images, mlp, resnet8, settings, vectors } from "./files.ts";
import { engineOn, finished, silent, WatchedGpu } from "./host.ts";

afterAll(async () => {
  expect((await dawn()).faults, "errors that no call reported").toEqual([]);
});

const kinds: OperatorKind[] = ["hessian", "ggn", "fisher", "fisher-mc", "empirical-fisher", "residual"];
const staging = (kind: OperatorKind) => (kind === "fisher" ? "ggn" : kind);

describe("a convolutional network on the GPU, against float64", () => {
  const whole = example(tinyConvNet("tanh", "eval", 5), 3);
  const { graph } = whole;
  const n = parameterCount(graph);
  const v = randomVector(n, 2);
  const { x, targets, ...states } = whole.inputs;

  function cut(samples: number): Partition {
    const batch = { count: 5, shape: [5, 5, 5, 2], labels: new Int32Array(5), inputs: { x } };
    const { part, rows } = cutBatch({ ...batch, targets: targets as Float32Array }, samples);
    const inputsOf = (index: number) => ({ ...part(index).inputs, ...part(index).goal });
    return { graph: tinyConvNet("tanh", "eval", samples), samples, states, rows, inputsOf };
  }

  function exact(matrix: Matrix): Float64Array {
    const staged = linearize(graph, { operator: staging(matrix.operator) });
    const { inputsOf } = withNoise(wholeBatch(graph, whole.inputs), matrix);
    return inFloat64({ ...whole, inputs: inputsOf(0) }, v, staged).hv;
  }

  it.each(kinds)("%s: the product, two samples at a time", async (operator) => {
    const matrix = { ...HESSIAN, operator, seed: 9 };
    const want = exact(matrix);
    const made = await hessianOf({ ...whole, partition: cut(2) }, 2, undefined, matrix);
    const [hv] = await products(made, [v]);
    expect(relativeError(hv, want)).toBeLessThan(1e-5);
    made.destroy();
  });

  it.each(["hessian", "ggn", "residual"] as const)("%s: a block with weight decay", async (operator) => {
    const names = ["conv2.weight", "bn1.bias"];
    const block = blockParams(graph.params, names);
    const matrix = { ...HESSIAN, operator, tensors: names, weightDecay: 0.5 };
    const made = await hessianOf({ ...whole, partition: cut(2) }, 3, undefined, matrix);
    expect(made.space.segments.map(({ name }) => name)).toEqual(["bn1.bias", "conv2.weight"]);
    const part = blockOf(graph.params, block, v);
    const embedded = made.embed(part);
    const full = inFloat64(whole, embedded, linearize(graph, { operator: staging(operator) })).hv;
    const want = blockOf(graph.params, block, full).map((h, i) => h + 0.5 * part[i]);
    const [, hv] = await products(made, [part.map((p) => 2 * p), part]);
    expect(relativeError(hv, want)).toBeLessThan(1e-5);
    expect(relativeError(await made.gradient(), inFloat64(whole, v).gradient)).toBeLessThan(1e-6);
    expect(Array.from(made.restrict(embedded))).toEqual(Array.from(part));
    made.destroy();
  });

  it("draws other labels with another seed, the same in parts and at once", () => {
    const noise = (seed: number, partition: Partition, part: number) =>
      withNoise(partition, { ...HESSIAN, operator: "fisher-mc", seed }).inputsOf(part)[FISHER_NOISE];
    const all = noise(4, cut(5), 0);
    expect(Array.from(noise(4, cut(2), 1))).toEqual(Array.from(all.slice(4, 8)));
    expect(Array.from(noise(5, cut(5), 0))).not.toEqual(Array.from(all));
  });
});

describe("a run", () => {
  const engine = engineOn(new WatchedGpu().entry);
  afterAll(() => engine.destroy());
  const result = (outcome: RunOutcome) => finished(outcome);

  it("of a block says what it looked at, and slices along its vectors", async () => {
    await engine.load(mlp(), vectors());
    const options = { operator: "ggn", params: ["fc1.*", "-*.bias"], weightDecay: 0.25 } as const;
    const run = result(await engine.run(settings({ ...options, steps: 12 }), silent));
    expect(run.parameterCount).toBe(35);
    expect(run.meaning).toMatchObject({ operator: "ggn", parameters: ["fc1.weight"], weightDecay: 0.25 });
    expect(run.meaning.sentence).toContain(
      "Generalised Gauss-Newton matrix of the mean cross-entropy over 6 samples",
    );
    expect(run.meaning.sentence).toContain("weight decay 0.25, 35 of all 58 parameters (1 of 4 tensors)");
    expect(run.trace.perLayer.map(({ name }) => name)).toEqual(["fc1.weight"]);
    // Positive semi-definite, and lambda above it.
    expect(run.eigenvalues.bottom[0].value).toBeGreaterThan(0.25 - 1e-5);
    const sliced = result(await engine.slice({ end: "top", place: 0 }, { radius: 0.1, points: 3 }, silent));
    const [slice] = sliced.slices;
    expect(slice.loss[1]).toBeCloseTo(run.loss, 6);
    expect(slice.eigenvalue).toBeCloseTo(run.eigenvalues.top[0].value - 0.25, 6);
  });

  it("refuses patterns that fit nothing, by name", async () => {
    await engine.load(mlp(), vectors());
    const outcome = await engine.run(settings({ params: ["layer9.*"] }), silent);
    expect(outcome).toMatchObject({
      kind: "refused",
      message: expect.stringContaining(
        '"layer9.*": expected a pattern that fits a tensor, file has fc1.weight',
      ),
    });
  });

  it("has the exact trace of a ReLU network, which Hutch++ and XTrace estimate", async () => {
    await engine.load(mlp("relu"), vectors());
    const traceOf = async (traceMethod: "hutchinson" | "hutch++" | "xtrace" | "exact", more = {}) =>
      result(
        await engine.run(settings({ traceMethod, steps: 1, probes: 1, traceProbes: 24, ...more }), silent),
      ).trace;
    const exact = await traceOf("exact");
    expect(exact).toMatchObject({ method: "exact", samples: 0, standardError: 0 });
    expect(exact.perLayer.reduce((sum, { estimate }) => sum + estimate, 0)).toBeCloseTo(exact.estimate, 9);
    const ggn = await traceOf("exact", { operator: "ggn", weightDecay: 1, params: ["fc1.*"] });
    expect(ggn.estimate).toBeCloseTo(exact.perLayer[0].estimate + exact.perLayer[1].estimate + 40, 5);
    for (const method of ["hutch++", "xtrace"] as const) {
      const found = await traceOf(method);
      expect(Math.abs(found.estimate - exact.estimate)).toBeLessThan(0.15 * exact.estimate);
      expect(found.method).toBe(method);
    }
  });

  it("refuses an exact trace where no closed sum gives it", async () => {
    await engine.load(mlp("tanh"), vectors());
    const exact = (more: object) =>
      engine.run(settings({ traceMethod: "exact", steps: 1, probes: 1, ...more }), silent);
    expect(await exact({})).toMatchObject({
      kind: "refused",
      message: expect.stringContaining("not piecewise linear"),
    });
    expect(await exact({ operator: "residual" })).toMatchObject({ kind: "refused" });
    expect((await exact({ operator: "fisher" })).kind).toBe("done");
    await engine.load(resnet8(), images());
    expect(await exact({ bn: "batch" })).toMatchObject({
      kind: "refused",
      message: expect.stringContaining("running statistics"),
    });
  });

  it("gives a diagonal whose parts are the traces of the tensors", async () => {
    await engine.load(mlp(), vectors());
    const { diagonal, result: run } = await engine.diagonal(
      settings({ steps: 1, probes: 1, traceProbes: 6 }),
      silent,
    );
    expect(diagonal.diagonal.length).toBe(58);
    const part = diagonal.diagonal.slice(0, 35).reduce((a, b) => a + b, 0);
    expect(run.trace.perLayer[0].estimate).toBeCloseTo(part, 6);
    expect(run.trace.samples).toBe(6);
  });
});
