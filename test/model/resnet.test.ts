import { expect, test } from "vitest";
import { Builder } from "../../src/autograd/builder.ts";
import { buildModel, recogniseModel } from "../../src/model/families.ts";
import { parameterCount } from "../../src/model/graph.ts";
import type { ModelOptions } from "../../src/model/index.ts";
import type { Resnet } from "../../src/model/resnet.ts";
import type { Tensor } from "../../src/model/tensor.ts";
import { refusal, tensorsOf } from "./files.ts";

type Shapes = Record<string, readonly number[]>;

interface Options {
  readonly counts: readonly number[];
  readonly bottleneck?: boolean;
  readonly width?: number;
  readonly classes?: number;
  readonly kernel?: number;
  readonly channels?: number;
  readonly names?: "torchvision" | "cifar" | "hugging face";
}

const NORM = ["weight", "bias", "running_mean", "running_var"];

/** Shapes of a state dict, written down as the modules of the three libraries list them. */
function shapesOf(options: Options): Shapes {
  const { counts, bottleneck = false, width = 64, classes = 1000, kernel = 7, channels = 3 } = options;
  const { names = "torchvision" } = options;
  const shapes: Shapes = {};
  const library = names === "hugging face";
  const put = (conv: string, norm: string, shape: readonly number[]): void => {
    shapes[`${conv}.weight`] = shape;
    for (const part of NORM) shapes[`${norm}.${part}`] = [shape[0]];
    shapes[`${norm}.num_batches_tracked`] = [];
  };
  const inLibrary = (prefix: string, shape: readonly number[]): void =>
    put(`${prefix}.convolution`, `${prefix}.normalization`, shape);
  if (library) inLibrary("resnet.embedder.embedder", [width, channels, kernel, kernel]);
  else put("conv1", "bn1", [width, channels, kernel, kernel]);
  let inputs = width;
  counts.forEach((count, s) => {
    for (let i = 0; i < count; i++) {
      const inner = width * 2 ** s;
      const outputs = bottleneck ? 4 * inner : inner;
      const unit = library ? `resnet.encoder.stages.${s}.layers.${i}` : `layer${s + 1}.${i}`;
      const branch = bottleneck
        ? [
            [inner, inputs, 1, 1],
            [inner, inner, 3, 3],
            [outputs, inner, 1, 1],
          ]
        : [
            [inner, inputs, 3, 3],
            [inner, inner, 3, 3],
          ];
      branch.forEach((shape, k) => {
        if (library) inLibrary(`${unit}.layer.${k}`, shape);
        else put(`${unit}.conv${k + 1}`, `${unit}.bn${k + 1}`, shape);
      });
      if (inputs !== outputs || (s > 0 && i === 0)) {
        const shape = [outputs, inputs, 1, 1];
        const module = names === "cifar" ? "shortcut" : "downsample";
        if (library) inLibrary(`${unit}.shortcut`, shape);
        else put(`${unit}.${module}.0`, `${unit}.${module}.1`, shape);
      }
      inputs = outputs;
    }
  });
  const head = library ? "classifier.1" : names === "cifar" ? "linear" : "fc";
  shapes[`${head}.weight`] = [classes, inputs];
  shapes[`${head}.bias`] = [classes];
  return shapes;
}

function recognise(shapes: Shapes, options: ModelOptions = {}): Resnet {
  return recogniseModel(tensorsOf(shapes), "net.pt", options).architecture as Resnet;
}

function countOf(net: Resnet): number {
  const builder = new Builder();
  buildModel(builder, net, { batchSize: 1, height: 64, width: 64, bn: "eval" });
  return parameterCount(builder.finish());
}

const basic = { counts: [2, 2, 2, 2] };
const bottleneck = { counts: [3, 4, 6, 3], bottleneck: true };

