import { type BuildOptions, declareTensors } from "./architecture.ts";
import type { Bert } from "./bert.ts";
import type { HiddenActivation } from "./bertConfig.ts";
import { dialects } from "./bertNames.ts";
import type { GraphBuilder, NodeId, Shape } from "./graph.ts";
import { layerNorm, linear, lossOf } from "./layers.ts";
import { attention, gelu, geluTanh } from "./transformer.ts";

/** The forward pass of BERT and its relatives. Dropout is off. */

type Dense = (x: NodeId, name: string) => NodeId;

interface Parts {
  readonly g: GraphBuilder;
  readonly bert: Bert;
  /** Node of a tensor by its name. */
  readonly tensor: (name: string) => NodeId;
  readonly dense: Dense;
  readonly norm: Dense;
  /** Sentences, and tokens of each. */
  readonly samples: number;
  readonly tokens: number;
}

/**
 * Writes the forward graph. Inputs: `input_ids` i32 [N,S], `token_type_ids` i32 [N,S] where tokens have types,
 * `position_ids` i32 [N,S] where padding is not counted, `attention_mask` [N,1,1,S] of ones and zeros. Classifiers:
 * `targets` [N,classes]. Masked language models: `label_positions` i32 [M], the labelled tokens as n*S + s, and
 * `targets` [M,vocabulary]. Outputs: `logits`, one row per row of the targets, and `loss`.
 */
export function buildBert(
  g: GraphBuilder,
  bert: Bert,
  { batchSize, tokens = 0, labelled = 0, loss }: BuildOptions,
): void {
  const tensor = declareTensors(g, bert);
  const parts: Parts = {
    ...{ g, bert, tensor, samples: batchSize, tokens },
    dense: (x, name) => linear(g, x, tensor(`${name}.weight`), tensor(`${name}.bias`)),
    norm: (x, name) =>
      layerNorm(g, x, {
        weight: tensor(`${name}.weight`),
        bias: tensor(`${name}.bias`),
        epsilon: bert.epsilon,
      }),
  };
  const states = encode(parts, embed(parts));
  const rows = bert.task === "masked" ? labelled : batchSize;
  const logits = bert.task === "masked" ? wordScores(parts, states, labelled) : classify(parts, states);
  const targets = g.input("targets", [rows, bert.classes], "target");
  g.output("logits", logits);
  g.output("loss", lossOf(g, logits, targets, loss));
}

/** Words, positions and types: [N*S,hidden]. */
function embed({ g, bert, tensor, norm, samples, tokens }: Parts): NodeId {
  const { embeddings, hasTypes } = dialects[bert.dialect];
  const indices = (name: string): NodeId => g.input(name, [samples, tokens], "data", "i32");
  const table = (name: string): NodeId => tensor(`${embeddings}.${name}_embeddings.weight`);
  const rows = (name: string, of: NodeId): NodeId => g.op("gather", [table(name), of]);
  const counted = bert.input.name === "input_ids" && bert.input.padding !== undefined;

  let sum = rows("word", indices("input_ids"));
  if (hasTypes) sum = g.op("add", [sum, rows("token_type", indices("token_type_ids"))]);
  const places = counted
    ? rows("position", indices("position_ids"))
    : g.op("slice", [table("position")], { start: [0, 0], size: [tokens, bert.hidden], stride: [1, 1] });
  sum = g.op("add", [sum, places]);
  const shape: Shape = [samples * tokens, bert.hidden];
  return norm(g.op("reshape", [sum], { shape }), `${embeddings}.LayerNorm`);
}

/** The layers: [N*S,hidden] to the same. */
function encode({ g, bert, tensor, dense, norm, samples, tokens }: Parts, embedded: NodeId): NodeId {
  const mask = g.input("attention_mask", [samples, 1, 1, tokens], "data");
  // So far below all scores that its exponential is zero in float32 and in float64.
  const penalty = g.op("mul", [g.op("sub", [mask, g.constant(1)]), g.constant(10_000)]);
  let x = embedded;
  for (let k = 0; k < bert.layers; k++) {
    const names = dialects[bert.dialect].layer(k);
    const input = x;
    const mixed = attention(g, {
      query: dense(x, names.query),
      // The key bias adds the same number to all scores of a query, and softmax does not see it: without it, its
      // gradient and its rows of the Hessian are zero exactly, not to rounding.
      key: g.op("matmul", [x, tensor(`${names.key}.weight`)], { ta: false, tb: true }),
      value: dense(x, names.value),
      samples,
      heads: bert.heads,
      penalty,
    });
    x = norm(g.op("add", [dense(mixed, names.mixed), x]), names.mixedNorm);
    const inner = activate(g, bert.hiddenActivation, dense(x, names.inner));
    x = norm(g.op("add", [dense(inner, names.outer), x]), names.outerNorm);
    g.unit({ name: names.unit, input, output: x });
  }
  return x;
}

/** [N,classes] from the first token of each sentence. */
function classify({ g, bert, dense, samples, tokens }: Parts, states: NodeId): NodeId {
  const { hidden, activation, out } = dialects[bert.dialect].classifier;
  const sentences = g.op("reshape", [states], { shape: [samples, tokens * bert.hidden] });
  const size: Shape = [samples, bert.hidden];
  const first = g.op("slice", [sentences], { start: [0, 0], size, stride: [1, 1] });
  return dense(g.op(activation, [dense(first, hidden)]), out);
}

/** [M,vocabulary] for the labelled tokens alone: those of all tokens would not fit. */
function wordScores({ g, bert, tensor, dense, norm }: Parts, states: NodeId, labelled: number): NodeId {
  const { embeddings, masked } = dialects[bert.dialect];
  const places = g.input("label_positions", [labelled], "data", "i32");
  const chosen = g.op("gather", [states, places]);
  const activation = masked.activation === "gelu" ? "gelu" : bert.hiddenActivation;
  const transformed = norm(activate(g, activation, dense(chosen, masked.dense)), masked.norm);
  const matrix = tensor(`${bert.tied ? `${embeddings}.word_embeddings` : masked.decoder}.weight`);
  return linear(g, transformed, matrix, tensor(masked.bias));
}

function activate(g: GraphBuilder, name: HiddenActivation, x: NodeId): NodeId {
  if (name === "relu") return g.op("relu", [x]);
  return name === "gelu" ? gelu(g, x) : geluTanh(g, x);
}
