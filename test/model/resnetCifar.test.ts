import { expect, test } from "vitest";
import { Builder } from "../../src/autograd/builder.ts";
import { layersOf } from "../../src/model/architecture.ts";
import { buildModel, recogniseModel } from "../../src/model/families.ts";
import { type Graph, parameterCount } from "../../src/model/graph.ts";
import type { ResnetCifar } from "../../src/model/resnetCifar.ts";
import type { Tensor } from "../../src/model/tensor.ts";
import { refusal, tensorsOf } from "./files.ts";

interface Options {
  readonly units?: number;
  readonly widths?: readonly number[];
  readonly batchNorm?: boolean;
  readonly convBias?: boolean;
  readonly prefix?: string;
}

/** Tensors of a CIFAR ResNet, written down as PyTorch's modules would list them (state dict order). */
function checkpoint({
  units = 3,
  widths = [16, 32, 64],
  batchNorm = true,
  convBias = false,
  prefix = "",
}: Options = {}) {
  const shapes: Record<string, readonly number[]> = {};
  const convolution = (name: string, index: number, inputs: number, outputs: number): void => {
    shapes[`${prefix}${name}conv${index}.weight`] = [outputs, inputs, 3, 3];
    if (convBias) shapes[`${prefix}${name}conv${index}.bias`] = [outputs];
    if (!batchNorm) return;
    for (const part of ["weight", "bias", "running_mean", "running_var"]) {
      shapes[`${prefix}${name}bn${index}.${part}`] = [outputs];
    }
    shapes[`${prefix}${name}bn${index}.num_batches_tracked`] = [];
  };
  convolution("", 1, 3, widths[0]);
  for (const stage of [1, 2, 3]) {
    for (let unit = 0; unit < units; unit++) {
      const inputs = unit === 0 && stage > 1 ? widths[stage - 2] : widths[stage - 1];
      convolution(`layer${stage}.${unit}.`, 1, inputs, widths[stage - 1]);
      convolution(`layer${stage}.${unit}.`, 2, widths[stage - 1], widths[stage - 1]);
    }
  }
  shapes[`${prefix}linear.weight`] = [10, widths[2]];
  shapes[`${prefix}linear.bias`] = [10];
  return tensorsOf(shapes);
}

const recognise = (tensors: Map<string, Tensor>, skip = true): ResnetCifar =>
  recogniseModel(tensors, "net.safetensors", { skip }).architecture as ResnetCifar;

function graphOf(net: ResnetCifar, bn: "eval" | "batch" = "eval", size = 32): Graph {
  const builder = new Builder();
  buildModel(builder, net, { batchSize: 2, height: size, width: size, bn });
  return builder.finish();
}

test.each([
  [20, 3, 269_722],
  [32, 5, 464_154],
  [44, 7, 658_586],
  [56, 9, 853_018],
  [110, 18, 1_727_962],
])("ResNet-%i is %i units a stage and %i parameters", (depth, units, parameters) => {
  const net = recognise(checkpoint({ units }));
  expect(net.depth).toBe(depth);
  expect(net.title).toBe(`CIFAR ResNet-${depth} with BatchNorm, option-A skip connections`);
  expect(parameterCount(graphOf(net))).toBe(parameters);
});

test("parameters stand in named_parameters order, in file shape, with kernels permuted to [kh,kw,in,out]", () => {
  const { params } = graphOf(recognise(checkpoint()));
  expect(params.slice(0, 7).map((p) => p.name)).toEqual([
    "conv1.weight",
    "bn1.weight",
    "bn1.bias",
    "layer1.0.conv1.weight",
    "layer1.0.bn1.weight",
    "layer1.0.bn1.bias",
    "layer1.0.conv2.weight",
  ]);
  expect(params.slice(-3).map((p) => p.name)).toEqual(["layer3.2.bn2.bias", "linear.weight", "linear.bias"]);
  expect(params[3]).toMatchObject({ fileShape: [16, 16, 3, 3], axes: [2, 3, 1, 0], offset: 464, size: 2304 });
  const linear = params.find((p) => p.name === "linear.weight");
  expect(linear).toMatchObject({ fileShape: [10, 64], axes: [0, 1], offset: 269_722 - 650 });
});

