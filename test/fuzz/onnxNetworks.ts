import type { ModelSource } from "../../src/run/protocol.ts";
import { bytes, float32, floats, int, integers, model, node, value } from "../fixtures/onnx.mjs";

/** ONNX files by the words of the format, with shape arithmetic to fold. */

/** Messages of an ONNX file. */
export interface Parts {
  readonly inputs: readonly (readonly number[])[];
  readonly initialisers: readonly (readonly number[])[];
  readonly nodes: readonly (readonly number[])[];
}

export const fractions = (count: number): number[] =>
  Array.from({ length: count }, (_, i) => ((7 * i) % 11) / 11 - 0.4);

/** A perceptron and a convnet by the words of the format, with shape arithmetic to fold. */
export const perceptron: Parts = {
  inputs: [value("x", ["N", 7])],
  initialisers: [
    floats("a.weight", [5, 7], fractions(35)),
    floats("a.bias", [5], fractions(5)),
    floats("b.weight", [3, 5], fractions(15)),
    integers("columns", [1], [-1]),
  ],
  nodes: [
    node("Gemm", ["x", "a.weight", "a.bias"], ["h"], { transB: 1 }, "/a/Gemm"),
    node("Tanh", ["h"], ["t"]),
    node("Transpose", ["b.weight"], ["w"], { perm: [1, 0] }),
    node("MatMul", ["t", "w"], ["y"]),
    node("Shape", ["y"], ["shape"]),
    node("Constant", [], ["first"], { value: { tensor: integers("", [1], [0]) } }),
    node("Gather", ["shape", "first"], ["rows"], { axis: 0 }),
    node("Concat", ["rows", "columns"], ["target"], { axis: 0 }),
    node("Reshape", ["y", "target"], ["logits"]),
  ],
};

export const convnet: Parts = {
  inputs: [value("images", ["N", 3, 9, 8])],
  initialisers: [
    floats("conv.weight", [4, 3, 3, 3], fractions(108)),
    floats("bn.weight", [4], [1, 1, 0.5, 2]),
    floats("bn.bias", [4], fractions(4)),
    floats("bn.mean", [4], fractions(4)),
    floats("bn.variance", [4], [1, 2, 1, 0.5]),
    floats("fc.weight", [3, 4], fractions(12)),
    floats("fc.bias", [3], fractions(3)),
  ],
  nodes: [
    node("Conv", ["images", "conv.weight"], ["c"], {
      kernel_shape: [3, 3],
      pads: [1, 1, 1, 1],
      strides: [1, 1],
    }),
    node("BatchNormalization", ["c", "bn.weight", "bn.bias", "bn.mean", "bn.variance"], ["n"], {
      epsilon: { float: 1e-5 },
    }),
    node("Relu", ["n"], ["r"]),
    node("MaxPool", ["r"], ["m"], { kernel_shape: [2, 2], strides: [2, 2] }),
    node("GlobalAveragePool", ["m"], ["p"]),
    node("Flatten", ["p"], ["f"], { axis: 1 }),
    node("Gemm", ["f", "fc.weight", "fc.bias"], ["logits"], { transB: 1 }),
  ],
};

/** The weights of the perceptron in a file beside the model, with a tensor that lies inside. */
export function withExternalData(): Extract<ModelSource, { kind: "files" }> {
  const weights = fractions(58);
  const outside = (name: string, dims: readonly number[], offset: number, count: number): number[] => [
    ...dims.flatMap((n) => int(1, n)),
    ...int(2, 1),
    ...bytes(8, name),
    ...Object.entries({ location: "net.onnx.data", offset: 4 * offset, length: 4 * count }).flatMap(
      ([key, text]) => bytes(13, [...bytes(1, key), ...bytes(2, `${text}`)]),
    ),
    ...int(14, 1),
  ];
  const file = model({
    inputs: [value("x", ["N", 7])],
    initialisers: [
      outside("a", [5, 7], 0, 35),
      outside("b", [5], 35, 5),
      outside("c", [3, 5], 40, 15),
      floats("d", [3], [0, 1, 0.5]),
    ],
    nodes: [
      node("Gemm", ["x", "a", "b"], ["h"], { transB: 1 }),
      node("Gelu", ["h"], ["t"]),
      node("Gemm", ["t", "c", "d"], ["logits"], { transB: 1 }),
    ],
    opset: 20,
  });
  return {
    kind: "files",
    files: [
      { name: "net.onnx", bytes: file },
      { name: "net.onnx.data", bytes: Uint8Array.from(float32(weights)) },
    ],
    options: {},
  };
}

export const onnx = (bytes: Uint8Array): Extract<ModelSource, { kind: "files" }> => ({
  kind: "files",
  files: [{ name: "net.onnx", bytes }],
  options: {},
});
