import type { ModelOptions } from "./architecture.ts";
import { type Refuse, refuser } from "./errors.ts";

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
}

/**
 * @param file the checkpoint, for messages where there is no config.json
 * @throws FormatError where config.json is of another model, asks for what is not supported, or the heads are unknown
 */
export function bertSettings({ config, heads }: ModelOptions, file: string, sizes: Sizes): BertSettings {
  const fields = config?.fields ?? {};
  const refuse: Refuse = refuser(config?.file ?? file, "Use the config.json that belongs to the checkpoint");
  const print = (value: unknown): string => JSON.stringify(value);
  const only = (key: string, wanted: unknown, remedy?: string): void => {
    const value = fields[key] ?? wanted;
    if (value !== wanted) refuse(key, print(wanted), print(value), remedy);
  };
  only("model_type", "bert", "Of the transformers only BERT classifiers are read");
  only("position_embedding_type", "absolute", "Relative positions are not supported");
  only("is_decoder", false, "Decoders are not supported");
  only("hidden_size", sizes.hidden);
  only("num_hidden_layers", sizes.layers);
  only("intermediate_size", sizes.intermediate);
  only("vocab_size", sizes.vocabulary);

  const count = heads ?? fields.num_attention_heads;
  if (count === undefined)
    refuse(
      "num_attention_heads",
      "the number of attention heads, which the tensors do not tell",
      "no config.json that says it",
      "Add the checkpoint's config.json, or give the number of heads (--heads)",
    );
  const whole = typeof count === "number" && Number.isInteger(count) && count >= 1;
  if (!whole || sizes.hidden % count !== 0)
    return refuse("num_attention_heads", `a divisor of the hidden size ${sizes.hidden}`, print(count));
  const epsilon = fields.layer_norm_eps ?? 1e-12;
  if (typeof epsilon !== "number" || !(epsilon >= 0 && epsilon < 1))
    return refuse("layer_norm_eps", "a number from 0 to 1", print(epsilon));
  const name = fields.hidden_act ?? "gelu";
  const hiddenActivation =
    typeof name === "string" && Object.hasOwn(ACTIVATIONS, name) ? ACTIVATIONS[name] : undefined;
  if (hiddenActivation === undefined)
    return refuse(
      "hidden_act",
      Object.keys(ACTIVATIONS).join(" or "),
      print(name),
      "Other activations are not supported",
    );
  return { heads: count, epsilon, hiddenActivation };
}
