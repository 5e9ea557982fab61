import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { zipSync } from "fflate";
import type { DataSource, ModelSource } from "../../src/run/protocol.ts";
import { seeded } from "../autograd/seeded.ts";
import { bytesOf, npyBytes, npyHeader, type RawTensor, safetensorsBytes } from "../model/files.ts";

/** Small BERTs, DistilBERTs and RoBERTas with golden values from PyTorch (tools/golden_transformers.py). */

export interface GoldenVector {
  readonly norm: number;
  readonly sums: readonly number[];
}

export interface GoldenCase {
  readonly name: string;
  readonly seed: number;
  readonly parameters: readonly (readonly [string, readonly number[]])[];
  readonly batch: Readonly<Record<string, readonly number[] | readonly (readonly number[])[]>>;
  readonly loss: number;
  readonly accuracy: number;
  readonly gradient: GoldenVector;
  readonly hv: GoldenVector;
}

const golden = JSON.parse(
  readFileSync(resolve(process.env.EIGENSCOPE_ROOT ?? ".", "test/fixtures/transformers/golden.json"), "utf8"),
) as { readonly heads: number; readonly cases: readonly GoldenCase[] };

export const { cases, heads } = golden;

export function caseOf(name: string): GoldenCase {
  const found = cases.find((c) => c.name === name);
  if (found === undefined) throw new Error(`no golden case ${name}`);
  return found;
}

/** The weights that the golden values belong to, as tensors of a file. */
export function tensorsOfCase({ seed, parameters }: GoldenCase): RawTensor[] {
  const random = seeded(seed);
  return parameters.map(([name, shape]) => {
    const isVector = shape.length === 1;
    const scale = isVector || name.includes("embeddings") ? 0.5 : Math.sqrt(3 / shape[1]);
    const data = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () =>
      isVector && name.endsWith("weight") ? 0.5 + random() : scale * (2 * random() - 1),
    );
    return { name, dtype: "F32", shape, bytes: bytesOf(data) };
  });
}

type Files = Extract<ModelSource, { kind: "files" }>;

/** A checkpoint of these tensors; `config` null: without a config.json. */
export function checkpointOf(
  tensors: readonly RawTensor[],
  config: Readonly<Record<string, unknown>> | null,
  options: Files["options"] = {},
): Files {
  const text = new TextEncoder().encode(JSON.stringify(config));
  const files = [{ name: "model.safetensors", bytes: safetensorsBytes(tensors) }];
  return {
    kind: "files",
    files: config === null ? files : [...files, { name: "config.json", bytes: text }],
    options,
  };
}

export function sentencesOf({ batch }: Pick<GoldenCase, "batch">): DataSource {
  const files = Object.entries(batch).map(([name, values]) => {
    const inner = values[0];
    const shape = typeof inner === "number" ? [values.length] : [values.length, inner.length];
    const data = BigInt64Array.from(values.flat(), (v) => BigInt(v));
    return [`${name}.npy`, npyBytes(npyHeader("<i8", shape), bytesOf(data))] as const;
  });
  const bytes = zipSync(Object.fromEntries(files));
  return { kind: "files", files: [{ name: "s.npz", bytes }], options: { mean: null, std: null } };
}

/** v_i = cos(0.11 i) / sqrt(n). */
export const goldenVector = (n: number): Float64Array =>
  Float64Array.from({ length: n }, (_, i) => Math.cos(0.11 * i) / Math.sqrt(n));

/** The largest difference of the strided sums and of the norm, relative to the norm. */
export function difference(found: ArrayLike<number>, { norm, sums }: GoldenVector): number {
  const parts = sums.map(() => 0);
  let square = 0;
  for (let i = 0; i < found.length; i++) {
    parts[i % sums.length] += found[i];
    square += found[i] ** 2;
  }
  const worst = Math.max(...parts.map((sum, b) => Math.abs(sum - sums[b])));
  return Math.max(worst, Math.abs(Math.sqrt(square) - norm)) / norm;
}
