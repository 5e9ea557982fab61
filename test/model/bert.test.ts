import { expect, test } from "vitest";
import { Builder } from "../../src/autograd/builder.ts";
import { interpret } from "../../src/autograd/interpret.ts";
import { type BatchOptions, makeBatch } from "../../src/model/batch.ts";
import type { Bert } from "../../src/model/bert.ts";
import { readConfig } from "../../src/model/config.ts";
import { buildModel, recogniseModel } from "../../src/model/families.ts";
import { unflatten } from "../../src/model/paramLayout.ts";
import type { Tensor, TensorData } from "../../src/model/tensor.ts";
import { type BertSizes, bertShapes, bertWeights } from "../run/berts.ts";
import { refusal, tensorsOf } from "./files.ts";

const sizes: BertSizes = {
  ...{ layers: 2, hidden: 6, heads: 3, intermediate: 5, vocabulary: 9, positions: 8, classes: 3 },
};
const shapes = bertShapes(sizes);
const configOf = (fields: unknown) =>
  readConfig(new TextEncoder().encode(JSON.stringify(fields)), "config.json");
const recognise = (
  given: Record<string, readonly number[]> = shapes,
  fields: unknown = { num_attention_heads: 3 },
) => recogniseModel(tensorsOf(given), "m", { config: configOf(fields) });

test("parameters stand in the order of named_parameters(), whatever the file's order", () => {
  const { architecture } = recognise(Object.fromEntries(Object.entries(shapes).reverse()));
  expect(architecture.parameters.map((p) => p.name)).toEqual(Object.keys(shapes));
  expect(architecture).toMatchObject({
    ...{ family: "bert", layers: 2, hidden: 6, heads: 3, intermediate: 5, classes: 3, epsilon: 1e-12 },
    hiddenActivation: "gelu",
    title: "BERT classifier with 2 layers, hidden size 6, 3 heads",
    input: { name: "input_ids", vocabulary: 9, positions: 8, types: 2 },
  });
});

test("files of other times mean the same: no prefix, gamma and beta, buffers of position numbers", () => {
  const old = Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => [
      name
        .replace(/^bert\./, "")
        .replace("LayerNorm.weight", "LayerNorm.gamma")
        .replace("LayerNorm.bias", "LayerNorm.beta"),
      shape,
    ]),
  );
  const { architecture } = recognise({ ...old, "embeddings.position_ids": [1, 8] });
  expect(architecture).toEqual(recognise().architecture);
});

test("the number of heads may come from the user, and everything else from the tensors", () => {
  const { architecture } = recogniseModel(tensorsOf(shapes), "m", { heads: 2 });
  expect(architecture).toMatchObject({ family: "bert", heads: 2, epsilon: 1e-12, hiddenActivation: "gelu" });
});

const remedy = "Use the config.json that belongs to the checkpoint.";
test.each([
  [
    {},
    "num_attention_heads: expected the number of attention heads, which the tensors do not tell, file has no config.json that says it. Add the checkpoint's config.json, or give the number of heads (--heads).",
  ],
  [
    { num_attention_heads: 4 },
    `num_attention_heads: expected a divisor of the hidden size 6, file has 4. ${remedy}`,
  ],
  [
    { num_attention_heads: "3" },
    `num_attention_heads: expected a divisor of the hidden size 6, file has "3". ${remedy}`,
  ],
  [{ model_type: "roberta" }, `model_type: expected "bert", file has "roberta". ${remedy}`],
  [{ hidden_size: 8 }, `hidden_size: expected 6, file has 8. ${remedy}`],
  [
    { num_attention_heads: 3, hidden_act: "silu" },
    'hidden_act: expected gelu or gelu_python or gelu_new or gelu_pytorch_tanh or relu, file has "silu". Other activations are not supported.',
  ],
  [
    { num_attention_heads: 3, layer_norm_eps: "small" },
    `layer_norm_eps: expected a number from 0 to 1, file has "small". ${remedy}`,
  ],
  [
    { position_embedding_type: "relative_key" },
    'position_embedding_type: expected "absolute", file has "relative_key". Relative positions are not supported.',
  ],
])("config.json with %j is refused in words", (fields, message) => {
  expect(refusal(() => recognise(shapes, fields))).toBe(`config.json: ${message}`);
});

