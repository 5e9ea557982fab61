import type { InputSpec } from "./architecture.ts";
import { drawSamples, takeSamples } from "./draw.ts";
import { printShape, type Refuse, refuser } from "./errors.ts";
import type { LossKind, Shape } from "./graph.ts";
import { limits } from "./limits.ts";
import { readArrays } from "./namedArrays.ts";
import type { Tensor, Tensors } from "./tensor.ts";
import { readSentences, readTokenLabels } from "./tokens.ts";

/** Arrays of an npz file to the graph's inputs, in the layout and the normalisation that the network was trained on. */

export interface BatchOptions {
  /** File name for messages. */
  readonly file: string;
  /** From the architecture. */
  readonly input: InputSpec;
  readonly classes: number;
  /** Default cross-entropy. */
  readonly loss?: LossKind;
  /** First sample. */
  readonly start: number;
  /** Samples. */
  readonly count: number;
  /** Seed of a random batch, drawn from all samples; null, the default, takes those from `start` on. */
  readonly seed?: number | null;
  /** Per channel, for uint8 images after division by 255; null if unknown. Float images are taken as they are. */
  readonly mean: readonly number[] | null;
  readonly std: readonly number[] | null;
}

export interface Batch {
  readonly start: number;
  readonly count: number;
  /** Places in the file of a random batch, ascending; null for the samples from `start` on. */
  readonly drawn: Int32Array | null;
  /** Samples in the file. */
  readonly available: number;
  /** Values of the graph's data inputs: `images` NHWC, `x` [N,features], or `input_ids` and what goes with them. */
  readonly inputs: Readonly<Record<string, Float32Array | Int32Array>>;
  /** Of the first of these. */
  readonly shape: Shape;
  /** Of each, where the network takes named arrays. */
  readonly shapes?: Readonly<Record<string, Shape>>;
  /** [M], each below the number of classes: one for each sample, or for each labelled token of the sentences. */
  readonly labels: Int32Array | null;
  /**
   * [M,classes]: one-hot / M, so that the sum of the cross-entropy over the rows is their mean; for the squared error the
   * numbers to meet [N,outputs].
   */
  readonly targets: Float32Array;
  /** Squared error: each sample's share of the mean, [N,1]. */
  readonly weights?: Float32Array;
  readonly statistics: BatchStatistics;
}

export interface BatchStatistics {
  /** Of the numbers that enter the network: per channel for images, one value for vectors, none for tokens. */
  readonly mean: readonly number[];
  readonly std: readonly number[];
  /** Samples per class; none where the classes are words. */
  readonly classCounts: readonly number[];
  /** Tokens of the shortest sentence, of the mean and of the longest; null where samples are no sentences. */
  readonly tokens: { readonly least: number; readonly mean: number; readonly most: number } | null;
}

/** @throws FormatError where arrays, range, labels or normalisation do not fit the model */
export function makeBatch(arrays: Tensors, options: BatchOptions): Batch {
  const { file, input, classes, start, count, seed } = options;
  const refuse: Refuse = refuser(file, "Save the batch as docs/file-formats.md describes");
  const names = namesOf(input);
  const save = `Save them under these names: numpy.savez(file, ${names.at(-1)}=..., labels=...)`;
  const samples = findArray(arrays, names, save, refuse);
  const available = samples.shape[0] ?? 0;
  if (typeof seed === "number") {
    checkRange(0, count, available, refuse);
    const drawn = drawSamples(available, count, seed);
    const about = { file: `${file}, the ${count} samples drawn with seed ${seed}`, start: 0, seed: null };
    const batch = makeBatch(takeSamples(arrays, available, drawn), { ...options, ...about });
    return { ...batch, available, drawn };
  }
  checkRange(start, count, available, refuse);
  const { mean, std, inputs, ...shapes } = readSamples(samples, arrays, options, refuse);
  const read = { start, count, drawn: null, available, ...shapes };
  const tokens = countTokens(inputs.attention_mask, count);
  if (options.loss === "mean-squared-error") {
    const goal = readNumbersToMeet(arrays, options, available, refuse);
    return { ...read, inputs, ...goal, labels: null, statistics: { mean, std, classCounts: [], tokens } };
  }
  const labelArray = findArray(arrays, ["labels"], save, refuse);
  if (labelArray.data instanceof Float32Array || labelArray.dtype.endsWith("b1")) {
    const remedy = "Convert them: labels.astype('int64')";
    refuse("labels", "whole numbers", `dtype ${labelArray.dtype}`, remedy);
  }
  const ofTokens =
    input.name === "input_ids" && input.labels === "tokens"
      ? readTokenLabels(labelArray, samples.shape, classes, options, refuse)
      : null;
  const labels = ofTokens?.labels ?? readLabels(labelArray, available, options, refuse);
  const targets = new Float32Array(labels.length * classes);
  labels.forEach((label, i) => {
    targets[i * classes + label] = 1 / labels.length;
  });
  const classCounts = ofTokens === null ? countClasses(labels, classes) : [];
  return {
    ...{ ...read, labels, targets },
    inputs: ofTokens === null ? inputs : { ...inputs, label_positions: ofTokens.places },
    statistics: { mean, std, classCounts, tokens },
  };
}

