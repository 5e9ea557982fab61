import type { ArchitectureBase, BuildOptions, ModelOptions } from "./architecture.ts";
import type { ModelConfig } from "./config.ts";
import { printShape, quote, type Refuse, refuser } from "./errors.ts";
import type { GraphBuilder } from "./graph.ts";
import { limits } from "./limits.ts";
import { buildResidual, type ResidualNet, type ResidualUnit, residualTensors } from "./residual.ts";
import { type ResnetNames, resnetNames } from "./resnetNames.ts";
import type { Tensors } from "./tensor.ts";

/**
 * ResNets as torchvision, timm and Hugging Face have them (He et al. 2016, with the stride of bottlenecks on the 3x3
 * convolution): a 7x7 stem with stride 2 and max pooling, stages of basic units or bottlenecks, projections where the
 * shape changes. With a 3x3 stem, without stride and pooling, the same for small images.
 */

export interface Resnet extends ArchitectureBase {
  readonly family: "resnet";
  /** Convolutions of the longest path, and the linear layer. */
  readonly depth: number;
  readonly block: "basic" | "bottleneck";
  readonly network: ResidualNet;
}

/** What the ImageNet weights of all three libraries were trained with. */
const imageNet = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };

/**
 * Derives the architecture from the tensors that decide it. Whether all others fit is for `checkTensors` to say.
 * @throws FormatError for a relative whose program differs: deep stems, pooled shortcuts, grouped convolutions
 */
export function recogniseResnet(tensors: Tensors, file: string, options: ModelOptions): Resnet {
  const refuse: Refuse = refuser(file, "Export the model to ONNX, which brings its program along");
  if (options.skip === false) {
    const remedy = "Leave the choice of no skip connections to networks for CIFAR without projections";
    refuse(
      "skip connections",
      "skip connections in a ResNet with projections",
      "the option to leave them out",
      remedy,
    );
  }
  const names = resnetNames(tensors);
  refuseRelatives(tensors, refuse);
  const kernel = stemKernel(tensors, names, refuse);
  const { strideFirst, firstStride } = stridesOf(options.config);
  const shape = shapeOf(tensors, names);
  const batchNorm = [...tensors.keys()].some((name) => name.endsWith(".running_var"));
  const large = kernel === 7;
  const network: ResidualNet = {
    stem: { ...names.stem, inputs: shape.channels, outputs: shape.stem, kernel, stride: large ? 2 : 1 },
    pool: large,
    units: unitsOf(shape, names, { strideFirst, firstStride }),
    head: { name: names.head, inputs: shape.stages[shape.stages.length - 1].outputs, classes: shape.classes },
    batchNorm,
    convBias: !batchNorm && tensors.has(`${names.stem.name}.bias`),
    projectionFirst: names.projectionFirst,
  };
  if (shape.classes > limits.classes) {
    const found = `${shape.classes}`;
    refuse(`${names.head}.weight`, `at most ${limits.classes} classes`, found, "Use a smaller model");
  }
  const depth = 2 + network.units.reduce((sum, { branch }) => sum + branch.length, 0);
  const norm = batchNorm ? "with BatchNorm" : "without BatchNorm";
  const stem = large ? "7x7 stem and max pooling" : "3x3 stem without pooling";
  return {
    family: "resnet",
    title: `ResNet-${depth} ${norm}, ${stem}`,
    depth,
    block: shape.bottleneck ? "bottleneck" : "basic",
    network,
    ...residualTensors(network),
    units: network.units.map(({ name }) => name),
    input: {
      name: "images",
      channels: shape.channels,
      ...(large && shape.channels === 3 ? { normalisation: imageNet } : {}),
    },
    classes: shape.classes,
    warnings: large
      ? []
      : ["The file does not say what follows its 3x3 stem: no stride and no pooling are assumed."],
  };
}

/** Writes the forward graph, as `buildResidual` does. */
export const buildResnet = (g: GraphBuilder, net: Resnet, options: BuildOptions): void =>
  buildResidual(g, net, net.network, options);

/** Networks with the same names and another program, each known by a tensor. */
function refuseRelatives(tensors: Tensors, refuse: Refuse): void {
  for (const [name, { shape }] of tensors) {
    if (/^conv1\.\d+\.weight$/.test(name)) {
      refuse(quote(name), "a stem of one convolution", "a part of a deep stem");
    }
    if (/\.downsample\.1\.weight$/.test(name) && shape.length === 4) {
      refuse(quote(name), "projections without pooling", "a convolution behind average pooling (avg_down)");
    }
    if (/^layer\d\.\d+\.conv2\.weight$/.test(name) && shape.length === 4) {
      const inputs = tensors.get(name.replace("conv2", "conv1"))?.shape[0] ?? shape[1];
      if (inputs > shape[1] && inputs % shape[1] === 0) {
        refuse(
          quote(name),
          `${inputs} input channels, all in one group`,
          `${shape[1]} in each of ${inputs / shape[1]} groups`,
        );
      }
    }
  }
}

