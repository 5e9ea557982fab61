import { expect, test } from "vitest";
import { type BatchOptions, makeBatch } from "../../src/model/batch.ts";
import { drawSamples } from "../../src/model/draw.ts";
import type { Tensor, TensorData } from "../../src/model/tensor.ts";
import { refusal } from "./files.ts";

const tensor = (
  name: string,
  dtype: string,
  shape: readonly number[],
  data: TensorData,
): [string, Tensor] => [name, { name, dtype, shape, data }];
const labels = (...values: number[]) =>
  tensor("labels", "<i8", [values.length], BigInt64Array.from(values.map(BigInt)));
const ramp = (size: number) => Float32Array.from({ length: size }, (_, i) => i);

const images: BatchOptions = {
  file: "b.npz",
  input: { name: "images", channels: 3 },
  classes: 4,
  start: 0,
  count: 2,
  mean: null,
  std: null,
};
const vectors: BatchOptions = { ...images, input: { name: "x", features: 2 } };

test("float NCHW images become NHWC, from the first sample asked for", () => {
  const arrays = new Map([tensor("images", "<f4", [3, 3, 1, 2], ramp(18)), labels(0, 1, 3)]);
  const batch = makeBatch(arrays, { ...images, start: 1 });
  expect(batch.shape).toEqual([2, 1, 2, 3]);
  expect(batch.inputs.images).toEqual(Float32Array.of(6, 8, 10, 7, 9, 11, 12, 14, 16, 13, 15, 17));
  expect(batch.labels).toEqual(Int32Array.of(1, 3));
  expect(batch.targets).toEqual(Float32Array.of(0, 0.5, 0, 0, 0, 0, 0, 0.5));
  expect(batch).toMatchObject({ start: 1, count: 2, available: 3 });
});

test("uint8 NHWC images are divided by 255 and normalised by channel", () => {
  const pixels = Uint8Array.of(0, 51, 255, 255, 51, 0);
  const arrays = new Map([tensor("images", "|u1", [2, 1, 1, 3], pixels), labels(0, 0)]);
  const { inputs } = makeBatch(arrays, { ...images, mean: [0.5, 0.2, 0], std: [0.5, 0.1, 2] });
  [-1, 0, 0.5, 1, 0, 0].forEach((v, i) => {
    expect(inputs.images[i]).toBeCloseTo(v, 6);
  });
});

test("statistics describe the numbers that enter the network, per channel, and the classes", () => {
  const arrays = new Map([
    tensor("images", "<f4", [2, 3, 1, 1], Float32Array.of(1, 5, 0, 3, 5, 4)),
    labels(2, 2),
  ]);
  const { statistics } = makeBatch(arrays, images);
  expect(statistics).toEqual({ mean: [2, 5, 2], std: [1, 0, 2], classCounts: [0, 0, 2, 0], tokens: null });
});

test("vectors are taken from x or from x_f32", () => {
  for (const key of ["x", "x_f32"]) {
    const batch = makeBatch(new Map([tensor(key, "<f4", [2, 2], ramp(4)), labels(0, 1)]), vectors);
    expect(batch).toMatchObject({ shape: [2, 2], inputs: { x: ramp(4) } });
    expect(batch.statistics).toMatchObject({ mean: [1.5], std: [Math.sqrt(1.25)] });
  }
});

test("uint8 images without mean and std are refused with the usual ones, where there are such", () => {
  const normalisation = { mean: [0.5, 0.4, 0.3], std: [0.2, 0.2, 0.25] };
  const input = { name: "images", channels: 3, normalisation } as const;
  const arrays = new Map([tensor("images", "|u1", [2, 1, 1, 3], new Uint8Array(6)), labels(0, 0)]);
  expect(refusal(() => makeBatch(arrays, { ...images, input }))).toMatch(
    /that the model was trained with; usual are mean 0\.5,0\.4,0\.3 and std 0\.2,0\.2,0\.25\.$/,
  );
});

const save = "Save the batch as docs/file-formats.md describes.";
const pictures = tensor("images", "<f4", [2, 3, 1, 1], ramp(6));
const bytes = tensor("images", "|u1", [2, 1, 1, 3], new Uint8Array(6));

