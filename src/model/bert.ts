import {
  type ArchitectureBase,
  type BuildOptions,
  declareTensors,
  type ModelOptions,
  renamed,
  type TensorSpec,
} from "./architecture.ts";
import { type BertSettings, bertSettings, type HiddenActivation } from "./bertConfig.ts";
import { printShape, type Refuse, refuser } from "./errors.ts";
import type { GraphBuilder, NodeId, Shape } from "./graph.ts";
import { layerNorm, linear, softmaxCrossEntropy } from "./layers.ts";
import { limits } from "./limits.ts";
import type { Tensors } from "./tensor.ts";
import { attention, gelu, geluTanh } from "./transformer.ts";

/** BERT with a classifier on the pooled first token (Devlin et al. 2018), as Hugging Face's BertForSequenceClassification. */

export interface Bert extends ArchitectureBase, BertSettings {
  readonly family: "bert";
  readonly hidden: number;
  readonly layers: number;
  readonly intermediate: number;
}

const EMBEDDINGS = "bert.embeddings";
const layer = (k: number): string => `bert.encoder.layer.${k}`;

export const looksLikeBert = (tensors: Tensors): boolean =>
  tensors.has(`${EMBEDDINGS}.word_embeddings.weight`) || tensors.has("embeddings.word_embeddings.weight");

/**
 * Names as they are today: `bert.` before the parts of the bare encoder, LayerNorm's `gamma` and `beta` of the first
 * TensorFlow conversions as `weight` and `bias`, and no buffers of position numbers.
 */
export const bertNames = (tensors: Tensors, file: string): Tensors =>
  renamed(tensors, file, (name) => {
    const full = name
      .replace(/^(embeddings|encoder|pooler)\./, "bert.$1.")
      .replace(/\bLayerNorm\.gamma$/, "LayerNorm.weight")
      .replace(/\bLayerNorm\.beta$/, "LayerNorm.bias");
    return /^bert\.embeddings\.(position_ids|token_type_ids)$/.test(full) ? null : full;
  });

/** @throws FormatError where sizes cannot be read or config.json does not fit; shapes are checked by the caller */
export function recogniseBert(tensors: Tensors, file: string, options: ModelOptions): Bert {
  const refuse: Refuse = refuser(file, "Save a BertForSequenceClassification with save_pretrained");
  const sizes = (name: string, meaning: string): readonly [number, number] => {
    const shape = tensors.get(name)?.shape;
    if (shape === undefined) return refuse(name, `a tensor ${meaning}`, "no such tensor");
    if (shape.length !== 2 || shape.includes(0)) refuse(name, meaning, printShape(shape));
    return [shape[0], shape[1]];
  };
  const [vocabulary, hidden] = sizes(`${EMBEDDINGS}.word_embeddings.weight`, "[vocabulary,hidden]");
  const [positions] = sizes(`${EMBEDDINGS}.position_embeddings.weight`, "[positions,hidden]");
  const [types] = sizes(`${EMBEDDINGS}.token_type_embeddings.weight`, "[types,hidden]");
  let layers = 0;
  while (tensors.has(`${layer(layers)}.attention.self.query.weight`)) layers++;
  if (layers === 0)
    refuse(`${layer(0)}.attention.self.query.weight`, printShape([hidden, hidden]), "no such tensor");
  const [intermediate] = sizes(`${layer(0)}.intermediate.dense.weight`, "[intermediate,hidden]");
  const [classes] = sizes("classifier.weight", "[classes,hidden]");
  if (classes < 2 || classes > limits.classes)
    refuse("classes", `2 to ${limits.classes}`, `${classes}`, "Only classifiers by cross-entropy are read");
  const settings = bertSettings(options, file, { hidden, layers, intermediate, vocabulary });
  return {
    family: "bert",
    title: `BERT classifier with ${layers} layer${layers === 1 ? "" : "s"}, hidden size ${hidden}, ${settings.heads} head${settings.heads === 1 ? "" : "s"}`,
    ...settings,
    ...{ hidden, layers, intermediate, classes },
    parameters: specsOf({ vocabulary, positions, types, hidden, layers, intermediate, classes }),
    states: [],
    input: { name: "input_ids", vocabulary, positions, types },
  };
}

interface Sizes extends Pick<Bert, "hidden" | "layers" | "intermediate" | "classes"> {
  readonly vocabulary: number;
  readonly positions: number;
  readonly types: number;
}

