import { zipSync } from "fflate";
import type { DataSource, ModelSource, RunSettings } from "../../src/run/protocol.ts";
import { seeded } from "../autograd/seeded.ts";
import { bytesOf, npyBytes, npyHeader, safetensorsBytes } from "../model/files.ts";

/** Small checkpoints and batches as a user would drop them on the page. */

/** A model that was dropped. */
export type Dropped = Extract<ModelSource, { kind: "files" }>;

type Shapes = Readonly<Record<string, readonly number[]>>;

/** Weights like a freshly initialised network's: uniform, of the size that keeps activations of order one. */
function checkpoint(shapes: Shapes, seed: number): Uint8Array {
  const random = seeded(seed);
  return safetensorsBytes(
    Object.entries(shapes).map(([name, shape]) => {
      const fan = shape.slice(1).reduce((a, b) => a * b, 1);
      const positive = name.endsWith("running_var") || /bn\d\.weight$/.test(name);
      const data = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () =>
        positive ? 0.5 + random() : (2 * random() - 1) * Math.sqrt(3 / fan),
      );
      return { name, dtype: "F32", shape, bytes: bytesOf(data) };
    }),
  );
}

export const mlpShapes = { "fc1.weight": [5, 7], "fc1.bias": [5], "fc2.weight": [3, 5], "fc2.bias": [3] };

/** A perceptron 7-5-3 of 58 parameters. */
export const mlp = (activation: "tanh" | "relu" = "tanh", seed = 1): Dropped => ({
  kind: "files",
  files: [{ name: "mlp.safetensors", bytes: checkpoint(mlpShapes, seed) }],
  options: { activation },
});

/** A perceptron from 7 numbers to 3 classes with so many layers of `width` before the last. */
export function deepMlp(layers: number, width: number): Dropped {
  const sizes = [7, ...new Array<number>(layers - 1).fill(width), 3];
  const shapes = sizes.slice(1).flatMap((size, i): [string, number[]][] => [
    [`fc${i + 1}.weight`, [size, sizes[i]]],
    [`fc${i + 1}.bias`, [size]],
  ]);
  const bytes = checkpoint(Object.fromEntries(shapes), 1);
  return { kind: "files", files: [{ name: "deep.safetensors", bytes }], options: { activation: "tanh" } };
}

/** A CIFAR ResNet-8 with BatchNorm and few channels. */
export function resnet8(): ModelSource {
  const widths = [4, 6, 8];
  const shapes: Record<string, readonly number[]> = {};
  const convolution = (name: string, index: number, inputs: number, outputs: number): void => {
    shapes[`${name}conv${index}.weight`] = [outputs, inputs, 3, 3];
    for (const part of ["weight", "bias", "running_mean", "running_var"])
      shapes[`${name}bn${index}.${part}`] = [outputs];
  };
  convolution("", 1, 3, widths[0]);
  widths.forEach((width, stage) => {
    convolution(`layer${stage + 1}.0.`, 1, widths[Math.max(0, stage - 1)], width);
    convolution(`layer${stage + 1}.0.`, 2, width, width);
  });
  shapes["linear.weight"] = [3, widths[2]];
  shapes["linear.bias"] = [3];
  return {
    kind: "files",
    files: [{ name: "resnet8.safetensors", bytes: checkpoint(shapes, 2) }],
    options: { skip: true },
  };
}

type FileData = Extract<DataSource, { kind: "files" }>;

/** @param outputs numbers to meet per sample, instead of labels */
function batch(name: string, array: string, shape: readonly number[], outputs?: number): FileData {
  const random = seeded(3);
  const draw = (size: number) => Float32Array.from({ length: size }, () => 2 * random() - 1);
  const data = draw(shape.reduce((a, b) => a * b, 1));
  const labels = BigInt64Array.from({ length: shape[0] }, () => BigInt(Math.floor(3 * random())));
  const bytes = zipSync({
    [`${array}.npy`]: npyBytes(npyHeader("<f4", shape), bytesOf(data)),
    ...(outputs === undefined
      ? { "labels.npy": npyBytes(npyHeader("<i8", [shape[0]]), new Uint8Array(labels.buffer)) }
      : {
          "targets.npy": npyBytes(npyHeader("<f4", [shape[0], outputs]), bytesOf(draw(shape[0] * outputs))),
        }),
  });
  return { kind: "files", files: [{ name, bytes }], options: { mean: null, std: null } };
}

/** Twelve samples for `mlp`. */
export const vectors = (): DataSource => batch("vectors.npz", "x", [12, 7]);

/** The same samples with three numbers to meet each. */
export const outputs = (): FileData => batch("outputs.npz", "x", [12, 7], 3);

/** Six images for `resnet8`. */
export const images = (height = 9, width = 8): DataSource =>
  batch("images.npz", "images", [6, 3, height, width]);

export const settings = (more: Partial<RunSettings> = {}): RunSettings => ({
  ...{ bn: "eval", draw: "range", start: 0, dataSeed: 0, batchSize: 6, microBatch: null },
  ...{ steps: 8, probes: 2, traceProbes: 2, seed: 5, top: 3, bottom: 2 },
  ...more,
});