/** Names under which a file may have the samples; the usual one last. */
function namesOf(input: InputSpec): readonly string[] {
  if (input.name === "arrays")
    return (input.arrays.find(({ absent }) => absent === null) ?? input.arrays[0]).sources;
  const source = input.source === undefined ? [] : [input.source];
  return [...source, ...(input.name === "x" ? ["x_f32", "x"] : [input.name])];
}

type Moments = Pick<BatchStatistics, "mean" | "std">;

function readSamples(
  samples: Tensor,
  arrays: Tensors,
  options: BatchOptions,
  refuse: Refuse,
): Pick<Batch, "inputs" | "shape" | "shapes"> & Moments {
  const { input } = options;
  if (input.name === "input_ids")
    return { ...readSentences(samples, arrays, input, options, refuse), mean: [], std: [] };
  if (input.name !== "arrays") return readNumbers(samples, input, options, refuse);
  const read = readArrays(input.arrays, arrays, options, refuse);
  return { ...read, shape: read.shapes[input.arrays[0].name], mean: [], std: [] };
}

/** Images or vectors, all finite, with their moments. */
function readNumbers(
  samples: Tensor,
  input: Extract<InputSpec, { name: "images" | "x" }>,
  options: BatchOptions,
  refuse: Refuse,
): Pick<Batch, "inputs" | "shape"> & Moments {
  const { data, shape } =
    input.name === "images"
      ? readImages(samples, input.channels, options, refuse)
      : readVectors(samples, input.features, options, refuse);
  const bad = data.findIndex((v) => !Number.isFinite(v));
  if (bad >= 0) {
    const sample = options.start + Math.floor(bad / (data.length / options.count));
    refuse(samples.name, "finite float32 numbers", `${data[bad]} in sample ${sample}`);
  }
  return {
    inputs: { [input.name]: data },
    shape,
    ...moments(data, input.name === "images" ? input.channels : 1),
  };
}

function findArray(arrays: Tensors, keys: readonly string[], remedy: string, refuse: Refuse): Tensor {
  for (const key of keys) {
    const array = arrays.get(key);
    if (array) return array;
  }
  const present = arrays.size > 0 ? [...arrays.keys()].slice(0, 8).join(", ") : "no array";
  return refuse("arrays", keys.join(" or "), present, remedy);
}

function checkRange(start: number, count: number, available: number, refuse: Refuse): void {
  if (available === 0) refuse("samples", "at least one", "none", "Choose a file with samples");
  if (!Number.isInteger(count) || count < 1 || count > limits.batchSamples) {
    const remedy = `Choose a batch size from 1 to ${Math.min(available, limits.batchSamples)}`;
    refuse(
      "samples",
      `a batch of 1 to ${limits.batchSamples}`,
      `${available}, and ${count} were asked for`,
      remedy,
    );
  }
  if (Number.isInteger(start) && start >= 0 && start + count <= available) return;
  const remedy = "Choose a smaller batch size or another first sample";
  refuse("samples", `samples ${start} to ${start + count - 1}`, `0 to ${available - 1}`, remedy);
}

interface Samples {
  readonly data: Float32Array;
  readonly shape: Shape;
}

function readVectors(
  array: Tensor,
  features: number,
  { start, count }: BatchOptions,
  refuse: Refuse,
): Samples {
  const { name, shape, data, dtype } = array;
  if (shape.length !== 2 || shape[1] !== features)
    refuse(name, printShape([shape[0], features]), printShape(shape));
  if (!(data instanceof Float32Array)) return refuse(name, "floating-point numbers", `dtype ${dtype}`);
  return { data: data.slice(start * features, (start + count) * features), shape: [count, features] };
}

function readImages(array: Tensor, channels: number, options: BatchOptions, refuse: Refuse): Samples {
  const { name, shape, data, dtype } = array;
  if (data instanceof Float32Array) {
    if (shape.length !== 4 || shape[1] !== channels) {
      const remedy = "Float images are NCHW: images.transpose(0, 3, 1, 2)";
      refuse(name, `[N,${channels},H,W] for ${dtype}`, printShape(shape), remedy);
    }
    checkSides(name, shape.slice(2), refuse);
    return nchwToNhwc(data, shape, options);
  }
  if (!(data instanceof Uint8Array)) {
    return refuse(
      name,
      "float32 or uint8",
      `dtype ${dtype}`,
      "Convert it: images.astype('float32') or 'uint8'",
    );
  }
  if (shape.length !== 4 || shape[3] !== channels) {
    const remedy = "uint8 images are NHWC: images.transpose(0, 2, 3, 1)";
    refuse(name, `[N,H,W,${channels}] for ${dtype}`, printShape(shape), remedy);
  }
  checkSides(name, shape.slice(1, 3), refuse);
  return normalise(data, shape, options, refuse);
}

function checkSides(name: string, sides: readonly number[], refuse: Refuse): void {
  if (sides.every((side) => side >= 1 && side <= limits.imageSide)) return;
  refuse(name, `images of 1 to ${limits.imageSide} pixels a side`, sides.join("x"), "Resize the images");
}

