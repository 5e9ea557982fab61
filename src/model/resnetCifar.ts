import {
  type ArchitectureBase,
  type BuildOptions,
  declareTensors,
  type ModelOptions,
  type TensorSpec,
} from "./architecture.ts";
import { type Refuse, refuser } from "./errors.ts";
import type { GraphBuilder, NodeId } from "./graph.ts";
import { batchNorm, globalAveragePool, linear, lossOf } from "./layers.ts";
import { limits } from "./limits.ts";
import type { Tensors } from "./tensor.ts";

/**
 * Residual networks for CIFAR (He et al. 2016, section 4.2): depth 6n+2, three stages of n units of two 3x3
 * convolutions, option-A shortcuts (every second pixel, zeros for the new channels). Tensor names are those of
 * github.com/akamaster/pytorch_resnet_cifar10. Variants: without BatchNorm (convolutions may then have biases), and
 * without skip connections (Li et al. 2018), which leave no trace in the tensors.
 */

export interface ResnetCifar extends ArchitectureBase {
  readonly family: "resnet-cifar";
  /** 6n+2 */
  readonly depth: number;
  /** Channels of the three stages. */
  readonly widths: readonly [number, number, number];
  readonly batchNorm: boolean;
  readonly convBias: boolean;
  readonly skip: boolean;
}

const stages = [1, 2, 3] as const;
const imageChannels = 3;
/** PyTorch's default, which no CIFAR ResNet changes. */
const batchNormEpsilon = 1e-5;

export const looksLikeResnetCifar = (tensors: Tensors): boolean =>
  tensors.has("linear.weight") && tensors.has("conv1.weight");

/**
 * Derives the architecture from the few tensors that decide it. Whether all others fit is for `checkTensors` to say.
 * @throws FormatError if the widths cannot carry option-A shortcuts
 */
export function recogniseResnetCifar(
  tensors: Tensors,
  file: string,
  { skip = true }: ModelOptions,
): ResnetCifar {
  const names = [...tensors.keys()];
  /** First axis of a tensor; a missing or absurd one is left for `checkTensors` to report by its expected shape. */
  const outputs = (name: string, usual: number): number => tensors.get(name)?.shape[0] || usual;

  const unitsIn = (stage: number): number =>
    names.filter((name) => name.startsWith(`layer${stage}.`) && /^layer\d\.\d+\.conv1\.weight$/.test(name))
      .length;
  const units = Math.max(1, ...stages.map(unitsIn));
  const first = outputs("conv1.weight", 16);
  const second = outputs("layer2.0.conv1.weight", 2 * first);
  const third = outputs("layer3.0.conv1.weight", 2 * second);
  const batchNorm = names.some((name) => /(^|\.)bn\d\./.test(name));
  const convBias = !batchNorm && names.some((name) => /(^|\.)conv\d\.bias$/.test(name));
  const classes = outputs("linear.weight", 10);

  const refuse: Refuse = refuser(file, "Only option-A shortcuts are known: widths must grow by even steps");
  if (skip) {
    for (const [stage, before, width] of [
      [2, first, second],
      [3, second, third],
    ]) {
      if (width >= before && (width - before) % 2 === 0) continue;
      refuse(`layer${stage}.0.conv1.weight`, `${before} channels or more by an even number`, `${width}`);
    }
  }
  if (classes > limits.classes)
    refuse("linear.weight", `at most ${limits.classes} classes`, `${classes}`, "Use a smaller model");

  const variant = {
    depth: 6 * units + 2,
    widths: [first, second, third] as const,
    batchNorm,
    convBias,
    skip,
  };
  const norm = batchNorm ? "with BatchNorm" : "without BatchNorm";
  const shortcut = skip ? "option-A skip connections" : "no skip connections";
  return {
    family: "resnet-cifar",
    title: `CIFAR ResNet-${variant.depth} ${norm}, ${shortcut}`,
    ...variant,
    ...expectedTensors(variant, classes),
    input: { name: "images", channels: imageChannels },
    classes,
  };
}

interface Unit {
  readonly name: string;
  readonly inputs: number;
  readonly outputs: number;
  readonly stride: number;
}

/** The residual units in the order of the forward pass. */
function unitsOf({ depth, widths }: Pick<ResnetCifar, "depth" | "widths">): readonly Unit[] {
  const perStage = (depth - 2) / 6;
  return stages.flatMap((stage) =>
    Array.from({ length: perStage }, (_, i) => ({
      name: `layer${stage}.${i}`,
      inputs: widths[i === 0 ? Math.max(0, stage - 2) : stage - 1],
      outputs: widths[stage - 1],
      stride: i === 0 && stage > 1 ? 2 : 1,
    })),
  );
}

