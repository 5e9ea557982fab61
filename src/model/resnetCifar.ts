import type { ArchitectureBase, BuildOptions, ModelOptions } from "./architecture.ts";
import { type Refuse, refuser } from "./errors.ts";
import type { GraphBuilder } from "./graph.ts";
import { limits } from "./limits.ts";
import {
  buildResidual,
  type Convolution,
  type ResidualNet,
  type ResidualUnit,
  residualTensors,
} from "./residual.ts";
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
    classes,
  };
  const norm = batchNorm ? "with BatchNorm" : "without BatchNorm";
  const shortcut = skip ? "option-A skip connections" : "no skip connections";
  const network = networkOf(variant);
  return {
    family: "resnet-cifar",
    title: `CIFAR ResNet-${variant.depth} ${norm}, ${shortcut}`,
    ...variant,
    ...residualTensors(network),
    units: network.units.map(({ name }) => name),
    input: { name: "images", channels: imageChannels },
  };
}

/** Convolution `index` of the unit or stem whose names begin with `prefix`. */
const convolution = (
  prefix: string,
  index: number,
  [inputs, outputs]: readonly [number, number],
  stride = 1,
): Convolution => ({
  name: `${prefix}conv${index}`,
  norm: `${prefix}bn${index}`,
  ...{ inputs, outputs, kernel: 3, stride },
});

type Variant = Pick<ResnetCifar, "depth" | "widths" | "batchNorm" | "convBias" | "skip" | "classes">;

function networkOf({ depth, widths, batchNorm, convBias, skip, classes }: Variant): ResidualNet {
  const perStage = (depth - 2) / 6;
  const units = stages.flatMap((stage) =>
    Array.from({ length: perStage }, (_, i): ResidualUnit => {
      const name = `layer${stage}.${i}`;
      const prefix = `${name}.`;
      const inputs = widths[i === 0 ? Math.max(0, stage - 2) : stage - 1];
      const outputs = widths[stage - 1];
      const stride = i === 0 && stage > 1 ? 2 : 1;
      return {
        name,
        branch: [
          convolution(prefix, 1, [inputs, outputs], stride),
          convolution(prefix, 2, [outputs, outputs]),
        ],
        shortcut: skip ? { kind: "padded", stride, outputs } : { kind: "none" },
      };
    }),
  );
  return {
    stem: convolution("", 1, [imageChannels, widths[0]]),
    pool: false,
    units,
    head: { name: "linear", inputs: widths[2], classes },
    batchNorm,
    convBias,
    projectionFirst: false,
  };
}

/** Writes the forward graph, as `buildResidual` does. */
export const buildResnetCifar = (g: GraphBuilder, net: ResnetCifar, options: BuildOptions): void =>
  buildResidual(g, net, networkOf(net), options);