test.each([
  ["{", `byte 1: expected JSON: a key in double quotes, file has its end. ${remedy}`],
  ["[1]", `byte 0: expected a JSON object, file has an array. ${remedy}`],
  ["null", `byte 0: expected a JSON object, file has null. ${remedy}`],
])("a config.json that reads %j is refused", (text, message) => {
  expect(refusal(() => readConfig(new TextEncoder().encode(text), "config.json"))).toBe(
    `config.json: ${message}`,
  );
});

test("a missing classifier and a wrong shape are refused by name", () => {
  const { "classifier.weight": _, ...headless } = shapes;
  expect(refusal(() => recognise(headless))).toBe(
    "m: classifier.weight: expected a tensor [classes,hidden], file has no such tensor. Save a BertForSequenceClassification or a BertForMaskedLM with save_pretrained.",
  );
  expect(refusal(() => recognise({ ...shapes, "bert.pooler.dense.bias": [7] }))).toBe(
    "m: bert.pooler.dense.bias: expected [6], file has [7]. This is not a BERT classifier with 2 layers, hidden size 6, 3 heads: check the file, or convert its names and shapes.",
  );
});

const array = (name: string, shape: number[], data: TensorData): [string, Tensor] => [
  name,
  { name, dtype: data instanceof Float32Array ? "<f4" : "<i8", shape, data },
];
const text = (ids: bigint[], mask: bigint[] | null, more: [string, Tensor][] = []) =>
  new Map([
    array("input_ids", [2, 3], BigInt64Array.from(ids)),
    ...(mask === null ? [] : [array("attention_mask", [2, 3], BigInt64Array.from(mask))]),
    array("labels", [2], BigInt64Array.of(0n, 2n)),
    ...more,
  ]);
const options: BatchOptions = {
  ...{ file: "s.npz", classes: 3, start: 0, count: 2, mean: null, std: null },
  input: { name: "input_ids", vocabulary: 9, positions: 8, types: 2 },
};

test("sentences are taken from the first one asked for; mask and types have defaults", () => {
  const batch = makeBatch(text([1n, 2n, 3n, 4n, 5n, 0n], [1n, 1n, 1n, 1n, 1n, 0n]), {
    ...{ ...options, start: 1, count: 1 },
  });
  expect(batch).toMatchObject({ shape: [1, 3], available: 2 });
  expect(batch.inputs).toEqual({
    input_ids: Int32Array.of(4, 5, 0),
    token_type_ids: new Int32Array(3),
    attention_mask: Float32Array.of(1, 1, 0),
  });
  expect(makeBatch(text([1n, 2n, 3n, 4n, 5n, 0n], null), options).inputs.attention_mask).toEqual(
    new Float32Array(6).fill(1),
  );
});

const good = [1n, 2n, 3n, 4n, 5n, 0n];
test.each([
  [
    "a token beyond the vocabulary",
    text([1n, 2n, 3n, 4n, 9n, 0n], null),
    "input_ids: expected numbers from 0 to 8, file has 9 in sentence 1. Use the tokenizer of this very model.",
  ],
  [
    "a sentence without tokens",
    text(good, [0n, 0n, 0n, 1n, 1n, 0n]),
    "attention_mask: expected at least one token in each sentence, file has none in sentence 0. Save the batch as docs/file-formats.md describes.",
  ],
  [
    "a mask of another shape",
    text(good, null, [array("attention_mask", [2, 2], BigInt64Array.of(1n, 1n, 1n, 1n))]),
    "attention_mask: expected [2,3], file has [2,2]. Save the batch as docs/file-formats.md describes.",
  ],
  [
    "a float mask",
    text(good, null, [array("attention_mask", [2, 3], new Float32Array(6))]),
    "attention_mask: expected whole numbers, file has dtype <f4. Convert them: attention_mask.astype('int64').",
  ],
  [
    "sentences longer than the positions",
    new Map([array("input_ids", [1, 9], new BigInt64Array(9)), array("labels", [1], BigInt64Array.of(0n))]),
    "input_ids: expected [N,tokens] with 1 to 8 tokens, file has [1,9]. Save the batch as docs/file-formats.md describes.",
  ],
])("%s is refused", (_, arrays, message) => {
  const count = arrays.get("labels")?.shape[0] ?? 1;
  expect(refusal(() => makeBatch(arrays, { ...options, count }))).toBe(`s.npz: ${message}`);
});