test("feature maps halve twice and channels double, whatever the size of the images", () => {
  for (const [size, maps] of [
    [32, [32, 16, 8]],
    [9, [9, 5, 3]],
  ] as const) {
    const graph = graphOf(recognise(checkpoint()), "eval", size);
    const seen = graph.nodes.filter((n) => n.op === "conv2d").map((n) => n.shape.join());
    expect([...new Set(seen)]).toEqual(maps.map((m, i) => [2, m, m, 16 * 2 ** i].join()));
    expect(graph.nodes[graph.outputs.logits].shape).toEqual([2, 10]);
    expect(graph.nodes[graph.outputs.loss].shape).toEqual([]);
  }
});

test("inputs are the images, the targets and the running statistics by their tensor names", () => {
  const { inputs } = graphOf(recognise(checkpoint()));
  const of = (role: string) => inputs.filter((i) => i.role === role).map((i) => [i.name, i.shape]);
  expect(of("data")).toEqual([["images", [2, 32, 32, 3]]]);
  expect(of("target")).toEqual([["targets", [2, 10]]]);
  expect(of("state").length).toBe(2 * 19);
  expect(of("state").slice(0, 2)).toEqual([
    ["bn1.running_mean", [16]],
    ["bn1.running_var", [16]],
  ]);
});

test("without BatchNorm there are no states, and biases only where the file has them", () => {
  const plain = recognise(checkpoint({ batchNorm: false }));
  expect(plain.title).toBe("CIFAR ResNet-20 without BatchNorm, option-A skip connections");
  expect(plain.states).toEqual([]);
  expect(parameterCount(graphOf(plain))).toBe(269_722 - 2 * 688);
  const biased = recognise(checkpoint({ batchNorm: false, convBias: true }));
  expect(parameterCount(graphOf(biased))).toBe(269_722 - 688);
  expect(biased.parameters.slice(0, 2).map((p) => p.name)).toEqual(["conv1.weight", "conv1.bias"]);
});

test("without skip connections nothing is sliced, padded or added to the branches", () => {
  const count = (graph: Graph, op: string) => graph.nodes.filter((n) => n.op === op).length;
  const net = checkpoint({ batchNorm: false });
  const withSkips = graphOf(recognise(net));
  const without = graphOf(recognise(net, false));
  expect([count(withSkips, "slice"), count(withSkips, "pad"), count(withSkips, "add")]).toEqual([2, 2, 10]);
  expect([count(without, "slice"), count(without, "pad"), count(without, "add")]).toEqual([0, 0, 1]);
  expect(recognise(net, false).title).toBe("CIFAR ResNet-20 without BatchNorm, no skip connections");
});

test("the module. prefix is stripped", () => {
  const bare = recogniseModel(checkpoint({ units: 1, widths: [2, 4, 8] }), "a");
  const wrapped = recogniseModel(checkpoint({ units: 1, widths: [2, 4, 8], prefix: "module." }), "a");
  expect(wrapped).toEqual(bare);
});

test("layers are the tensors that share a module, in architecture order", () => {
  const layers = layersOf(recognise(checkpoint()));
  expect(layers.length).toBe(2 * 19 + 1);
  expect(layers[1]).toEqual({
    name: "bn1",
    parameters: [
      { name: "bn1.weight", shape: [16] },
      { name: "bn1.bias", shape: [16] },
    ],
  });
});

test("the parameter vector and the states take their values from the file", () => {
  const tensors = checkpoint({ units: 1, widths: [2, 4, 8] });
  (tensors.get("linear.bias") as Tensor).data.fill(3 as never);
  (tensors.get("bn1.running_var") as Tensor).data.fill(4 as never);
  const { parameters, states } = recogniseModel(tensors, "a");
  expect(parameters.slice(-11)).toEqual(Float32Array.of(0.5, ...new Array(10).fill(3)));
  expect(states.get("bn1.running_var")).toEqual(Float32Array.of(4, 4));
});