/** The order of `named_parameters()`. */
function specsOf(sizes: Sizes): TensorSpec[] {
  const { vocabulary, positions, types, hidden, layers, intermediate, classes } = sizes;
  const table = (name: string, rows: number): TensorSpec => ({ name, shape: [rows, hidden] });
  const dense = (name: string, outputs: number, inputs: number): TensorSpec[] => [
    { name: `${name}.weight`, shape: [outputs, inputs] },
    { name: `${name}.bias`, shape: [outputs] },
  ];
  const norm = (name: string): TensorSpec[] =>
    ["weight", "bias"].map((part): TensorSpec => ({ name: `${name}.LayerNorm.${part}`, shape: [hidden] }));
  return [
    table(`${EMBEDDINGS}.word_embeddings.weight`, vocabulary),
    table(`${EMBEDDINGS}.position_embeddings.weight`, positions),
    table(`${EMBEDDINGS}.token_type_embeddings.weight`, types),
    ...norm(EMBEDDINGS),
    ...Array.from({ length: layers }, (_, k) => [
      ...["query", "key", "value"].flatMap((part) =>
        dense(`${layer(k)}.attention.self.${part}`, hidden, hidden),
      ),
      ...dense(`${layer(k)}.attention.output.dense`, hidden, hidden),
      ...norm(`${layer(k)}.attention.output`),
      ...dense(`${layer(k)}.intermediate.dense`, intermediate, hidden),
      ...dense(`${layer(k)}.output.dense`, hidden, intermediate),
      ...norm(`${layer(k)}.output`),
    ]).flat(),
    ...dense("bert.pooler.dense", hidden, hidden),
    ...dense("classifier", classes, hidden),
  ];
}

function activate(g: GraphBuilder, name: HiddenActivation, x: NodeId): NodeId {
  if (name === "relu") return g.op("relu", [x]);
  return name === "gelu" ? gelu(g, x) : geluTanh(g, x);
}

/**
 * Writes the forward graph. Inputs: `input_ids` and `token_type_ids` i32 [N,S], `attention_mask` [N,1,1,S] of ones and
 * zeros, `targets` [N,classes]; outputs `logits` and `loss`. Dropout is off.
 */
export function buildBert(g: GraphBuilder, bert: Bert, { batchSize, tokens = 0 }: BuildOptions): void {
  const tensor = declareTensors(g, bert);
  const indices = (name: string): NodeId => g.input(name, [batchSize, tokens], "data", "i32");
  const ids = indices("input_ids");
  const types = indices("token_type_ids");
  const mask = g.input("attention_mask", [batchSize, 1, 1, tokens], "data");
  const targets = g.input("targets", [batchSize, bert.classes], "target");
  const dense = (x: NodeId, name: string): NodeId =>
    linear(g, x, tensor(`${name}.weight`), tensor(`${name}.bias`));
  const norm = (x: NodeId, name: string): NodeId =>
    layerNorm(g, x, {
      weight: tensor(`${name}.LayerNorm.weight`),
      bias: tensor(`${name}.LayerNorm.bias`),
      epsilon: bert.epsilon,
    });

  const words = g.op("gather", [tensor(`${EMBEDDINGS}.word_embeddings.weight`), ids]);
  const kinds = g.op("gather", [tensor(`${EMBEDDINGS}.token_type_embeddings.weight`), types]);
  const places = g.op("slice", [tensor(`${EMBEDDINGS}.position_embeddings.weight`)], {
    ...{ start: [0, 0], size: [tokens, bert.hidden], stride: [1, 1] },
  });
  const sum = g.op("add", [g.op("add", [words, kinds]), places]);
  const rows: Shape = [batchSize * tokens, bert.hidden];
  let x = norm(g.op("reshape", [sum], { shape: rows }), EMBEDDINGS);
  // As in the original: so far below all scores that its exponential is zero in float32 and in float64.
  const penalty = g.op("mul", [g.op("sub", [mask, g.constant(1)]), g.constant(10_000)]);
  for (let k = 0; k < bert.layers; k++) {
    const self = `${layer(k)}.attention.self`;
    const mixed = attention(g, {
      query: dense(x, `${self}.query`),
      // The key bias adds the same number to all scores of a query, and softmax does not see it: without it, its
      // gradient and its rows of the Hessian are zero exactly, not to rounding.
      key: g.op("matmul", [x, tensor(`${self}.key.weight`)], { ta: false, tb: true }),
      value: dense(x, `${self}.value`),
      samples: batchSize,
      heads: bert.heads,
      penalty,
    });
    x = norm(
      g.op("add", [dense(mixed, `${layer(k)}.attention.output.dense`), x]),
      `${layer(k)}.attention.output`,
    );
    const inner = activate(g, bert.hiddenActivation, dense(x, `${layer(k)}.intermediate.dense`));
    x = norm(g.op("add", [dense(inner, `${layer(k)}.output.dense`), x]), `${layer(k)}.output`);
  }
  const sentences = g.op("reshape", [x], { shape: [batchSize, tokens * bert.hidden] });
  const first = g.op("slice", [sentences], { start: [0, 0], size: [batchSize, bert.hidden], stride: [1, 1] });
  const logits = dense(g.op("tanh", [dense(first, "bert.pooler.dense")]), "classifier");
  g.output("logits", logits);
  g.output("loss", softmaxCrossEntropy(g, logits, targets));
}