test.each<[string, [string, Tensor][], Partial<BatchOptions>, string]>([
  [
    "no images",
    [tensor("data", "<f4", [2], ramp(2)), labels(0, 1)],
    {},
    "arrays: expected images, file has data, labels. Save them under these names: numpy.savez(file, images=..., labels=...).",
  ],
  [
    "no labels",
    [pictures],
    {},
    "arrays: expected labels, file has images. Save them under these names: numpy.savez(file, images=..., labels=...).",
  ],
  ["too few labels", [pictures, labels(1)], {}, `labels: expected [2], file has [1]. ${save}`],
  [
    "no samples",
    [tensor("images", "<f4", [0, 3, 1, 1], ramp(0)), labels()],
    {},
    "samples: expected at least one, file has none. Choose a file with samples.",
  ],
  [
    "a batch beyond the file",
    [pictures, labels(0, 1)],
    { start: 1 },
    "samples: expected samples 1 to 2, file has 0 to 1. Choose a smaller batch size or another first sample.",
  ],
  [
    "an empty batch",
    [pictures, labels(0, 1)],
    { count: 0 },
    "samples: expected a batch of 1 to 50000, file has 2, and 0 were asked for. Choose a batch size from 1 to 2.",
  ],
  [
    "a label beyond the classes",
    [pictures, labels(0, 4)],
    {},
    "labels: expected classes 0 to 3, file has 4 in sample 1. Choose data with the classes that the model was trained on.",
  ],
  [
    "a negative label",
    [pictures, labels(-1, 0)],
    {},
    "labels: expected classes 0 to 3, file has -1 in sample 0. Choose data with the classes that the model was trained on.",
  ],
  [
    "labels with fractions",
    [pictures, tensor("labels", "<f4", [2], ramp(2))],
    {},
    "labels: expected whole numbers, file has dtype <f4. Convert them: labels.astype('int64').",
  ],
  [
    "float images in NHWC",
    [tensor("images", "<f4", [2, 1, 1, 3], ramp(6)), labels(0, 1)],
    {},
    "images: expected [N,3,H,W] for <f4, file has [2,1,1,3]. Float images are NCHW: images.transpose(0, 3, 1, 2).",
  ],
  [
    "uint8 images in NCHW",
    [tensor("images", "|u1", [2, 3, 1, 1], new Uint8Array(6)), labels(0, 1)],
    {},
    "images: expected [N,H,W,3] for |u1, file has [2,3,1,1]. uint8 images are NHWC: images.transpose(0, 2, 3, 1).",
  ],
  [
    "uint8 images without a normalisation",
    [bytes, labels(0, 1)],
    {},
    "images: expected 3 means and 3 positive standard deviations beside uint8 images, file has mean unknown, std unknown. Give the mean and standard deviation that the model was trained with.",
  ],
  [
    "a standard deviation of zero",
    [bytes, labels(0, 1)],
    { mean: [0, 0, 0], std: [1, 0, 1] },
    "images: expected 3 means and 3 positive standard deviations beside uint8 images, file has mean 0,0,0, std 1,0,1. Give the mean and standard deviation that the model was trained with.",
  ],
  [
    "images of whole numbers",
    [tensor("images", "<i4", [2, 3, 1, 1], new Int32Array(6)), labels(0, 1)],
    {},
    "images: expected float32 or uint8, file has dtype <i4. Convert it: images.astype('float32') or 'uint8'.",
  ],
  [
    "images without pixels",
    [tensor("images", "<f4", [2, 3, 0, 1], ramp(0)), labels(0, 1)],
    {},
    "images: expected images of 1 to 1024 pixels a side, file has 0x1. Resize the images.",
  ],
  [
    "a pixel that is not a number",
    [tensor("images", "<f4", [2, 3, 1, 1], Float32Array.of(0, 0, 0, 0, Infinity, 0)), labels(0, 1)],
    {},
    `images: expected finite float32 numbers, file has Infinity in sample 1. ${save}`,
  ],
])("%s: refused in these words", (_, arrays, options, message) => {
  expect(refusal(() => makeBatch(new Map(arrays), { ...images, ...options }))).toBe(`b.npz: ${message}`);
});

