import { afterAll, describe, expect, it } from "vitest";
import { layersOf } from "../../src/model/index.ts";
import { loadModel } from "../../src/run/load.ts";
import { poseProblem } from "../../src/run/problem.ts";
import { dawn } from "../gpu/dawn.ts";
import { hessianOf, inFloat64, products, relativeError } from "../gpu/examples.ts";
import { filesOf, type GoldenResnet, modelOf, resnet, resnets } from "./resnets.ts";
import { difference, goldenVector } from "./transformers.ts";

afterAll(async () => {
  expect((await dawn()).faults, "errors that no call reported").toEqual([]);
});

async function open(golden: GoldenResnet, bn: "eval" | "batch", config?: object) {
  const { tensors, data } = filesOf(golden);
  const none = () => Promise.reject(new Error("nothing is bundled here"));
  const loaded = await loadModel(modelOf(tensors, config), data, none);
  const problem = poseProblem(loaded, { bn, start: 0, batchSize: golden.images[0] });
  return { problem, card: loaded.card, architecture: loaded.model.architecture };
}

const titles: Record<string, string> = {
  resnet18: "ResNet-18 with BatchNorm, 7x7 stem and max pooling",
  resnet50: "ResNet-50 with BatchNorm, 7x7 stem and max pooling",
  "two stages": "ResNet-6 with BatchNorm, 7x7 stem and max pooling",
  "cifar basic": "ResNet-18 with BatchNorm, 3x3 stem without pooling",
  "cifar bottleneck": "ResNet-11 with BatchNorm, 3x3 stem without pooling",
  "cifar three stages": "ResNet-8 with BatchNorm, 3x3 stem without pooling",
  "hugging face basic": "ResNet-8 with BatchNorm, 7x7 stem and max pooling",
  "hugging face bottleneck": "ResNet-11 with BatchNorm, 7x7 stem and max pooling",
};
const modes = ["eval", "batch"] as const;

describe.each(resnets)("$name", (golden) => {
  it.each(modes)("has PyTorch's parameters, loss, gradient and product in float64 (bn: %s)", async (bn) => {
    const { problem, card, architecture } = await open(golden, bn);
    expect(architecture.parameters.map(({ name, shape }) => [name, shape])).toEqual(golden.parameters);
    expect(architecture.states.map(({ name, shape }) => [name, shape])).toEqual(golden.states);
    const small = golden.name.startsWith("cifar");
    expect(card).toMatchObject({ family: "resnet", architecture: titles[golden.name], hasBatchNorm: true });
    expect(card.warnings).toHaveLength(small ? 1 : 0);
    const found = inFloat64(problem, goldenVector(problem.parameters.length));
    expect(Math.abs(found.loss / golden[bn].loss - 1)).toBeLessThan(1e-10);
    expect(difference(found.gradient, golden[bn].gradient)).toBeLessThan(1e-9);
    expect(difference(found.hv, golden[bn].hv)).toBeLessThan(1e-8);
  });
});

/** Compiling takes most of the time, so only the smallest; stem, pooling and a projection are in it. */
it("stem, pooling and projection have PyTorch's loss, gradient and product on the GPU", async () => {
  const golden = resnet("two stages");
  const { problem } = await open(golden, "eval");
  const operator = await hessianOf(problem);
  const v = goldenVector(problem.parameters.length);
  const [hv] = await products(operator, [v]);
  expect(Math.abs((await operator.loss()) / golden.eval.loss - 1)).toBeLessThan(1e-5);
  expect(difference(await operator.gradient(), golden.eval.gradient)).toBeLessThan(1e-4);
  expect(difference(hv, golden.eval.hv)).toBeLessThan(1e-4);
  expect(relativeError(hv, inFloat64(problem, v).hv)).toBeLessThan(1e-5);
  operator.destroy();
});

it("config.json can move the stride of bottlenecks and give the first stage one", async () => {
  const golden = resnet("hugging face bottleneck");
  const strides = async (config?: object) => {
    const { problem } = await open(golden, "eval", config);
    const { nodes } = problem.graph;
    return nodes.filter(({ op }) => op === "conv2d").map(({ attrs }) => (attrs.stride as number[])[0]);
  };
  expect(await strides()).toEqual([2, 1, 1, 1, 1, 1, 1, 1, 1, 2, 1, 2]);
  expect(await strides({ downsample_in_bottleneck: true, hidden_act: "relu" })).toEqual([
    2, 1, 1, 1, 1, 1, 1, 1, 2, 1, 1, 2,
  ]);
  expect(await strides({ downsample_in_first_stage: true })).toEqual([2, 1, 2, 1, 2, 1, 1, 1, 1, 2, 1, 2]);
  await expect(strides({ hidden_act: "gelu" })).rejects.toThrow(
    'config.json: hidden_act: expected "relu", file has "gelu". Export the model to ONNX, which brings its program along.',
  );
});

it("layers of the Hugging Face form are its modules", async () => {
  const { architecture } = await open(resnet("hugging face basic"), "eval");
  expect(layersOf(architecture).map(({ name }) => name)).toContain(
    "resnet.encoder.stages.1.layers.0.shortcut.convolution",
  );
});
