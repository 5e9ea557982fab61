import { afterAll, describe, expect, it } from "vitest";
import { Builder } from "../../src/autograd/builder.ts";
import { readNpz } from "../../src/model/npz.ts";
import { readOnnx } from "../../src/model/onnx/network.ts";
import { readSafetensors } from "../../src/model/safetensors.ts";
import type { ModelSource, RunResult } from "../../src/run/protocol.ts";
import { floats, integers, model, node, value } from "../fixtures/onnx.mjs";
import { hessianOf, inFloat64, products, randomVector, relativeError } from "../gpu/examples.ts";
import { numbers } from "../model/onnx/networks.ts";
import { symmetricEigenvalues } from "../oracles/symmetricEigen.ts";
import { images, mlp, outputs, settings, vectors } from "./files.ts";
import { engineOn, finished, silent, WatchedGpu } from "./host.ts";

/** ONNX files through the engine, on the GPU of this machine. */

const file = (name: string, bytes: Uint8Array): ModelSource => ({
  kind: "files",
  files: [{ name, bytes }],
  options: {},
});

/** The perceptron of `mlp()` as an exporter writes it, with the same weights. */
function mlpAsOnnx(): ModelSource {
  const [source] = mlp().files;
  const { tensors } = readSafetensors(source.bytes, source.name);
  const bytes = model({
    inputs: [value("input", ["N", 7])],
    initialisers: [...tensors.values()].map(({ name, shape, data }) =>
      floats(name, shape, Array.from(data as Float32Array)),
    ),
    nodes: [
      node("Gemm", ["input", "fc1.weight", "fc1.bias"], ["h"], { transB: 1 }),
      node("Tanh", ["h"], ["a"]),
      node("Gemm", ["a", "fc2.weight", "fc2.bias"], ["logits"], { transB: 1 }),
    ],
  });
  return file("mlp.onnx", bytes);
}

/** A small image classifier with most operators that move or join elements. */
function convnet(): Uint8Array {
  const weights = {
    "conv1.weight": [4, 3, 3, 3],
    "bn1.weight": [4],
    "bn1.bias": [4],
    "bn1.running_mean": [4],
    "fc.weight": [3, 8],
    "fc.bias": [3],
  };
  const pool = { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] };
  return model({
    inputs: [value("pixels", ["N", 3, "H", "W"])],
    initialisers: [
      ...Object.entries(weights).map(([name, shape], i) =>
        floats(
          name,
          shape,
          Array.from(numbers(shape, i + 1), (x) => 0.5 * x),
        ),
      ),
      floats("bn1.running_var", [4], [0.5, 1, 1.5, 2]),
      floats("onnx::Sub_1", [1, 3, 1, 1], [0.1, -0.2, 0.3]),
      integers("axes", [2], [2, 3]),
    ],
    nodes: [
      node("Sub", ["pixels", "onnx::Sub_1"], ["centred"]),
      node("Conv", ["centred", "conv1.weight"], ["c"], { pads: [1, 1, 1, 1] }, "conv1"),
      node(
        "BatchNormalization",
        ["c", "bn1.weight", "bn1.bias", "bn1.running_mean", "bn1.running_var"],
        ["b"],
        {},
        "bn1",
      ),
      node("Sigmoid", ["b"], ["s"]),
      node("Mul", ["b", "s"], ["silu"]),
      node("MaxPool", ["silu"], ["m"], pool),
      node("AveragePool", ["silu"], ["a"], pool),
      node("Concat", ["m", "a"], ["j"], { axis: 1 }),
      node("ReduceMean", ["j", "axes"], ["g"], { keepdims: 0 }),
      node("Gemm", ["g", "fc.weight", "fc.bias"], ["logits"], { transB: 1 }, "fc"),
    ],
    opset: 18,
  });
}