test("vectors of another length are refused", () => {
  const arrays = new Map([tensor("x", "<f4", [2, 3], ramp(6)), labels(0, 1)]);
  expect(refusal(() => makeBatch(arrays, vectors))).toBe(`b.npz: x: expected [2,2], file has [2,3]. ${save}`);
});

test("squared error takes numbers to meet, each sample with its share of the mean", () => {
  const samples = tensor("x", "<f4", [3, 2], ramp(6));
  const mse = { ...vectors, loss: "mean-squared-error", classes: 2, start: 1 } as const;
  const batch = makeBatch(new Map([samples, tensor("targets", "<f4", [3, 2], ramp(6))]), mse);
  expect(batch).toMatchObject({ labels: null, targets: Float32Array.of(2, 3, 4, 5) });
  expect(batch.weights).toEqual(Float32Array.of(0.5, 0.5));
  const column = makeBatch(new Map([samples, tensor("targets", "<f4", [3], ramp(3))]), {
    ...mse,
    classes: 1,
  });
  expect(column.targets).toEqual(Float32Array.of(1, 2));
});

test.each<[string, [string, Tensor][], RegExp]>([
  ["none", [labels(0, 1, 1)], /arrays: expected targets, file has x, labels\. Save them under this name/],
  ["another shape", [tensor("targets", "<f4", [3], ramp(3))], /targets: expected \[3,2\], file has \[3\]\./],
  [
    "whole numbers",
    [tensor("targets", "<i4", [3, 2], Int32Array.from(ramp(6)))],
    /targets: expected floating-point/,
  ],
  [
    "NaN",
    [tensor("targets", "<f4", [3, 2], ramp(6).fill(Number.NaN, 3))],
    /finite float32 numbers, file has NaN in sample 1/,
  ],
])("numbers to meet are refused: %s", (_title, given, text) => {
  const arrays = new Map([tensor("x", "<f4", [3, 2], ramp(6)), ...given]);
  const options = { ...vectors, loss: "mean-squared-error", classes: 2 } as const;
  expect(refusal(() => makeBatch(arrays, options))).toMatch(text);
});

test("a random batch is drawn from all samples by its seed, and names them", () => {
  const rows = Float32Array.from({ length: 40 }, (_, i) => Math.floor(i / 2));
  const arrays = new Map([
    tensor("x", "<f4", [20, 2], rows),
    labels(...Array.from({ length: 20 }, (_, i) => i % 4)),
  ]);
  const batch = makeBatch(arrays, { ...vectors, start: 19, count: 6, seed: 3 });
  const drawn = drawSamples(20, 6, 3);
  expect(batch).toMatchObject({ start: 0, count: 6, available: 20, drawn, shape: [6, 2] });
  expect(batch.inputs.x).toEqual(
    Float32Array.from(drawn, (i) => i).reduce((all, v, i) => {
      all.fill(v, 2 * i, 2 * i + 2);
      return all;
    }, new Float32Array(12)),
  );
  expect(batch.labels).toEqual(drawn.map((i) => i % 4));
  const few = new Map([tensor("x", "<f4", [2, 2], Float32Array.of(0, 0, 0, Number.NaN)), labels(0, 1)]);
  expect(refusal(() => makeBatch(few, { ...vectors, seed: 1 }))).toBe(
    "b.npz, the 2 samples drawn with seed 1: x: expected finite float32 numbers, file has NaN in sample 1. Save the batch as docs/file-formats.md describes.",
  );
});

test("sentences are counted by their tokens", () => {
  const ids = tensor("input_ids", "<i4", [2, 3], Int32Array.of(1, 2, 3, 1, 2, 0));
  const mask = tensor("attention_mask", "<i4", [2, 3], Int32Array.of(1, 1, 1, 1, 1, 0));
  const input = { name: "input_ids", vocabulary: 5, positions: 8, types: 0 } as const;
  const arrays = new Map([ids, mask, labels(0, 1)]);
  expect(makeBatch(arrays, { ...images, input }).statistics.tokens).toEqual({ least: 2, mean: 2.5, most: 3 });
});
