import { readFileSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import { Builder } from "../../src/autograd/builder.ts";
import type { Graph, NodeId, Shape } from "../../src/model/graph.ts";
import { sizeOf } from "../../src/model/graph.ts";
import { batchNorm } from "../../src/model/layers.ts";
import { averagePool, maxPool } from "../../src/model/pooling.ts";
import { dawn } from "./dawn.ts";
import { type Example, hessianOf, inFloat64, products, relativeError } from "./examples.ts";

/** Made by tools/golden_ops.py; its `about` says how. */
interface Golden {
  readonly stride: number;
  readonly cases: Record<string, { loss: number; gradient: number[]; hv: number[] }>;
}

const golden = JSON.parse(
  readFileSync(new URL("../fixtures/ops/golden.json", import.meta.url), "utf8"),
) as Golden;

/** Leaves in the order of the script, with its values. Shapes are those of PyTorch. */
class Leaves {
  readonly b = new Builder();
  readonly #parameters: number[] = [];
  readonly #inputs: Record<string, Float32Array> = {};
  #count = 0;

  #values(shape: Shape, scale: number): number[] {
    const t = this.#count++;
    return Array.from(
      { length: sizeOf(shape) },
      (_, i) => Math.floor(scale * Math.sin(1.7 * i + t) + 0.5) / scale,
    );
  }

  parameter(shape: Shape, axes?: readonly number[], scale = 256): NodeId {
    const node = this.b.param(`leaf${this.#count}`, shape, axes);
    this.#parameters.push(...this.#values(shape, scale));
    return node;
  }

  fixed(shape: Shape): NodeId {
    const name = `leaf${this.#count}`;
    this.#inputs[name] = Float32Array.from(this.#values(shape, 256));
    return this.b.input(name, shape, "data");
  }

  image(shape: Shape): NodeId {
    return this.b.op("transpose", [this.fixed(shape)], { perm: [0, 2, 3, 1] });
  }

  /** The sum of w y^2. */
  finish(y: NodeId): Example {
    const { b } = this;
    const [n, h, w, c] = b.shape(y);
    const terms = b.mul(this.image([n, c, h, w]), b.mul(y, y));
    b.output("loss", b.op("reshape", [b.op("sum", [terms], { axes: [0, 1, 2, 3] })], { shape: [] }));
    const graph: Graph = b.finish();
    return { graph, parameters: Float32Array.from(this.#parameters), inputs: this.#inputs };
  }
}

const HWIO = [2, 3, 1, 0];
const once = { stride: [1, 1], pad: [0, 0, 0, 0] };

function invertedResidual(mode: "eval" | "batch"): Example {
  const leaves = new Leaves();
  const { b } = leaves;
  const scaled = (x: NodeId, by: number) => b.mul(x, b.constant(by));
  const layers = [
    { weight: [12, 6, 1, 1], attrs: once },
    { weight: [12, 1, 3, 3], attrs: { stride: [2, 2], pad: [1, 1, 1, 1], groups: 12 } },
    { weight: [8, 12, 1, 1], attrs: once },
  ].map(({ weight, attrs }) => ({
    attrs: { mode: "forward", ...attrs },
    kernel: leaves.parameter(weight, HWIO),
    weight: leaves.parameter([weight[0]]),
    bias: leaves.parameter([weight[0]]),
    channels: weight[0],
  }));
  const running = layers.map(({ channels }) => ({
    mean: leaves.fixed([channels]),
    variance: b.add(b.constant(1), scaled(leaves.fixed([channels]), 0.5)),
  }));
  let x = scaled(leaves.image([2, 6, 9, 8]), 4);
  layers.forEach(({ attrs, kernel, weight, bias }, k) => {
    x = b.op("conv2d", [x, kernel], attrs);
    x = batchNorm(b, x, { weight, bias, ...running[k], epsilon: 1e-5, mode });
    if (k < 2) x = b.op("clip", [scaled(x, 3), b.constant(0), b.constant(6)]);
  });
  return leaves.finish(x);
}

function pooled(): Example {
  const leaves = new Leaves();
  const { b } = leaves;
  const grown = (x: NodeId) => b.op("tanh", [b.mul(x, b.constant(2))]);
  const window = { kernel: [3, 3], stride: [2, 2], pad: [1, 1, 1, 1], ceilMode: true };
  let x = maxPool(b, leaves.parameter([2, 3, 9, 8], [0, 2, 3, 1], 4), window);
  x = averagePool(b, grown(x), window, false);
  return leaves.finish(averagePool(b, grown(x), { kernel: [2, 2], stride: [1, 1], pad: [1, 1, 1, 1] }, true));
}

function grouped(): Example {
  const leaves = new Leaves();
  const { b } = leaves;
  const [weight, exponent] = [leaves.parameter([6, 2, 3, 2], HWIO), leaves.parameter([1])];
  const attrs = { stride: [2, 1], pad: [2, 1, 2, 1], dilation: [2, 3], groups: 3 };
  let x = b.op("conv2d", [leaves.image([2, 6, 9, 8]), weight], { mode: "forward", ...attrs });
  x = maxPool(b, x, { kernel: [2, 3], stride: [1, 2], pad: [1, 1, 1, 1], dilation: [2, 1] });
  const relu = (y: NodeId) => b.op("relu", [y]);
  const scaled = (y: NodeId, by: number) => b.mul(y, b.constant(by));
  const gate = b.op("clip", [b.add(scaled(x, 1 / 6), b.constant(0.5)), b.constant(0), b.constant(1)]);
  const softplus = b.op("log", [b.add(b.op("exp", [x]), b.constant(1))]);
  const leaky = b.add(scaled(x, 0.1), scaled(relu(x), 0.9));
  x = b.add(b.mul(gate, softplus), b.op("sin", [leaky]));
  const size = b.add(relu(x), relu(b.neg(x)));
  const mirrored = b.sub(b.constant(1), x);
  const larger = b.op("select", [b.sub(x, mirrored), x, mirrored]);
  const powers = b.add(b.op("pow", [b.add(size, b.constant(1)), exponent]), b.op("pow", [x, b.constant(3)]));
  return leaves.finish(b.add(powers, larger));
}

const cases: Record<string, Example> = {
  "inverted residual, running statistics": invertedResidual("eval"),
  "inverted residual, batch statistics": invertedResidual("batch"),
  "pooling with ties": pooled(),
  "groups, dilation and functions": grouped(),
};

const sums = (x: Float64Array): Float64Array => {
  const out = new Float64Array(golden.stride);
  x.forEach((value, i) => {
    out[i % golden.stride] += value;
  });
  return out;
};

describe("operations agree with PyTorch's double backward in float64", () => {
  it.each(Object.entries(cases))("%s", (name, example) => {
    const want = golden.cases[name];
    const v = Float64Array.from(example.parameters, (_, i) => Math.cos(0.11 * i));
    const { loss, gradient, hv } = inFloat64(example, v);
    expect(relativeError([loss ?? Number.NaN], [want.loss])).toBeLessThan(1e-12);
    expect(relativeError(sums(gradient), want.gradient)).toBeLessThan(1e-10);
    expect(relativeError(sums(hv), want.hv)).toBeLessThan(1e-10);
  });
});

describe("and on the GPU", () => {
  afterAll(async () => {
    expect((await dawn()).faults, "errors that no call reported").toEqual([]);
  });

  it.each(["inverted residual, running statistics", "groups, dilation and functions"])("%s", async (name) => {
    const want = golden.cases[name];
    const operator = await hessianOf(cases[name]);
    const v = Float64Array.from(cases[name].parameters, (_, i) => Math.cos(0.11 * i));
    const [hv] = await products(operator, [v]);
    expect(relativeError([await operator.loss()], [want.loss])).toBeLessThan(1e-5);
    expect(relativeError(sums(await operator.gradient()), want.gradient)).toBeLessThan(1e-5);
    expect(relativeError(sums(hv), want.hv)).toBeLessThan(1e-5);
    operator.destroy();
  });
});