function nchwToNhwc(data: Float32Array, [, c, h, w]: Shape, { start, count }: BatchOptions): Samples {
  const out = new Float32Array(count * h * w * c);
  const area = h * w;
  for (let n = 0; n < count; n++) {
    for (let k = 0; k < c; k++) {
      const from = ((start + n) * c + k) * area;
      const to = n * area * c + k;
      for (let p = 0; p < area; p++) out[to + p * c] = data[from + p];
    }
  }
  return { data: out, shape: [count, h, w, c] };
}

function normalise(data: Uint8Array, [, h, w, c]: Shape, options: BatchOptions, refuse: Refuse): Samples {
  const { start, count, mean, std } = options;
  if (
    mean?.length !== c ||
    std?.length !== c ||
    ![...mean, ...std].every(Number.isFinite) ||
    std.some((s) => s <= 0)
  ) {
    const usual = options.input.name === "images" ? options.input.normalisation : undefined;
    const hint = usual === undefined ? "" : `; usual are mean ${usual.mean} and std ${usual.std}`;
    const remedy = `Give the mean and standard deviation that the model was trained with${hint}`;
    return refuse(
      "images",
      `${c} means and ${c} positive standard deviations beside uint8 images`,
      `mean ${mean ?? "unknown"}, std ${std ?? "unknown"}`,
      remedy,
    );
  }
  const table = Float32Array.from({ length: 256 * c }, (_, i) => {
    const k = Math.floor(i / 256);
    return ((i % 256) / 255 - mean[k]) / std[k];
  });
  const perImage = h * w * c;
  const out = new Float32Array(count * perImage);
  for (let i = 0; i < out.length; i++) out[i] = table[(i % c) * 256 + data[start * perImage + i]];
  return { data: out, shape: [count, h, w, c] };
}

function readLabels(
  array: Tensor,
  available: number,
  { start, count, classes }: BatchOptions,
  refuse: Refuse,
): Int32Array {
  if (array.shape.length !== 1 || array.shape[0] !== available)
    refuse("labels", printShape([available]), printShape(array.shape));
  const labels = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    const label = Number(array.data[start + i]);
    if (label < 0 || label >= classes) {
      const remedy = "Choose data with the classes that the model was trained on";
      refuse("labels", `classes 0 to ${classes - 1}`, `${label} in sample ${start + i}`, remedy);
    }
    labels[i] = label;
  }
  return labels;
}

/** Mean and (population) standard deviation of each channel, the last axis. */
function moments(data: Float32Array, channels: number): { mean: number[]; std: number[] } {
  const perChannel = data.length / channels;
  const mean = new Array<number>(channels).fill(0);
  const std = new Array<number>(channels).fill(0);
  data.forEach((v, i) => {
    mean[i % channels] += v / perChannel;
  });
  data.forEach((v, i) => {
    std[i % channels] += (v - mean[i % channels]) ** 2 / perChannel;
  });
  return { mean, std: std.map(Math.sqrt) };
}

/** `targets` [N,outputs], or [N] for one output, and equal weights. */
function readNumbersToMeet(
  arrays: Tensors,
  { input, classes: outputs, start, count }: BatchOptions,
  available: number,
  refuse: Refuse,
): Required<Pick<Batch, "targets" | "weights">> {
  if (input.name === "input_ids" && input.labels === "tokens")
    refuse("loss", "cross-entropy for a language model", "mean squared error", "Leave out --loss");
  const save = "Save them under this name: numpy.savez(file, targets=..., ...)";
  const { name, shape, data, dtype } = findArray(arrays, ["targets"], save, refuse);
  const column = shape.length === 1 && outputs === 1;
  if (shape[0] !== available || !(column || (shape.length === 2 && shape[1] === outputs)))
    refuse(name, printShape([available, outputs]), printShape(shape));
  if (!(data instanceof Float32Array))
    return refuse(
      name,
      "floating-point numbers",
      `dtype ${dtype}`,
      "Convert them: targets.astype('float32')",
    );
  const targets = data.slice(start * outputs, (start + count) * outputs);
  const bad = targets.findIndex((v) => !Number.isFinite(v));
  if (bad >= 0)
    refuse(name, "finite float32 numbers", `${targets[bad]} in sample ${start + Math.floor(bad / outputs)}`);
  return { targets, weights: new Float32Array(count).fill(1 / count) };
}

function countClasses(labels: Int32Array, classes: number): number[] {
  const counts = new Array<number>(classes).fill(0);
  for (const label of labels) counts[label]++;
  return counts;
}

/** @param mask [N,tokens] of ones and zeros */
function countTokens(mask: ArrayLike<number> | undefined, sentences: number): BatchStatistics["tokens"] {
  if (mask === undefined) return null;
  const counts = new Int32Array(sentences);
  for (let i = 0; i < mask.length; i++) counts[Math.floor((i * sentences) / mask.length)] += mask[i];
  const sum = counts.reduce((a, b) => a + b, 0);
  return { least: Math.min(...counts), mean: sum / sentences, most: Math.max(...counts) };
}
