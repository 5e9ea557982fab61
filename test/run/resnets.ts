import { readFileSync } from "node:fs";
import { zipSync } from "fflate";
import type { DataSource, ModelSource } from "../../src/run/protocol.ts";
import { seeded } from "../autograd/seeded.ts";
import { bytesOf, npyBytes, npyHeader, type RawTensor, safetensorsBytes } from "../model/files.ts";
import type { GoldenVector } from "./transformers.ts";

/** Narrow ResNets of all kinds with golden values from PyTorch (tools/golden_resnets.py). */

export interface Derivatives {
  readonly loss: number;
  readonly gradient: GoldenVector;
  readonly hv: GoldenVector;
}

type Named = readonly [name: string, shape: readonly number[]];

export interface GoldenResnet {
  readonly name: string;
  readonly seed: number;
  readonly parameters: readonly Named[];
  readonly states: readonly Named[];
  /** [N,3,H,W] */
  readonly images: readonly number[];
  readonly eval: Derivatives;
  readonly batch: Derivatives;
}

const { cases } = JSON.parse(
  readFileSync(new URL("../fixtures/resnets/golden.json", import.meta.url), "utf8"),
) as { readonly cases: readonly GoldenResnet[] };

export const resnets = cases;

export function resnet(name: string): GoldenResnet {
  const found = cases.find((c) => c.name === name);
  if (found === undefined) throw new Error(`no golden case ${name}`);
  return found;
}

const CLASSES = 5;

/** Numbers of a tensor, each from one of the generator. */
function values([name, shape]: Named): (u: number) => number {
  if (name.endsWith(".running_var")) return (u) => 0.5 + u;
  if (/\.(bias|running_mean)$/.test(name)) return (u) => 0.5 * (2 * u - 1);
  if (shape.length === 1) return (u) => 0.25 + 0.5 * u;
  const inputs = shape.slice(1).reduce((a, b) => a * b, 1);
  const scale = Math.sqrt((shape.length === 4 ? 6 : 3) / inputs);
  return (u) => scale * (2 * u - 1);
}

/** The checkpoint and the batch that the golden values belong to. */
export function filesOf({ seed, parameters, states, images }: GoldenResnet) {
  const random = seeded(seed);
  const draw = (shape: readonly number[], make: (u: number) => number): Float32Array =>
    Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => make(random()));
  const tensors = [...parameters, ...states].map((named): RawTensor => {
    const [name, shape] = named;
    return { name, dtype: "F32", shape, bytes: bytesOf(draw(shape, values(named))) };
  });
  const pixels = draw(images, (u) => 1.7 * (2 * u - 1));
  const labels = BigInt64Array.from({ length: images[0] }, (_, i) => BigInt(i % CLASSES));
  const npz = zipSync({
    "images.npy": npyBytes(npyHeader("<f4", images), bytesOf(pixels)),
    "labels.npy": npyBytes(npyHeader("<i8", [images[0]]), bytesOf(labels)),
  });
  return { tensors, data: dataOf(npz) };
}

export const modelOf = (tensors: readonly RawTensor[], config?: object): ModelSource => {
  const weights = { name: "model.safetensors", bytes: safetensorsBytes(tensors) };
  const text = { name: "config.json", bytes: new TextEncoder().encode(JSON.stringify(config)) };
  return { kind: "files", files: config === undefined ? [weights] : [weights, text], options: {} };
};

const dataOf = (bytes: Uint8Array): DataSource => ({
  kind: "files",
  files: [{ name: "images.npz", bytes }],
  options: { mean: null, std: null },
});