const title = "CIFAR ResNet-20 with BatchNorm, option-A skip connections";
const remedy = `This is not a ${title}: check the file, or convert its names and shapes.`;
const floats = (name: string, shape: readonly number[], value = 0.5): Tensor => {
  const data = new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(value);
  return { name, dtype: "F32", shape, data };
};

test.each<[string, (t: Map<string, Tensor>) => void, string]>([
  [
    "a kernel of another size",
    (t) => t.set("layer2.0.conv1.weight", floats("", [32, 16, 5, 5])),
    `layer2.0.conv1.weight: expected [32,16,3,3], file has [32,16,5,5]. ${remedy}`,
  ],
  [
    "a missing tensor",
    (t) => t.delete("layer3.1.bn2.bias"),
    `layer3.1.bn2.bias: expected [64], file has no such tensor. ${remedy}`,
  ],
  [
    "a missing unit",
    (t) => {
      for (const name of [...t.keys()]) if (name.startsWith("layer2.2.")) t.delete(name);
    },
    `layer2.2.conv1.weight: expected [32,32,3,3], file has no such tensor. ${remedy}`,
  ],
  [
    "an option-B shortcut that is not one",
    (t) => t.set("layer2.0.shortcut.0.weight", floats("", [32, 16, 1, 1])),
    "layer2.0.shortcut.1.weight: expected [32], file has no such tensor. This is not a ResNet-20 with BatchNorm, 3x3 stem without pooling: check the file, or convert its names and shapes.",
  ],
  [
    "whole numbers for weights",
    (t) => t.set("linear.bias", { name: "linear.bias", dtype: "I8", shape: [10], data: new Int8Array(10) }),
    "linear.bias: expected floating-point numbers, file has dtype I8. Convert the tensor to float32.",
  ],
  [
    "a weight that is not a number",
    (t) => t.set("bn1.bias", floats("", [16], Number.NaN)),
    "bn1.bias: expected finite float32 numbers, file has NaN at element 0. Use a checkpoint that has not diverged.",
  ],
  [
    "a negative variance",
    (t) => t.set("bn1.running_var", floats("", [16], -1)),
    "bn1.running_var: expected variances of at least 0, file has -1 at element 0. The file is damaged.",
  ],
  [
    "a width that cannot be padded evenly",
    (t) => t.set("layer2.0.conv1.weight", floats("", [33, 16, 3, 3])),
    "layer2.0.conv1.weight: expected 16 channels or more by an even number, file has 33. Only option-A shortcuts are known: widths must grow by even steps.",
  ],
  [
    "a scalar in place of a kernel",
    (t) => t.set("conv1.weight", floats("", [])),
    `conv1.weight: expected [16,3,3,3], file has []. ${remedy}`,
  ],
  [
    "a tensor with and without its prefix",
    (t) => t.set("module.linear.bias", floats("", [10])),
    `"linear.bias": expected one tensor of this name, file has it with and without "module.". Keep one of the two.`,
  ],
])("%s is refused by name", (_, damage, message) => {
  const tensors = checkpoint();
  damage(tensors);
  expect(refusal(() => recognise(tensors))).toBe(`net.safetensors: ${message}`);
});

test("an unknown family is refused with the families that are known", () => {
  const message =
    `net.safetensors: tensors: expected the names of ResNets (conv1.weight, layer1.0.conv1.weight, ..., fc.weight, or resnet.embedder.embedder.convolution.weight, ...) or CIFAR ResNets (conv1.weight, layer1.0.conv1.weight, ..., linear.weight) ` +
    `or perceptrons (fc1.weight, fc1.bias, fc2.weight, ...) ` +
    `or BERT, DistilBERT or RoBERTa (bert.embeddings.word_embeddings.weight, ..., classifier.weight), file has "h.0.attn.weight" among 1. ` +
    "Rename the tensors after one of these families.";
  expect(refusal(() => recognise(tensorsOf({ "h.0.attn.weight": [2] })))).toBe(message);
});
