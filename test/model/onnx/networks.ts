import { Builder } from "../../../src/autograd/builder.ts";
import { interpret } from "../../../src/autograd/interpret.ts";
import { type Shape, sizeOf } from "../../../src/model/graph.ts";
import { type OnnxNetwork, readOnnx } from "../../../src/model/onnx/network.ts";
import { unflatten } from "../../../src/model/paramLayout.ts";
import { seeded } from "../../autograd/seeded.ts";
import { floats, model, value } from "../../fixtures/onnx.mjs";

/** Tiny ONNX networks in float64, seen as ONNX sees them: images NCHW, row-major. */

export type Parts = Omit<Parameters<typeof model>[0], "initialisers"> & {
  /** Float tensors by name: shape and values. */
  readonly weights?: Readonly<Record<string, readonly [Shape, ArrayLike<number>]>>;
  readonly initialisers?: readonly (readonly number[])[];
};

/** Random numbers on [-1, 1) that float32 holds. */
export function numbers(shape: Shape, seed: number): Float32Array {
  const random = seeded(seed);
  return Float32Array.from({ length: sizeOf(shape) }, () => 2 * random() - 1);
}

/** A network of one input `x` of this shape, its batch axis symbolic. */
export function network(shape: Shape, { weights = {}, initialisers = [], ...parts }: Parts): OnnxNetwork {
  const tensors = Object.entries(weights).map(([name, [dims, data]]) => floats(name, dims, Array.from(data)));
  const inputs = [value("x", ["N", ...shape.slice(1)])];
  const bytes = model({ inputs, ...parts, initialisers: [...tensors, ...initialisers] });
  return readOnnx(bytes, "net.onnx", { scratch: new Builder() });
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
  const states = net.build(builder, { batchSize: n, bn, ...size });
  const graph = builder.finish();
  const data = Float64Array.from(x);
  if (shape.length === 4)
    for (let i = 0; i < data.length; i++) {
      const [s, k, p] = [Math.floor(i / (c * h * w)), Math.floor(i / (h * w)) % c, i % (h * w)];
      data[(s * h * w + p) * c + k] = x[i];
    }
  const inputs = {
    ...Object.fromEntries([...states].map(([name, values]) => [name, Float64Array.from(values)])),
    [net.architecture.input.name]: data,
  };
  return interpret(graph, { params: unflatten(graph.params, net.parameters), inputs }, ["logits"]).logits;
}
