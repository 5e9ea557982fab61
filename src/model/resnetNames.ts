import type { Tensors } from "./tensor.ts";

/** How libraries name the modules of a ResNet. Stages count from 1; units and convolutions of a unit from 0. */
export interface ResnetNames {
  readonly stem: { readonly name: string; readonly norm: string };
  /** The first convolution of a unit: its stage, counted from `firstStage`, and its number. */
  readonly unitPattern: RegExp;
  readonly firstStage: number;
  readonly unit: (stage: number, unit: number) => string;
  readonly convolution: (unit: string, index: number) => { readonly name: string; readonly norm: string };
  readonly projection: (unit: string) => { readonly name: string; readonly norm: string };
  readonly head: string;
  readonly projectionFirst: boolean;
}

/**
 * torchvision and timm, and the many scripts for CIFAR after them, which call the projection `shortcut` or the head
 * `linear`.
 */
const torchvision = (projection: string, head: string): ResnetNames => ({
  stem: { name: "conv1", norm: "bn1" },
  unitPattern: /^layer(\d)\.(\d+)\.conv1\.weight$/,
  firstStage: 1,
  unit: (stage, unit) => `layer${stage}.${unit}`,
  convolution: (unit, index) => ({ name: `${unit}.conv${index + 1}`, norm: `${unit}.bn${index + 1}` }),
  projection: (unit) => ({ name: `${unit}.${projection}.0`, norm: `${unit}.${projection}.1` }),
  head,
  projectionFirst: false,
});

const moduleOf = (prefix: string): { name: string; norm: string } => ({
  name: `${prefix}.convolution`,
  norm: `${prefix}.normalization`,
});

/** ResNetForImageClassification of Hugging Face's library. */
const huggingFace: ResnetNames = {
  stem: moduleOf("resnet.embedder.embedder"),
  unitPattern: /^resnet\.encoder\.stages\.(\d)\.layers\.(\d+)\.layer\.0\.convolution\.weight$/,
  firstStage: 0,
  unit: (stage, unit) => `resnet.encoder.stages.${stage - 1}.layers.${unit}`,
  convolution: (unit, index) => moduleOf(`${unit}.layer.${index}`),
  projection: (unit) => moduleOf(`${unit}.shortcut`),
  head: "classifier.1",
  projectionFirst: true,
};

const isHuggingFace = (tensors: Tensors): boolean =>
  tensors.has(`${huggingFace.stem.name}.weight`) ||
  tensors.has("resnet.encoder.stages.0.layers.0.layer.0.convolution.weight");

/**
 * ResNets of every kind but those for CIFAR whose shortcuts have no tensors: these have three stages, and `linear` on
 * top of them.
 */
export function looksLikeResnet(tensors: Tensors): boolean {
  if (isHuggingFace(tensors)) return true;
  if (!tensors.has("layer1.0.conv1.weight")) return false;
  if (tensors.has("fc.weight") || tensors.has("layer4.0.conv1.weight")) return true;
  return [...tensors.keys()].some((name) => /^layer\d\.\d+\.(shortcut|downsample)\./.test(name));
}

export function resnetNames(tensors: Tensors): ResnetNames {
  if (isHuggingFace(tensors)) return huggingFace;
  const isShortcut = [...tensors.keys()].some((name) => /^layer\d\.\d+\.shortcut\./.test(name));
  return torchvision(isShortcut ? "shortcut" : "downsample", tensors.has("linear.weight") ? "linear" : "fc");
}