describe("an ONNX file through the engine", () => {
  const engine = engineOn(new WatchedGpu().entry);
  afterAll(() => engine.destroy());

  async function run(source: ModelSource): Promise<RunResult> {
    expect((await engine.load(source, vectors())).kind).toBe("loaded");
    return finished(await engine.run(settings(), silent));
  }

  it("gives bit for bit what the same network gives as safetensors", async () => {
    const [onnx, safetensors] = [await run(mlpAsOnnx()), await run(mlp())];
    expect(onnx.loss).toBe(safetensors.loss);
    expect(onnx.eigenvalues).toEqual(safetensors.eigenvalues);
    expect(onnx.trace).toEqual(safetensors.trace);
    expect(onnx.model.tensors).toEqual(safetensors.model.tensors);
    expect(onnx.model).toMatchObject({
      family: "onnx",
      architecture: "ONNX network: 2 Gemm (opset 17)",
      source: "mlp.onnx",
      hasBatchNorm: false,
      parameterCount: 58,
      classes: 3,
      warnings: [],
    });
  });

  it("takes images of the data's size, and says on the card what it holds constant", async () => {
    const answer = await engine.load(file("conv.onnx", convnet()), images());
    expect(answer).toMatchObject({
      kind: "loaded",
      card: {
        architecture: "ONNX network: 1 Conv, 1 BatchNormalization, 1 Gemm (opset 18)",
        hasBatchNorm: true,
        warnings: ["Held constant, because the exporter gave them no name of a parameter: onnx::Sub_1."],
      },
    });
    const result = finished(await engine.run(settings({ steps: 2, bn: "batch" }), silent));
    expect(result.meaning.sentence).toMatch(/6 images .*statistics of this batch/);
  });

  it("measures the squared error of outputs, and only of the tensors chosen", async () => {
    const options = { loss: "mean-squared-error", trainable: ["fc2.*"] } as const;
    expect(await engine.load({ ...mlpAsOnnx(), options } as ModelSource, outputs())).toMatchObject({
      kind: "loaded",
      card: { parameterCount: 18, candidates: [{ name: "fc1.weight", chosen: false }, {}, {}, {}] },
    });
    const result = finished(await engine.run(settings({ steps: 18, probes: 1, bottom: 0 }), silent));
    expect(result).toMatchObject({
      accuracy: null,
      meaning: { loss: "mean-squared-error", reduction: "mean over samples and outputs" },
    });
    expect(result.meaning.sentence).toMatch(
      /^Hessian of the mean squared error over 6 samples .* the 18 parameters of the tensors chosen, float32\.$/,
    );
    // The loss is quadratic in the last layer: 2 / (6 samples 3 outputs) times the second moments of (a, 1) for each output.
    const { tensors } = readSafetensors(mlp().files[0].bytes, "mlp");
    const [weight, bias] = ["fc1.weight", "fc1.bias"].map((name) => tensors.get(name)?.data as Float32Array);
    const { data: x } = readNpz(outputs().files[0].bytes, "outputs").get("x") as { data: Float32Array };
    const rows = Array.from({ length: 6 }, (_, n) => [
      ...Array.from(bias, (b, j) =>
        Math.tanh(weight.subarray(j * 7, j * 7 + 7).reduce((sum, w, k) => sum + w * x[n * 7 + k], b)),
      ),
      1,
    ]);
    const moment = (i: number, j: number): number =>
      rows.reduce((sum, row) => sum + (2 / 18) * row[i] * row[j], 0);
    const values = symmetricEigenvalues(
      rows[0].map((_, i) => Float64Array.from({ length: i + 1 }, (_u, j) => moment(i, j))),
    );
    expect(Math.abs(result.eigenvalues.top[0].value / values[5] - 1)).toBeLessThan(1e-5);
  });

  it("is refused in the words of the reader", async () => {
    const answer = await engine.load(file("cut.onnx", convnet().slice(0, -3)), images());
    expect(answer).toMatchObject({
      kind: "refused",
      message: expect.stringMatching(/^cut\.onnx: byte \d+, /),
    });
  });
});