test.each<[string, Options, number, string]>([
  ["ResNet-18", basic, 11_689_512, "7x7 stem and max pooling"],
  ["ResNet-34", { counts: [3, 4, 6, 3] }, 21_797_672, "7x7 stem and max pooling"],
  ["ResNet-50", bottleneck, 25_557_032, "7x7 stem and max pooling"],
  ["ResNet-18", { ...basic, names: "cifar", kernel: 3, classes: 10 }, 11_173_962, "3x3 stem without pooling"],
  [
    "ResNet-50",
    { ...bottleneck, names: "cifar", kernel: 3, classes: 10 },
    23_520_842,
    "3x3 stem without pooling",
  ],
  ["ResNet-18", { ...basic, names: "hugging face" }, 11_689_512, "7x7 stem and max pooling"],
  [
    "ResNet-20",
    { counts: [3, 3, 3], width: 16, kernel: 3, names: "cifar", classes: 10 },
    272_474,
    "3x3 stem without pooling",
  ],
])("%s of %j has its published number of parameters, %i", (name, options, parameters, stem) => {
  const net = recognise(shapesOf(options));
  expect(net.family).toBe("resnet");
  expect(net.title).toBe(`${name} with BatchNorm, ${stem}`);
  expect(net.block).toBe(options.bottleneck ? "bottleneck" : "basic");
  expect(net.parameters.reduce((n, { shape }) => n + shape.reduce((a, b) => a * b, 1), 0)).toBe(parameters);
});

test("depths of torchvision's larger networks follow from their units", () => {
  for (const [counts, depth] of [
    [[3, 4, 23, 3], 101],
    [[3, 8, 36, 3], 152],
  ] as const) {
    expect(recognise(shapesOf({ counts, bottleneck: true, width: 2 })).depth).toBe(depth);
  }
});

test("feature maps shrink as in torchvision, at any size of the images", () => {
  const sidesAt = (shapes: Shapes, size: number): number[] => {
    const builder = new Builder();
    buildModel(builder, recognise(shapes), { batchSize: 2, height: size, width: size, bn: "eval" });
    const { nodes } = builder.finish();
    return [...new Set(nodes.filter(({ op }) => op === "conv2d").map(({ shape }) => shape[1]))];
  };
  const narrow = { ...basic, width: 2 };
  expect(sidesAt(shapesOf(narrow), 224)).toEqual([112, 56, 28, 14, 7]);
  expect(sidesAt(shapesOf(narrow), 33)).toEqual([17, 9, 5, 3, 2]);
  expect(sidesAt(shapesOf({ ...narrow, kernel: 3, names: "cifar" }), 32)).toEqual([32, 16, 8, 4]);
});

test("parameters stand in named_parameters order: projections behind the branch, or before it in Hugging Face's", () => {
  const names = (options: Options): string[] =>
    recognise(shapesOf({ width: 2, ...options })).parameters.map(({ name }) => name);
  const torchvision = names(basic);
  expect(torchvision.slice(0, 4)).toEqual([
    "conv1.weight",
    "bn1.weight",
    "bn1.bias",
    "layer1.0.conv1.weight",
  ]);
  const at = torchvision.indexOf("layer2.0.downsample.0.weight");
  expect(torchvision[at - 1]).toBe("layer2.0.bn2.bias");
  expect(torchvision[at + 3]).toBe("layer2.1.conv1.weight");
  const library = names({ ...basic, names: "hugging face" });
  const projection = library.indexOf("resnet.encoder.stages.1.layers.0.shortcut.convolution.weight");
  expect(library[projection - 1]).toBe("resnet.encoder.stages.0.layers.1.layer.1.normalization.bias");
  expect(library[projection + 3]).toBe("resnet.encoder.stages.1.layers.0.layer.0.convolution.weight");
});

test("channels come from the stem, and the usual normalisation goes with the large stem only", () => {
  const imageNet = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };
  const input = (options: Partial<Options>) => recognise(shapesOf({ ...basic, width: 2, ...options })).input;
  expect(input({})).toEqual({ name: "images", channels: 3, normalisation: imageNet });
  expect(input({ channels: 1 })).toEqual({ name: "images", channels: 1 });
  expect(input({ kernel: 3 })).toEqual({ name: "images", channels: 3 });
});