type Variant = Pick<ResnetCifar, "depth" | "widths" | "batchNorm" | "convBias">;

function expectedTensors(variant: Variant, classes: number): Pick<ResnetCifar, "parameters" | "states"> {
  const parameters: TensorSpec[] = [];
  const states: TensorSpec[] = [];
  const convolution = (prefix: string, index: number, inputs: number, outputs: number): void => {
    parameters.push({ name: `${prefix}conv${index}.weight`, shape: [outputs, inputs, 3, 3] });
    if (variant.convBias) parameters.push({ name: `${prefix}conv${index}.bias`, shape: [outputs] });
    if (!variant.batchNorm) return;
    const norm = `${prefix}bn${index}`;
    for (const part of ["weight", "bias"]) parameters.push({ name: `${norm}.${part}`, shape: [outputs] });
    for (const part of ["running_mean", "running_var"])
      states.push({ name: `${norm}.${part}`, shape: [outputs] });
  };
  convolution("", 1, imageChannels, variant.widths[0]);
  for (const { name, inputs, outputs } of unitsOf(variant)) {
    convolution(`${name}.`, 1, inputs, outputs);
    convolution(`${name}.`, 2, outputs, outputs);
  }
  parameters.push({ name: "linear.weight", shape: [classes, variant.widths[2]] });
  parameters.push({ name: "linear.bias", shape: [classes] });
  return { parameters, states };
}

/**
 * Writes the forward graph: inputs `images` [N,H,W,3], `targets` [N,classes] and the running statistics by their
 * tensor names; outputs `logits` [N,classes] and `loss`.
 */
export function buildResnetCifar(g: GraphBuilder, net: ResnetCifar, options: BuildOptions): void {
  const { batchSize, height = 32, width = 32, bn } = options;
  const tensor = declareTensors(g, net);
  const images = g.input("images", [batchSize, height, width, imageChannels], "data");
  const targets = g.input("targets", [batchSize, net.classes], "target");

  /** Convolution and, where the net has it, BatchNorm. */
  const convolve = (x: NodeId, prefix: string, index: number, stride: number): NodeId => {
    const name = `${prefix}conv${index}`;
    const kernel = tensor(`${name}.weight`);
    const y = g.op("conv2d", [x, kernel], { mode: "forward", stride: [stride, stride], pad: [1, 1, 1, 1] });
    if (net.convBias) return g.op("add", [y, tensor(`${name}.bias`)]);
    if (!net.batchNorm) return y;
    const part = (p: string): NodeId => tensor(`${prefix}bn${index}.${p}`);
    const affine = { weight: part("weight"), bias: part("bias") };
    const running = { mean: part("running_mean"), variance: part("running_var") };
    return batchNorm(g, y, { ...affine, ...running, epsilon: batchNormEpsilon, mode: bn });
  };

  let x = g.op("relu", [convolve(images, "", 1, 1)]);
  for (const { name, stride, outputs } of unitsOf(net)) {
    const inner = g.op("relu", [convolve(x, `${name}.`, 1, stride)]);
    const branch = convolve(inner, `${name}.`, 2, 1);
    const sum = net.skip ? g.op("add", [branch, shortcut(g, x, stride, outputs)]) : branch;
    x = g.op("relu", [sum]);
  }
  const logits = linear(g, globalAveragePool(g, x), tensor("linear.weight"), tensor("linear.bias"));
  g.output("logits", logits);
  g.output("loss", lossOf(g, logits, targets, options.loss));
}

/** Option A: every `stride`-th pixel, new channels zero, half of them before and half after. */
function shortcut(g: GraphBuilder, x: NodeId, stride: number, outputs: number): NodeId {
  const [n, h, w, c] = g.shape(x);
  const size = [n, Math.ceil(h / stride), Math.ceil(w / stride), c];
  const picked =
    stride === 1 ? x : g.op("slice", [x], { start: [0, 0, 0, 0], size, stride: [1, stride, stride, 1] });
  if (outputs === c) return picked;
  const half = [0, 0, 0, (outputs - c) / 2];
  return g.op("pad", [picked], { low: half, high: half, interior: [0, 0, 0, 0] });
}