it.each(["eval", "batch"] as const)(
  "the product of a small convnet agrees with float64, BatchNorm %s",
  async (bn) => {
    const net = readOnnx(convnet(), "conv.onnx", { scratch: new Builder() });
    const builder = new Builder();
    const { states } = net.build(builder, { batchSize: 3, bn, height: 7, width: 6 });
    const targets = Float32Array.from({ length: 9 }, (_, i) => (i % 4 === 0 ? 1 / 3 : 0));
    const example = {
      graph: builder.finish(),
      parameters: net.parameters,
      inputs: { ...states, images: numbers([3, 7, 6, 3], 9), targets },
    };
    const v = randomVector(net.parameters.length, 4);
    const operator = await hessianOf(example);
    const [hv] = await products(operator, [v]);
    operator.destroy();
    const want = inFloat64(example, v).hv;
    const scale = Math.max(...want.map(Math.abs));
    hv.forEach((x, i) => {
      expect(Math.abs(x - want[i])).toBeLessThan(2e-5 * scale);
    });
  },
);

/** One head of attention over token numbers, with a mask by Where, LayerNorm and GELU. */
function attention(): Uint8Array {
  const weights = {
    "words.weight": [9, 8],
    "query.weight": [8, 8],
    "norm.weight": [8],
    "norm.bias": [8],
    "head.weight": [3, 8],
  };
  return model({
    inputs: [value("input_ids", ["N", "T"], 7), value("attention_mask", ["N", "T"], 7)],
    initialisers: [
      ...Object.entries(weights).map(([name, shape], i) => floats(name, shape, numbers(shape, i + 1))),
      floats("hidden", [], [Number.NEGATIVE_INFINITY]),
      integers("zero", [], [0]),
      integers("one", [1], [1]),
    ],
    nodes: [
      node("Gather", ["words.weight", "input_ids"], ["e"]),
      node("MatMul", ["e", "query.weight"], ["q"]),
      node("Transpose", ["e"], ["k"], { perm: [0, 2, 1] }),
      node("MatMul", ["q", "k"], ["scores"]),
      node("Equal", ["attention_mask", "zero"], ["padding"]),
      node("Unsqueeze", ["padding", "one"], ["keys"]),
      node("Where", ["keys", "hidden", "scores"], ["masked"]),
      node("Softmax", ["masked"], ["p"]),
      node("MatMul", ["p", "e"], ["mixed"]),
      node("Gather", ["mixed", "zero"], ["first"], { axis: 1 }),
      node("LayerNormalization", ["first", "norm.weight", "norm.bias"], ["n"]),
      node("Gelu", ["n"], ["g"]),
      node("Gemm", ["g", "head.weight"], ["logits"], { transB: 1 }),
    ],
    opset: 20,
  });
}

it("the product of attention over token numbers agrees with float64, and is zero for words that are not read", async () => {
  const net = readOnnx(attention(), "attention.onnx", { scratch: new Builder() });
  const builder = new Builder();
  const shapes = { input_ids: [2, 4], attention_mask: [2, 4] };
  const { states, data } = net.build(builder, { batchSize: 2, bn: "eval", shapes });
  const samples = {
    input_ids: Int32Array.of(3, 5, 2, 3, 7, 8, 1, 1),
    attention_mask: Int32Array.of(1, 1, 1, 1, 1, 1, 0, 0),
  };
  const inputs = { ...states, ...data(samples), targets: Float32Array.of(0.5, 0, 0, 0, 0.5, 0) };
  const example = { graph: builder.finish(), parameters: net.parameters, inputs };
  const v = randomVector(net.parameters.length, 4);
  const operator = await hessianOf(example);
  const [hv] = await products(operator, [v]);
  operator.destroy();
  expect(relativeError(hv, inFloat64(example, v).hv)).toBeLessThan(1e-5);
  expect(net.architecture.parameters[0].name).toBe("words.weight");
  const read = Array.from({ length: 9 }, (_, row) => hv.subarray(8 * row, 8 * row + 8).some((x) => x !== 0));
  expect(read.flatMap((used, row) => (used ? [row] : []))).toEqual([2, 3, 5, 7, 8]);
});