/** Side of the stem's kernel; that of a missing stem or of none is left for `checkTensors` to report. */
function stemKernel(tensors: Tensors, { stem }: ResnetNames, refuse: Refuse): 3 | 7 {
  const shape = tensors.get(`${stem.name}.weight`)?.shape;
  const side = shape?.[2] ?? 7;
  if (side === 3 || side === 7) return side;
  return refuse(`${stem.name}.weight`, "a stem of 7x7 or 3x3", printShape(shape as readonly number[]));
}

interface Stage {
  readonly units: number;
  /** Channels within the units, and between them. */
  readonly width: number;
  readonly outputs: number;
}

interface ResnetShape {
  readonly channels: number;
  readonly stem: number;
  readonly stages: readonly Stage[];
  readonly bottleneck: boolean;
  readonly classes: number;
}

function shapeOf(tensors: Tensors, names: ResnetNames): ResnetShape {
  /** A missing or absurd axis is left for `checkTensors` to report by its expected shape. */
  const axis = (module: string, i: number, usual: number): number =>
    tensors.get(`${module}.weight`)?.shape[i] || usual;
  const counts = new Map<number, number>();
  for (const name of tensors.keys()) {
    const stage = names.unitPattern.exec(name)?.[1];
    if (stage === undefined) continue;
    const number = Number(stage) - names.firstStage + 1;
    counts.set(number, (counts.get(number) ?? 0) + 1);
  }
  const bottleneck = tensors.has(`${names.convolution(names.unit(1, 0), 2).name}.weight`);
  const stem = axis(names.stem.name, 0, 64);
  const stages = Array.from({ length: Math.max(1, ...counts.keys()) }, (_, i): Stage => {
    const unit = names.unit(i + 1, 0);
    const width = axis(names.convolution(unit, 0).name, 0, stem * 2 ** i);
    const outputs = axis(names.convolution(unit, bottleneck ? 2 : 1).name, 0, bottleneck ? 4 * width : width);
    return { units: counts.get(i + 1) ?? 1, width, outputs };
  });
  return {
    channels: axis(names.stem.name, 1, 3),
    stem,
    stages,
    bottleneck,
    classes: axis(names.head, 0, 1000),
  };
}

interface Strides {
  /** In bottlenecks on the 1x1 convolution, as in the paper. */
  readonly strideFirst: boolean;
  /** Of the first stage. */
  readonly firstStride: number;
}

/** The residual units in the order of the forward pass. */
function unitsOf(
  { stem, stages, bottleneck }: ResnetShape,
  names: ResnetNames,
  { strideFirst, firstStride }: Strides,
): ResidualUnit[] {
  return stages.flatMap(({ units, width, outputs }, s) =>
    Array.from({ length: units }, (_, i): ResidualUnit => {
      const name = names.unit(s + 1, i);
      const inputs = i > 0 ? outputs : s > 0 ? stages[s - 1].outputs : stem;
      const stride = i > 0 ? 1 : s > 0 ? 2 : firstStride;
      const part = (index: number, kernel: number, from: number, to: number, step = 1) => ({
        ...names.convolution(name, index),
        ...{ kernel, inputs: from, outputs: to, stride: step },
      });
      const branch = bottleneck
        ? [
            part(0, 1, inputs, width, strideFirst ? stride : 1),
            part(1, 3, width, width, strideFirst ? 1 : stride),
            part(2, 1, width, outputs),
          ]
        : [part(0, 3, inputs, width, stride), part(1, 3, width, outputs)];
      if (stride === 1 && inputs === outputs) return { name, branch, shortcut: { kind: "identity" } };
      const convolution = { ...names.projection(name), kernel: 1, inputs, outputs, stride };
      return { name, branch, shortcut: { kind: "projection", convolution } };
    }),
  );
}

/** What Hugging Face's config.json can change about the network. */
function stridesOf(config: ModelConfig | undefined): Strides {
  const { hidden_act, downsample_in_bottleneck, downsample_in_first_stage } = config?.fields ?? {};
  if (config !== undefined && hidden_act !== undefined && hidden_act !== "relu") {
    const refuse: Refuse = refuser(config.file, "Export the model to ONNX, which brings its program along");
    refuse("hidden_act", '"relu"', JSON.stringify(hidden_act));
  }
  return {
    strideFirst: downsample_in_bottleneck === true,
    firstStride: downsample_in_first_stage === true ? 2 : 1,
  };
}
