import { renamed } from "./architecture.ts";
import { type Refuse, refuser } from "./errors.ts";
import type { Tensor, Tensors } from "./tensor.ts";

/** Where BERT and its relatives keep their tensors, as Hugging Face names them, and the older names of the same. */

export type DialectName = "bert" | "distilbert" | "roberta";

/** Modules with a weight and a bias. */
interface LayerNames {
  /** The module of the whole layer, without the name of the model in front. */
  readonly unit: string;
  readonly query: string;
  readonly key: string;
  readonly value: string;
  /** Behind the attention, and its LayerNorm. */
  readonly mixed: string;
  readonly mixedNorm: string;
  /** The two dense layers behind it, and their LayerNorm. */
  readonly inner: string;
  readonly outer: string;
  readonly outerNorm: string;
}

export interface Dialect {
  readonly label: string;
  /** Its classes in Hugging Face's library, without their endings. */
  readonly library: string;
  /** Words for it in `model_type`. */
  readonly modelTypes: readonly string[];
  /** Before the tables and the LayerNorm of the embeddings. */
  readonly embeddings: string;
  /** Sentences of two parts: tokens have a type. */
  readonly hasTypes: boolean;
  readonly layer: (k: number) => LayerNames;
  /** Two dense layers on the first token and what lies between them. */
  readonly classifier: {
    readonly hidden: string;
    readonly activation: "tanh" | "relu";
    readonly out: string;
  };
  /** A dense layer, an activation, a LayerNorm and one score per word of the vocabulary. */
  readonly masked: {
    readonly dense: string;
    readonly norm: string;
    /** Module of the matrix that is usually the word embeddings themselves. */
    readonly decoder: string;
    /** Tensor. */
    readonly bias: string;
    /** The function between dense and norm: that of the encoder, or GELU whatever config.json says. */
    readonly activation: "hidden" | "gelu";
  };
  /** Beginnings of tensors that files hold for other tasks. */
  readonly unused: readonly string[];
}

const original = (prefix: string): Pick<Dialect, "embeddings" | "hasTypes" | "layer"> => ({
  embeddings: `${prefix}.embeddings`,
  hasTypes: true,
  layer: (k) => {
    const unit = `encoder.layer.${k}`;
    const layer = `${prefix}.${unit}`;
    return {
      unit,
      query: `${layer}.attention.self.query`,
      key: `${layer}.attention.self.key`,
      value: `${layer}.attention.self.value`,
      mixed: `${layer}.attention.output.dense`,
      mixedNorm: `${layer}.attention.output.LayerNorm`,
      inner: `${layer}.intermediate.dense`,
      outer: `${layer}.output.dense`,
      outerNorm: `${layer}.output.LayerNorm`,
    };
  },
});

export const dialects: Readonly<Record<DialectName, Dialect>> = {
  /** Devlin et al. 2018. */
  bert: {
    ...original("bert"),
    label: "BERT",
    library: "Bert",
    modelTypes: ["bert"],
    classifier: { hidden: "bert.pooler.dense", activation: "tanh", out: "classifier" },
    masked: {
      dense: "cls.predictions.transform.dense",
      norm: "cls.predictions.transform.LayerNorm",
      decoder: "cls.predictions.decoder",
      bias: "cls.predictions.bias",
      activation: "hidden",
    },
    unused: ["bert.pooler.", "cls.seq_relationship."],
  },
  /** Sanh et al. 2019. */
  distilbert: {
    label: "DistilBERT",
    library: "DistilBert",
    modelTypes: ["distilbert"],
    embeddings: "distilbert.embeddings",
    hasTypes: false,
    layer: (k) => {
      const unit = `transformer.layer.${k}`;
      const layer = `distilbert.${unit}`;
      return {
        unit,
        query: `${layer}.attention.q_lin`,
        key: `${layer}.attention.k_lin`,
        value: `${layer}.attention.v_lin`,
        mixed: `${layer}.attention.out_lin`,
        mixedNorm: `${layer}.sa_layer_norm`,
        inner: `${layer}.ffn.lin1`,
        outer: `${layer}.ffn.lin2`,
        outerNorm: `${layer}.output_layer_norm`,
      };
    },
    classifier: { hidden: "pre_classifier", activation: "relu", out: "classifier" },
    masked: {
      dense: "vocab_transform",
      norm: "vocab_layer_norm",
      decoder: "vocab_projector",
      bias: "vocab_projector.bias",
      activation: "hidden",
    },
    unused: [],
  },
  /** Liu et al. 2019, and XLM-RoBERTa (Conneau et al. 2020), which differs in its vocabulary. */
  roberta: {
    ...original("roberta"),
    label: "RoBERTa",
    library: "Roberta",
    modelTypes: ["roberta", "xlm-roberta", "camembert"],
    classifier: { hidden: "classifier.dense", activation: "tanh", out: "classifier.out_proj" },
    masked: {
      dense: "lm_head.dense",
      norm: "lm_head.layer_norm",
      decoder: "lm_head.decoder",
      bias: "lm_head.bias",
      activation: "gelu",
    },
    unused: ["roberta.pooler."],
  },
};

const WORDS = "embeddings.word_embeddings.weight";

export const looksLikeBert = (tensors: Tensors): boolean =>
  tensors.has(WORDS) || Object.keys(dialects).some((prefix) => tensors.has(`${prefix}.${WORDS}`));

/** By the prefix, or without one by names that only one of them has. */
export function dialectOf(tensors: Tensors): DialectName {
  const signs: Readonly<Record<Exclude<DialectName, "bert">, readonly string[]>> = {
    distilbert: [`distilbert.${WORDS}`, "transformer.layer.0.attention.q_lin.weight"],
    roberta: [`roberta.${WORDS}`, "classifier.out_proj.weight", "lm_head.dense.weight"],
  };
  const has = (name: keyof typeof signs): boolean => signs[name].some((sign) => tensors.has(sign));
  return has("distilbert") ? "distilbert" : has("roberta") ? "roberta" : "bert";
}

/**
 * Names as they are today: the prefix before the parts of the bare encoder, LayerNorm's `gamma` and `beta` of the first
 * TensorFlow conversions as `weight` and `bias`, no buffers of position numbers, and the bias of a masked language
 * model's scores once.
 * @throws FormatError where two tensors get one name, or two biases of the scores differ
 */
export function bertNames(tensors: Tensors, file: string): Tensors {
  const prefix = dialectOf(tensors);
  const { masked } = dialects[prefix];
  const found = renamed(tensors, file, (name) => {
    const full = name
      .replace(/^(embeddings|encoder|pooler|transformer)\./, `${prefix}.$1.`)
      .replace(/(LayerNorm|layer_norm)\.gamma$/, "$1.weight")
      .replace(/(LayerNorm|layer_norm)\.beta$/, "$1.bias");
    return /^\w+\.embeddings\.(position_ids|token_type_ids)$/.test(full) ? null : full;
  });
  const copy = `${masked.decoder}.bias`;
  const [bias, twin] = [found.get(masked.bias), found.get(copy)];
  if (copy === masked.bias || twin === undefined) return found;
  if (bias !== undefined && !sameValues(bias, twin)) {
    const refuse: Refuse = refuser(file, "Keep the one that the network adds, and delete the other");
    refuse(copy, `the values of ${masked.bias}, which is the same parameter`, "others");
  }
  return renamed(found, file, (name) => {
    if (name !== copy) return name;
    return bias === undefined ? masked.bias : null;
  });
}

export const sameValues = (a: Tensor, b: Tensor): boolean =>
  a.data.length === b.data.length && a.data.every((value, i) => value === b.data[i]);