/** The network once more as plain loops over one sentence, from the paper and not from layers.ts. */
function forward(
  ids: number[],
  types: number[],
  w: Record<string, Float64Array>,
  gelu: (x: number) => number,
) {
  const { hidden, heads, layers } = sizes;
  const d = hidden / heads;
  const dense = (x: number[], name: string) =>
    Array.from(w[`${name}.bias`], (b, o) =>
      x.reduce((sum, v, i) => sum + v * w[`${name}.weight`][o * x.length + i], b),
    );
  const norm = (x: number[], name: string) => {
    const mean = x.reduce((a, b) => a + b, 0) / x.length;
    const variance = x.reduce((a, b) => a + (b - mean) ** 2, 0) / x.length;
    const [scale, shift] = ["weight", "bias"].map((part) => w[`${name}.LayerNorm.${part}`]);
    return x.map((v, i) => (scale[i] * (v - mean)) / Math.sqrt(variance + 1e-12) + shift[i]);
  };
  const plus = (a: number[], b: number[]) => a.map((v, i) => v + b[i]);
  const row = (table: string, i: number) =>
    Array.from(w[`bert.embeddings.${table}_embeddings.weight`].subarray(i * hidden, (i + 1) * hidden));
  let x = ids.map((id, s) =>
    norm(plus(plus(row("word", id), row("token_type", types[s])), row("position", s)), "bert.embeddings"),
  );
  for (let k = 0; k < layers; k++) {
    const name = `bert.encoder.layer.${k}`;
    const [q, key, value] = ["query", "key", "value"].map((part) =>
      x.map((v) => dense(v, `${name}.attention.self.${part}`)),
    );
    const mixed = x.map((_, s) =>
      Array.from({ length: hidden }, (_, c) => {
        const head = Math.floor(c / d) * d;
        const scores = key.map((b) => {
          let dot = 0;
          for (let i = head; i < head + d; i++) dot += q[s][i] * b[i];
          return Math.exp(dot / Math.sqrt(d));
        });
        const total = scores.reduce((a, b) => a + b, 0);
        return scores.reduce((sum, p, t) => sum + (p / total) * value[t][c], 0);
      }),
    );
    x = x.map((v, s) =>
      norm(plus(dense(mixed[s], `${name}.attention.output.dense`), v), `${name}.attention.output`),
    );
    x = x.map((v) => {
      const inner = dense(v, `${name}.intermediate.dense`).map(gelu);
      return norm(plus(dense(inner, `${name}.output.dense`), v), `${name}.output`);
    });
  }
  return dense(dense(x[0], "bert.pooler.dense").map(Math.tanh), "classifier");
}

/** Phi by Simpson's rule. */
function normal(x: number): number {
  const steps = 2000;
  const h = x / steps;
  let sum = 0;
  for (let i = 0; i <= steps; i++) {
    const weight = i === 0 || i === steps ? 1 : i % 2 === 0 ? 2 : 4;
    sum += weight * Math.exp(-0.5 * (i * h) ** 2);
  }
  return 0.5 + (sum * h) / 3 / Math.sqrt(2 * Math.PI);
}

test.each([
  ["gelu", (x: number) => x * normal(x)],
  ["gelu_new", (x: number) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)))],
  ["relu", (x: number) => Math.max(x, 0)],
] as const)("the forward pass with %s is that of plain loops, padding left out", (hidden_act, activation) => {
  const bert = recognise(shapes, { num_attention_heads: 3, hidden_act }).architecture as Bert;
  const builder = new Builder();
  buildModel(builder, bert, { batchSize: 2, bn: "eval", tokens: 4 });
  const graph = builder.finish();
  const flat = Object.values(bertWeights(sizes)).flatMap((values) => Array.from(values));
  const params = unflatten(graph.params, Float64Array.from(flat));
  const inputs = {
    input_ids: Float64Array.of(1, 4, 2, 0, 8, 3, 3, 7),
    token_type_ids: Float64Array.of(0, 1, 1, 0, 0, 0, 0, 1),
    attention_mask: Float64Array.of(1, 1, 1, 0, 1, 1, 1, 1),
    targets: Float64Array.of(0.5, 0, 0, 0, 0, 0.5),
  };
  const { logits, loss } = interpret(graph, { params, inputs });
  const want = [
    forward([1, 4, 2], [0, 1, 1], params, activation),
    forward([8, 3, 3, 7], [0, 0, 0, 1], params, activation),
  ];
  want.flat().forEach((v, i) => {
    expect(logits[i]).toBeCloseTo(v, 10);
  });
  const crossEntropy = (row: number[], label: number) =>
    Math.log(row.reduce((sum, v) => sum + Math.exp(v), 0)) - row[label];
  expect(loss[0]).toBeCloseTo((crossEntropy(want[0], 0) + crossEntropy(want[1], 2)) / 2, 10);
});
