import type { ModelOptions } from "./architecture.ts";
import { type DialectName, dialects } from "./bertNames.ts";
import { printJson, type Refuse, refuser } from "./errors.ts";

/** What the tensors of a BERT do not say, from config.json and from the user. */
export interface BertSettings {
  readonly heads: number;
  /** Added to the variance in LayerNorm. */
  readonly epsilon: number;
  readonly hiddenActivation: HiddenActivation;
}

export type HiddenActivation = "gelu" | "gelu-tanh" | "relu";

/** Hugging Face's names of the functions that are read. */
const ACTIVATIONS: Readonly<Record<string, HiddenActivation>> = {
  gelu: "gelu",
  gelu_python: "gelu",
  gelu_new: "gelu-tanh",
  gelu_pytorch_tanh: "gelu-tanh",
  relu: "relu",
};

/** Sizes that the tensors have decided. */
interface Sizes {
  readonly hidden: number;
  readonly layers: number;
  readonly intermediate: number;
  readonly vocabulary: number;
  /** Rows of the position table. */
  readonly positions: number;
}

/** A dialect's words for the fields, and what its library does without them. */
interface Fields {
  readonly hidden: string;
  readonly layers: string;
  readonly intermediate: string;
  readonly heads: string;
  readonly activation: string;
  /** null: fixed. */
  readonly epsilonField: string | null;
  readonly epsilon: number;
  /** The token whose places are not counted, where positions are numbered behind its own number; null: from 0. */
  readonly padding: number | null;
}

const usual = {
  hidden: "hidden_size",
  layers: "num_hidden_layers",
  intermediate: "intermediate_size",
  heads: "num_attention_heads",
  activation: "hidden_act",
  epsilonField: "layer_norm_eps",
};

const fieldsOf: Readonly<Record<DialectName, Fields>> = {
  bert: { ...usual, epsilon: 1e-12, padding: null },
  roberta: { ...usual, epsilon: 1e-5, padding: 1 },
  distilbert: {
    ...{ hidden: "dim", layers: "n_layers", intermediate: "hidden_dim", heads: "n_heads" },
    ...{ activation: "activation", epsilonField: null, epsilon: 1e-12, padding: null },
  },
};

/**
 * Hidden sizes whose published models have heads of 64 columns, all of them. At 384 they have 32 as often, and tensors
 * do not tell.
 */
const SIZES_WITH_64_A_HEAD = [128, 256, 512, 768, 1024];

export interface Told {
  readonly settings: BertSettings;
  readonly padding: number | null;
  /** The scores of a masked language model come from the word embeddings, unless the file says otherwise. */
  readonly tie: boolean;
  /** What was assumed. */
  readonly warnings: readonly string[];
}

/**
 * @param file the checkpoint, for messages where there is no config.json
 * @throws FormatError where config.json is of another model, asks for what is not supported, or the heads are unknown
 */
export function bertSettings(
  { config, heads }: ModelOptions,
  file: string,
  dialect: DialectName,
  sizes: Sizes,
): Told {
  const fields = config?.fields ?? {};
  const words = fieldsOf[dialect];
  const refuse: Refuse = refuser(config?.file ?? file, "Use the config.json that belongs to the checkpoint");
  const only = (key: string, wanted: readonly unknown[], remedy?: string): void => {
    const value = fields[key] ?? wanted[0];
    if (!wanted.includes(value)) refuse(key, wanted.map(printJson).join(" or "), printJson(value), remedy);
  };
  only("model_type", dialects[dialect].modelTypes);
  only("position_embedding_type", ["absolute"], "Relative positions are not supported");
  only("sinusoidal_pos_embds", [false], "Positions that are not trained are not supported");
  only("is_decoder", [false], "Decoders are not supported");
  only(words.hidden, [sizes.hidden]);
  only(words.layers, [sizes.layers]);
  only(words.intermediate, [sizes.intermediate]);
  only("vocab_size", [sizes.vocabulary]);
  only("tie_word_embeddings", [true, false]);

  const warnings: string[] = [];
  const told = heads ?? fields[words.heads];
  const assumed = SIZES_WITH_64_A_HEAD.includes(sizes.hidden) ? sizes.hidden / 64 : undefined;
  const count = told ?? assumed;
  if (count === undefined)
    refuse(
      words.heads,
      "the number of attention heads, which the tensors do not tell",
      "no config.json that says it",
      "Add the checkpoint's config.json, or give the number of heads (--heads)",
    );
  const whole = typeof count === "number" && Number.isInteger(count) && count >= 1;
  if (!whole || sizes.hidden % count !== 0)
    return refuse(words.heads, `a divisor of the hidden size ${sizes.hidden}`, printJson(count));
  if (told === undefined)
    warnings.push(
      `Neither config.json nor an option (--heads) gives the number of attention heads: ${count} are assumed, 64 columns each.`,
    );
  const epsilon = (words.epsilonField === null ? undefined : fields[words.epsilonField]) ?? words.epsilon;
  if (typeof epsilon !== "number" || !(epsilon >= 0 && epsilon < 1))
    return refuse("layer_norm_eps", "a number from 0 to 1", printJson(epsilon));
  const name = fields[words.activation] ?? "gelu";
  const hiddenActivation =
    typeof name === "string" && Object.hasOwn(ACTIVATIONS, name) ? ACTIVATIONS[name] : undefined;
  if (hiddenActivation === undefined)
    return refuse(
      words.activation,
      Object.keys(ACTIVATIONS).join(" or "),
      printJson(name),
      "Other activations are not supported",
    );
  if (config === undefined)
    warnings.push(`There is no config.json: GELU (erf) and a LayerNorm epsilon of ${epsilon} are assumed.`);
  return {
    settings: { heads: count, epsilon, hiddenActivation },
    padding: words.padding === null ? null : paddingToken(fields, words.padding, sizes, refuse),
    tie: fields.tie_word_embeddings !== false,
    warnings,
  };
}

function paddingToken(
  fields: Readonly<Record<string, unknown>>,
  usually: number,
  { vocabulary, positions }: Sizes,
  refuse: Refuse,
): number {
  const padding = fields.pad_token_id ?? usually;
  const last = Math.min(vocabulary - 1, positions - 2);
  const fits = typeof padding === "number" && Number.isInteger(padding) && padding >= 0 && padding <= last;
  return fits ? padding : refuse("pad_token_id", `a token from 0 to ${last}`, printJson(padding));
}
