import { expect } from "vitest";
import { Builder } from "../../../src/autograd/builder.ts";
import { interpret } from "../../../src/autograd/interpret.ts";
import { makeBatch } from "../../../src/model/batch.ts";
import { type Shape, sizeOf } from "../../../src/model/graph.ts";
import { type OnnxNetwork, type OnnxOptions, readOnnx } from "../../../src/model/onnx/network.ts";
import { unflatten } from "../../../src/model/paramLayout.ts";
import type { Tensors } from "../../../src/model/tensor.ts";
import { seeded } from "../../autograd/seeded.ts";
import { floats, model, node, value } from "../../fixtures/onnx.mjs";

/** Tiny ONNX networks in float64, seen as ONNX sees them: images NCHW, row-major. */

export type Parts = Omit<Parameters<typeof model>[0], "initialisers"> & {
  /** Float tensors by name: shape and values. */
  readonly weights?: Readonly<Record<string, readonly [Shape, ArrayLike<number>]>>;
  readonly initialisers?: readonly (readonly number[])[];
} & Pick<OnnxOptions, "trainable" | "loss">;

/** Random numbers on [-1, 1) that float32 holds. */
export function numbers(shape: Shape, seed: number): Float32Array {
  const random = seeded(seed);
  return Float32Array.from({ length: sizeOf(shape) }, () => 2 * random() - 1);
}

/** A network of one input `x` of this shape, its batch axis symbolic. */
export function network(shape: Shape, given: Parts): OnnxNetwork {
  const { weights = {}, initialisers = [], trainable = null, loss = "cross-entropy", ...parts } = given;
  const tensors = Object.entries(weights).map(([name, [dims, data]]) => floats(name, dims, Array.from(data)));
  const inputs = [value("x", ["N", ...shape.slice(1)])];
  const bytes = model({ inputs, ...parts, initialisers: [...tensors, ...initialisers] });
  return readOnnx(bytes, "net.onnx", { scratch: new Builder(), trainable, loss });
}

/** The logits [N,classes] of a batch of named arrays, as a run makes them from a data file. */
export function logitsOfArrays(net: OnnxNetwork, arrays: Tensors, count: number, start = 0): Float64Array {
  const { input, classes } = net.architecture;
  const { inputs, shapes = {} } = makeBatch(arrays, {
    ...{ file: "data.npz", input, classes, start, count, mean: null, std: null },
  });
  const builder = new Builder();
  const { states, data } = net.build(builder, { batchSize: count, bn: "eval", shapes });
  const graph = builder.finish();
  const given = Object.entries({ ...states, ...data(inputs) });
  const values = Object.fromEntries(given.map(([name, x]) => [name, Float64Array.from(x)]));
  return interpret(graph, { params: unflatten(graph.params, net.parameters), inputs: values }, ["logits"])
    .logits;
}

/** The logits [N,classes] of samples given as ONNX takes them. */
export function logitsOf(
  net: OnnxNetwork,
  shape: Shape,
  x: ArrayLike<number>,
  bn: "eval" | "batch" = "eval",
): Float64Array {
  const [n, c, h = 1, w = 1] = shape;
  const builder = new Builder();
  const size = shape.length === 4 ? { height: h, width: w } : {};
  const { states } = net.build(builder, { batchSize: n, bn, ...size, shapes: { x: shape } });
  const graph = builder.finish();
  const data = Float64Array.from(x);
  if (shape.length === 4)
    for (let i = 0; i < data.length; i++) {
      const [s, k, p] = [Math.floor(i / (c * h * w)), Math.floor(i / (h * w)) % c, i % (h * w)];
      data[(s * h * w + p) * c + k] = x[i];
    }
  const inputs = {
    ...Object.fromEntries(Object.entries(states).map(([name, values]) => [name, Float64Array.from(values)])),
    [net.architecture.input.name === "arrays" ? "x" : net.architecture.input.name]: data,
  };
  return interpret(graph, { params: unflatten(graph.params, net.parameters), inputs }, ["logits"]).logits;
}

export type Nodes = readonly (readonly number[])[];

/** Flattens `y` and multiplies with a weight, so that every network has a parameter; the weight is the identity. */
function throughIdentity(features: number): { nodes: Nodes; weights: NonNullable<Parts["weights"]> } {
  const eye = Float32Array.from({ length: features ** 2 }, (_, i) => (i % (features + 1) === 0 ? 1 : 0));
  return {
    nodes: [node("Flatten", ["y"], ["flat"]), node("MatMul", ["flat", "eye.weight"], ["logits"])],
    weights: { "eye.weight": [[features, features], eye] },
  };
}

export interface Case {
  readonly shape: Shape;
  readonly nodes: Nodes;
  /** Elements of `y` per sample. */
  readonly features: number;
  readonly parts?: Partial<Parts>;
  readonly bn?: "eval" | "batch";
}

/** `y` of random samples, flattened, and the samples. */
export function evaluate({ shape, nodes, features, parts = {}, bn = "eval" }: Case) {
  const tail = throughIdentity(features);
  const net = network(shape, {
    ...parts,
    nodes: [...nodes, ...tail.nodes],
    weights: { ...parts.weights, ...tail.weights },
  });
  const x = numbers(shape, 7);
  return { net, x, y: logitsOf(net, shape, x, bn) };
}

export function expectClose(got: ArrayLike<number>, want: ArrayLike<number>, tolerance = 1e-12): void {
  expect(got.length).toBe(want.length);
  const scale = Math.max(1, ...Array.from(want, Math.abs));
  const worst = Math.max(...Array.from(got, (v, i) => Math.abs(v - want[i])));
  expect(worst).toBeLessThan(tolerance * scale);
}

/** Row-major place of an index. */
export const at = (shape: Shape, ...index: number[]): number =>
  index.reduce((sum, i, axis) => sum * shape[axis] + i, 0);

/** Calls `visit` for each index of a shape, in row-major order, and collects what it gives. */
export function table(shape: Shape, f: (...index: number[]) => number): number[] {
  return Array.from({ length: sizeOf(shape) }, (_, i) => {
    let rest = i;
    const index = shape.map(() => 0);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis] = rest % shape[axis];
      rest = Math.floor(rest / shape[axis]);
    }
    return f(...index);
  });
}
