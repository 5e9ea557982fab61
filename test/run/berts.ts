import { zipSync } from "fflate";
import type { DataSource } from "../../src/run/protocol.ts";
import { seeded } from "../autograd/seeded.ts";
import { bytesOf, npyBytes, npyHeader, safetensorsBytes } from "../model/files.ts";
import type { Dropped } from "./files.ts";

/** Small BERT classifiers and sentences as a user would drop them on the page. */

export interface BertSizes {
  readonly layers: number;
  readonly hidden: number;
  readonly heads: number;
  readonly intermediate: number;
  readonly vocabulary: number;
  readonly positions: number;
  readonly classes: number;
}

/** Names and shapes of BertForSequenceClassification's state dict, in the order of `named_parameters()`. */
export function bertShapes(sizes: BertSizes): Record<string, readonly number[]> {
  const { layers, hidden, intermediate, vocabulary, positions, classes } = sizes;
  const shapes: Record<string, readonly number[]> = {};
  const dense = (name: string, outputs: number, inputs: number): void => {
    shapes[`${name}.weight`] = [outputs, inputs];
    shapes[`${name}.bias`] = [outputs];
  };
  const norm = (name: string): void => {
    shapes[`${name}.LayerNorm.weight`] = [hidden];
    shapes[`${name}.LayerNorm.bias`] = [hidden];
  };
  shapes["bert.embeddings.word_embeddings.weight"] = [vocabulary, hidden];
  shapes["bert.embeddings.position_embeddings.weight"] = [positions, hidden];
  shapes["bert.embeddings.token_type_embeddings.weight"] = [2, hidden];
  norm("bert.embeddings");
  for (let k = 0; k < layers; k++) {
    const layer = `bert.encoder.layer.${k}`;
    for (const part of ["query", "key", "value"]) dense(`${layer}.attention.self.${part}`, hidden, hidden);
    dense(`${layer}.attention.output.dense`, hidden, hidden);
    norm(`${layer}.attention.output`);
    dense(`${layer}.intermediate.dense`, intermediate, hidden);
    dense(`${layer}.output.dense`, hidden, intermediate);
    norm(`${layer}.output`);
  }
  dense("bert.pooler.dense", hidden, hidden);
  dense("classifier", classes, hidden);
  return shapes;
}

/** Weights of the size that keeps activations of order one. */
export function bertWeights(sizes: BertSizes, seed = 1): Record<string, Float32Array> {
  const random = seeded(seed);
  return Object.fromEntries(
    Object.entries(bertShapes(sizes)).map(([name, shape]) => {
      const size = shape.reduce((a, b) => a * b, 1);
      const scale = name.includes("embeddings") || shape.length === 1 ? 0.5 : Math.sqrt(3 / shape[1]);
      const values = Float32Array.from({ length: size }, () =>
        name.endsWith("LayerNorm.weight") ? 0.5 + random() : scale * (2 * random() - 1),
      );
      return [name, values];
    }),
  );
}

/** A checkpoint with its config.json; `rename` gives the tensors the names of another version. */
export function bert(
  sizes: BertSizes,
  config: Record<string, unknown> | null = { num_attention_heads: sizes.heads },
  rename = (name: string) => name,
): Dropped {
  const weights = bertWeights(sizes);
  const tensors = Object.entries(bertShapes(sizes)).map(([name, shape]) => ({
    ...{ name: rename(name), dtype: "F32", shape, bytes: bytesOf(weights[name]) },
  }));
  const text = new TextEncoder().encode(JSON.stringify(config));
  return {
    kind: "files",
    files: [
      { name: "model.safetensors", bytes: safetensorsBytes(tensors) },
      ...(config === null ? [] : [{ name: "config.json", bytes: text }]),
    ],
    options: {},
  };
}

export interface Sentences {
  readonly ids: readonly (readonly number[])[];
  readonly labels: readonly number[];
  readonly types?: readonly (readonly number[])[];
}

/** Sentences padded with token 0 to the longest, as a tokenizer would. */
export function sentences({ ids, labels, types }: Sentences, withMask = true): DataSource {
  const tokens = Math.max(...ids.map((row) => row.length));
  const rows = (of: readonly (readonly number[])[], shape = [ids.length, tokens]) => {
    const values = of.flatMap((row) => [...row, ...new Array<number>(tokens - row.length).fill(0)]);
    const data = BigInt64Array.from(values, (v) => BigInt(v));
    return npyBytes(npyHeader("<i8", shape), bytesOf(data));
  };
  const files = {
    "input_ids.npy": rows(ids),
    ...(withMask ? { "attention_mask.npy": rows(ids.map((row) => row.map(() => 1))) } : {}),
    ...(types === undefined ? {} : { "token_type_ids.npy": rows(types) }),
    "labels.npy": npyBytes(
      npyHeader("<i8", [labels.length]),
      bytesOf(BigInt64Array.from(labels, (v) => BigInt(v))),
    ),
  };
  const bytes = zipSync(files);
  return { kind: "files", files: [{ name: "s.npz", bytes }], options: { mean: null, std: null } };
}
