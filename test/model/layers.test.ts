import { describe, expect, it } from "vitest";
import { Builder } from "../../src/autograd/builder.ts";
import { interpret } from "../../src/autograd/interpret.ts";
import { batchNorm, globalAveragePool, linear, lossOf, softmaxCrossEntropy } from "../../src/model/layers.ts";
import { seeded, uniformArray } from "../autograd/seeded.ts";

describe("batchNorm", () => {
  const [n, size, c] = [3, 4, 2];
  const random = seeded(3);
  const values = {
    x: uniformArray(random, [n, size, size, c], 9, 11),
    weight: Float64Array.of(0.5, 2),
    bias: Float64Array.of(-1, 3),
    mean: Float64Array.of(9.5, 10.5),
    variance: Float64Array.of(0.25, 4),
  };
  const run = (mode: "eval" | "batch") => {
    const b = new Builder();
    const leaf = (name: string, shape: number[]) => b.input(name, shape, "state");
    const statistics = { mean: leaf("mean", [c]), variance: leaf("variance", [c]) };
    const affine = { weight: leaf("weight", [c]), bias: leaf("bias", [c]) };
    const x = leaf("x", [n, size, size, c]);
    b.output("y", batchNorm(b, x, { ...affine, ...statistics, epsilon: 1e-3, mode }));
    return interpret(b.finish(), { params: {}, inputs: values }).y;
  };
  const channel = (k: number) => Array.from(values.x.filter((_, i) => i % c === k));

  it("normalises by the running statistics in mode eval", () => {
    run("eval").forEach((y, i) => {
      const k = i % c;
      const normal = (values.x[i] - values.mean[k]) / Math.sqrt(values.variance[k] + 1e-3);
      expect(y).toBeCloseTo(values.weight[k] * normal + values.bias[k], 12);
    });
  });

  it("normalises by mean and biased variance of the batch in mode batch", () => {
    const y = run("batch");
    for (let k = 0; k < c; k++) {
      const x = channel(k);
      const mean = x.reduce((s, v) => s + v, 0) / x.length;
      const variance = x.reduce((s, v) => s + (v - mean) ** 2, 0) / x.length;
      x.forEach((v, i) => {
        const want = (values.weight[k] * (v - mean)) / Math.sqrt(variance + 1e-3) + values.bias[k];
        expect(y[i * c + k]).toBeCloseTo(want, 11);
      });
    }
  });
});

describe("softmaxCrossEntropy", () => {
  const loss = (logits: number[], targets: number[], classes: number) => {
    const b = new Builder();
    const shape = [logits.length / classes, classes];
    const [l, t] = [b.input("logits", shape, "data"), b.input("targets", shape, "target")];
    b.output("loss", softmaxCrossEntropy(b, l, t));
    const inputs = { logits: Float64Array.from(logits), targets: Float64Array.from(targets) };
    return interpret(b.finish(), { params: {}, inputs }).loss;
  };

  it("is the weighted sum of -log softmax at the labels, a scalar", () => {
    const terms = [Math.log(Math.exp(1) + Math.exp(2)) - 1, Math.log(Math.exp(0) + Math.exp(-1)) + 1];
    const got = loss([1, 2, 0, -1], [0.25, 0, 0, 0.75], 2);
    expect(got).toHaveLength(1);
    expect(got[0]).toBeCloseTo(0.25 * terms[0] + 0.75 * terms[1], 14);
  });

  it("does not overflow for logits of 1000", () => {
    expect(loss([1000, 0], [0, 1], 2)[0]).toBe(1000);
  });
});

it("lossOf: the squared error is the mean over outputs, weighted by row", () => {
  const b = new Builder();
  const [y, t] = [b.input("y", [2, 3], "data"), b.input("targets", [2, 3], "target")];
  b.output("loss", lossOf(b, y, t, "mean-squared-error"));
  const inputs = {
    y: Float64Array.of(1, 2, 3, 4, 5, 6),
    targets: Float64Array.of(0, 2, 5, 4, 4, 3),
    weights: Float64Array.of(0.25, 0.75),
  };
  const { loss } = interpret(b.finish(), { params: {}, inputs });
  expect(loss[0]).toBeCloseTo((0.25 * (1 + 0 + 4)) / 3 + (0.75 * (0 + 1 + 9)) / 3, 14);
});

it("globalAveragePool is the mean over height and width", () => {
  const b = new Builder();
  b.output("y", globalAveragePool(b, b.input("x", [1, 2, 2, 2], "data")));
  const graph = b.finish();
  const y = interpret(graph, { params: {}, inputs: { x: Float64Array.of(1, 10, 2, 20, 3, 30, 4, 40) } }).y;
  expect(graph.nodes[graph.outputs.y].shape).toEqual([1, 2]);
  expect(Array.from(y)).toEqual([2.5, 25]);
});

it("linear takes the weight as [out, in], as PyTorch stores it", () => {
  const b = new Builder();
  const x = b.input("x", [1, 2], "data");
  b.output("y", linear(b, x, b.param("weight", [3, 2]), b.param("bias", [3])));
  const params = { weight: Float64Array.of(1, 2, 3, 4, 5, 6), bias: Float64Array.of(0, 0, 100) };
  expect(Array.from(interpret(b.finish(), { params, inputs: { x: Float64Array.of(1, 10) } }).y)).toEqual([
    21, 43, 165,
  ]);
});