test("a 3x3 stem comes with the warning that what follows it is assumed", () => {
  expect(recognise(shapesOf({ ...basic, width: 2 })).warnings).toEqual([]);
  expect(recognise(shapesOf({ ...basic, width: 2, kernel: 3 })).warnings).toEqual([
    "The file does not say what follows its 3x3 stem: no stride and no pooling are assumed.",
  ]);
});

const floats = (shape: readonly number[]): Tensor => {
  const data = new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(0.5);
  return { name: "", dtype: "float32", shape, data };
};
const program = "Export the model to ONNX, which brings its program along.";
const title = "ResNet-18 with BatchNorm, 7x7 stem and max pooling";
const remedy = `This is not a ${title}: check the file, or convert its names and shapes.`;

test.each<[string, (t: Map<string, Tensor>) => void, string]>([
  [
    "a deep stem",
    (t) => {
      t.delete("conv1.weight");
      t.set("conv1.0.weight", floats([2, 3, 3, 3]));
    },
    `"conv1.0.weight": expected a stem of one convolution, file has a part of a deep stem. ${program}`,
  ],
  [
    "projections behind average pooling",
    (t) => t.set("layer2.0.downsample.1.weight", floats([4, 2, 1, 1])),
    `"layer2.0.downsample.1.weight": expected projections without pooling, file has a convolution behind average pooling (avg_down). ${program}`,
  ],
  [
    "grouped convolutions",
    (t) => t.set("layer3.0.conv2.weight", floats([8, 2, 3, 3])),
    `"layer3.0.conv2.weight": expected 8 input channels, all in one group, file has 2 in each of 4 groups. ${program}`,
  ],
  [
    "a stem of another size",
    (t) => t.set("conv1.weight", floats([2, 3, 5, 5])),
    `conv1.weight: expected a stem of 7x7 or 3x3, file has [2,3,5,5]. ${program}`,
  ],
  [
    "squeeze and excitation",
    (t) => t.set("layer1.0.se.fc1.weight", floats([1, 2, 1, 1])),
    `"layer1.0.se.fc1.weight": expected no such tensor in a ${title}, file has one of shape [1,2,1,1]. ${remedy}`,
  ],
  [
    "a missing projection",
    (t) => t.delete("layer4.0.downsample.0.weight"),
    `layer4.0.downsample.0.weight: expected [16,8,1,1], file has no such tensor. ${remedy}`,
  ],
  [
    "a missing stage",
    (t) => {
      for (const name of [...t.keys()]) if (name.startsWith("layer3.")) t.delete(name);
    },
    `layer3.0.conv1.weight: expected [8,4,3,3], file has no such tensor. This is not a ResNet-16 with BatchNorm, 7x7 stem and max pooling: check the file, or convert its names and shapes.`,
  ],
  [
    "a network without its head",
    (t) => {
      t.delete("fc.weight");
      t.delete("fc.bias");
    },
    `fc.weight: expected [1000,16], file has no such tensor. ${remedy}`,
  ],
])("%s is refused by name", (_, damage, message) => {
  const tensors = tensorsOf(shapesOf({ ...basic, width: 2 }));
  damage(tensors);
  expect(refusal(() => recogniseModel(tensors, "net.pt"))).toBe(`net.pt: ${message}`);
});

test("leaving out the skip connections of a network with projections is refused", () => {
  expect(refusal(() => recognise(shapesOf({ ...basic, width: 2 }), { skip: false }))).toBe(
    "net.pt: skip connections: expected skip connections in a ResNet with projections, file has the option to leave them out. Leave the choice of no skip connections to networks for CIFAR without projections.",
  );
});

test("the parameters of the graph are those of the architecture", () => {
  const net = recognise(shapesOf({ ...bottleneck, width: 2, classes: 7 }));
  expect(countOf(net)).toBe(net.parameters.reduce((n, { shape }) => n + shape.reduce((a, b) => a * b, 1), 0));
});
