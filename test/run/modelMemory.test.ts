import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { readWeights, type Weights } from "../../src/run/weights.ts";
import { seeded } from "../autograd/seeded.ts";
import * as onnx from "../fixtures/onnx.mjs";
import * as torch from "../fixtures/pickle.mjs";
import { bytesOf, safetensorsBytes, unaligned } from "../model/files.ts";

/** A perceptron of two million bytes. */
const SHAPES = { "fc1.weight": [600, 600], "fc2.weight": [200, 600], "fc3.weight": [10, 200] } as const;
const random = seeded(1);
const weights = Object.entries(SHAPES).flatMap(([name, [outputs, inputs]]) => {
  const data = (count: number) => Float32Array.from({ length: count }, () => random() - 0.5);
  const bias = name.replace("weight", "bias");
  return [
    { name, shape: [outputs, inputs], data: data(outputs * inputs) },
    { name: bias, shape: [outputs], data: data(outputs) },
  ];
});
const all = Float32Array.from(weights.flatMap(({ data }) => [...data]));

/** A safetensors file whose numbers begin at a multiple of four bytes, or `off` after one. */
function safetensors(off: number): Uint8Array {
  const tensors = weights.map(({ name, shape, data }) => ({
    ...{ name, shape, dtype: "F32", bytes: bytesOf(data) },
  }));
  for (let pad = 0; ; pad++) {
    const bytes = safetensorsBytes(tensors, { pad: " ".repeat(pad) });
    if ((bytes.length - 4 * all.length) % 4 === off) return bytes;
  }
}

const stateDict = (): Uint8Array => {
  const entries = weights.flatMap(({ name, shape, data }, i) => [
    torch.text(name),
    torch.tensor({
      key: `${i}`,
      elements: data.length,
      shape,
      strides: shape.length > 1 ? [shape[1], 1] : [1],
    }),
  ]);
  const storages = Object.fromEntries(weights.map(({ data }, i) => [i, bytesOf(data)]));
  return torch.zipFile(torch.pickle(torch.orderedDict(...entries)), storages);
};

const network = (): Uint8Array =>
  Uint8Array.from(
    onnx.model({
      initialisers: weights.map(({ name, shape, data }) => onnx.tensor(name, shape, bytesOf(data))),
      inputs: [onnx.value("x", ["N", 600])],
      nodes: [1, 2, 3].flatMap((layer) => {
        const gemm = [layer === 1 ? "x" : `r${layer - 1}`, `fc${layer}.weight`, `fc${layer}.bias`];
        const product = onnx.node("Gemm", gemm, [layer === 3 ? "logits" : `h${layer}`], { transB: 1 });
        return layer === 3 ? [product] : [product, onnx.node("Relu", [`h${layer}`], [`r${layer}`])];
      }),
      outputs: [onnx.value("logits", ["N", 10])],
    }),
  );

const opened = (name: string, bytes: Uint8Array): Weights => ({
  ...{ id: null, title: null, file: { name, bytes }, external: new Map() },
  options: name.endsWith("onnx") ? {} : { activation: "relu" },
});

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

/** Bytes of typed arrays when the garbage is gone: what a collection frees is swept meanwhile, and is gone after the next one. */
async function settled(): Promise<number> {
  let [last, now] = [Number.NaN, Number.NaN];
  for (let round = 0; round < 10 && (round < 3 || now !== last); round++) {
    collect();
    await new Promise((resolve) => setTimeout(resolve, 5));
    [last, now] = [now, process.memoryUsage().arrayBuffers];
  }
  return now;
}

/** Bytes of typed arrays that some work asks for, what it throws away included: the most of three times, for a collection hides some. */
async function asked<T>(work: () => Promise<T>): Promise<{ readonly value: T; readonly bytes: number }> {
  const took: number[] = [];
  for (;;) {
    const before = await settled();
    const value = await work();
    took.push(process.memoryUsage().arrayBuffers - before);
    if (took.length === 3) return { value, bytes: Math.max(...took) };
  }
}

const same = (a: Float32Array, b: Float32Array): boolean => Buffer.from(bytesOf(a)).equals(bytesOf(b));

describe("reading a model of float32 takes its file and one copy of its numbers", () => {
  it.each([
    ["mlp.safetensors", "whose numbers are aligned", safetensors(0)],
    ["mlp.safetensors", "whose numbers are not", safetensors(1)],
    ["mlp.pt", "as torch.save writes it", stateDict()],
    ["mlp.pt", "at an odd address", unaligned(stateDict())],
    ["mlp.onnx", "as exporters write it", network()],
    ["mlp.onnx", "at an odd address", unaligned(network())],
  ])("%s %s", async (name, _how, bytes) => {
    const file = opened(name, bytes);
    // The readers are loaded, and what they keep for themselves is made.
    await readWeights(file, new Map());
    const { value, bytes: taken } = await asked(() => readWeights(file, new Map()));
    const { parameters } = value.network;
    expect(same(parameters, all)).toBe(true);
    expect(parameters.buffer).not.toBe(bytes.buffer);
    expect(taken).toBeLessThan(1.1 * bytes.length);
  });

  it("and a second copy would be seen", async () => {
    const file = opened("mlp.onnx", network());
    const { value, bytes } = await asked(async () => {
      const { parameters } = (await readWeights(file, new Map())).network;
      return [parameters, parameters.slice()];
    });
    expect(same(value[0], value[1])).toBe(true);
    expect(bytes).toBeGreaterThan(1.9 * file.file.bytes.length);
  });
});
