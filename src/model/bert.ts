import type { ArchitectureBase, ModelOptions, TensorSpec } from "./architecture.ts";
import { type BertSettings, bertSettings } from "./bertConfig.ts";
import { type Dialect, type DialectName, dialectOf, dialects, sameValues } from "./bertNames.ts";
import { printShape, quote, type Refuse, refuser } from "./errors.ts";
import { limits } from "./limits.ts";
import type { Tensors } from "./tensor.ts";

/**
 * BERT, DistilBERT and RoBERTa with a classifier on the first token or with a head that guesses masked words, as
 * Hugging Face's ...ForSequenceClassification and ...ForMaskedLM.
 */

export interface Bert extends ArchitectureBase, BertSettings {
  readonly family: "bert";
  readonly dialect: DialectName;
  readonly task: "classifier" | "masked";
  /** The masked-language-model head scores words by the word embeddings: one parameter with two uses. */
  readonly tied: boolean;
  readonly hidden: number;
  readonly layers: number;
  readonly intermediate: number;
}

/** @throws FormatError where sizes cannot be read or config.json does not fit; shapes are checked by the caller */
export function recogniseBert(tensors: Tensors, file: string, options: ModelOptions): Bert {
  const name = dialectOf(tensors);
  const dialect = dialects[name];
  const { embeddings, classifier, masked, library } = dialect;
  const refuse: Refuse = refuser(
    file,
    `Save a ${library}ForSequenceClassification or a ${library}ForMaskedLM with save_pretrained`,
  );
  const sizes = (tensor: string, meaning: string): readonly [number, number] => {
    const shape = tensors.get(tensor)?.shape;
    if (shape === undefined) return refuse(tensor, `a tensor ${meaning}`, "no such tensor");
    if (shape.length !== 2 || shape.includes(0)) refuse(tensor, meaning, printShape(shape));
    return [shape[0], shape[1]];
  };
  const [vocabulary, hidden] = sizes(`${embeddings}.word_embeddings.weight`, "[vocabulary,hidden]");
  const [positions] = sizes(`${embeddings}.position_embeddings.weight`, "[positions,hidden]");
  const [types] = dialect.hasTypes
    ? sizes(`${embeddings}.token_type_embeddings.weight`, "[types,hidden]")
    : [0];
  let layers = 0;
  while (tensors.has(`${dialect.layer(layers).query}.weight`)) layers++;
  if (layers === 0)
    refuse(`${dialect.layer(0).query}.weight`, printShape([hidden, hidden]), "no such tensor");
  const [intermediate] = sizes(`${dialect.layer(0).inner}.weight`, "[intermediate,hidden]");
  const has = (module: string): boolean => tensors.has(`${module}.weight`);
  const task = has(masked.dense) && !has(classifier.out) ? "masked" : "classifier";
  const [classes] = task === "masked" ? [vocabulary] : sizes(`${classifier.out}.weight`, "[classes,hidden]");
  const fewest = options.loss === "mean-squared-error" ? 1 : 2;
  if (task === "classifier" && (classes < fewest || classes > limits.classes))
    refuse(
      "classes",
      `${fewest} to ${limits.classes}`,
      `${classes}`,
      "Measure a network of one output by its squared error: --loss mse",
    );
  if (vocabulary > limits.vocabulary) refuse("vocabulary", `at most ${limits.vocabulary}`, `${vocabulary}`);

  const shape = { hidden, layers, intermediate, vocabulary, positions };
  const { settings, padding, tie, warnings } = bertSettings(options, file, name, shape);
  const head = task === "masked" ? scores(tensors, dialect, tie) : { tied: false, warnings: [] };
  const parameters = specsOf(dialect, { ...shape, types, classes, task, tied: head.tied });
  const [unused, left] = leftovers(tensors, dialect, parameters, head.tied);
  const heads = `${settings.heads} head${settings.heads === 1 ? "" : "s"}`;
  const kind = task === "masked" ? "masked language model" : "classifier";
  return {
    family: "bert",
    title: `${dialect.label} ${kind} with ${layers} layer${layers === 1 ? "" : "s"}, hidden size ${hidden}, ${heads}`,
    ...settings,
    ...{ dialect: name, task, tied: head.tied, hidden, layers, intermediate, classes },
    parameters,
    states: [],
    unused,
    units: Array.from({ length: layers }, (_, k) => dialect.layer(k).unit),
    input: {
      ...{ name: "input_ids", vocabulary, positions, types },
      ...(padding === null ? {} : { padding }),
      ...(task === "masked" ? { labels: "tokens" } : { anyLength: true }),
    },
    warnings: [...warnings, ...head.warnings, ...left],
  };
}

const TIED =
  "The scores use the matrix of the word embeddings: tied weights, one parameter that is counted once.";

/** Whether the scores' matrix is the word embeddings: absent, or the same numbers again. */
function scores(
  tensors: Tensors,
  { embeddings, masked }: Dialect,
  tie: boolean,
): { readonly tied: boolean; readonly warnings: readonly string[] } {
  const decoder = tensors.get(`${masked.decoder}.weight`);
  const words = tensors.get(`${embeddings}.word_embeddings.weight`);
  if (!tie) return { tied: false, warnings: [] };
  if (decoder === undefined || words === undefined || sameValues(decoder, words))
    return { tied: true, warnings: [TIED] };
  const text = `${masked.decoder}.weight differs from the word embeddings: it is a parameter of its own.`;
  return { tied: false, warnings: [text] };
}

/** Tensors of the file that the network does not use, and what is said about them. */
function leftovers(
  tensors: Tensors,
  { masked, unused }: Dialect,
  parameters: readonly TensorSpec[],
  tied: boolean,
): readonly [readonly string[], readonly string[]] {
  const used = new Set(parameters.map(({ name }) => name));
  const left = [...tensors.keys()].filter(
    (name) => !used.has(name) && unused.some((beginning) => name.startsWith(beginning)),
  );
  const [shown, more] = [left.slice(0, 4).map(quote).join(", "), left.length > 4 ? ", ..." : ""];
  const warnings = left.length === 0 ? [] : [`The network does not use ${shown}${more}: left out.`];
  return [tied ? [...left, `${masked.decoder}.weight`] : left, warnings];
}

interface Sizes extends Pick<Bert, "hidden" | "layers" | "intermediate" | "classes" | "task" | "tied"> {
  readonly vocabulary: number;
  readonly positions: number;
  /** 0: tokens have no types. */
  readonly types: number;
}

/** The order of `named_parameters()`. */
function specsOf(dialect: Dialect, sizes: Sizes): TensorSpec[] {
  const { vocabulary, positions, types, hidden, layers, intermediate, classes } = sizes;
  const { embeddings, classifier } = dialect;
  const table = (name: string, rows: number): TensorSpec => ({
    name: `${embeddings}.${name}_embeddings.weight`,
    shape: [rows, hidden],
  });
  const dense = (name: string, outputs: number, inputs: number): TensorSpec[] => [
    { name: `${name}.weight`, shape: [outputs, inputs] },
    { name: `${name}.bias`, shape: [outputs] },
  ];
  const norm = (name: string): TensorSpec[] =>
    ["weight", "bias"].map((part): TensorSpec => ({ name: `${name}.${part}`, shape: [hidden] }));
  const layer = (k: number): TensorSpec[] => {
    const names = dialect.layer(k);
    return [
      ...[names.query, names.key, names.value, names.mixed].flatMap((name) => dense(name, hidden, hidden)),
      ...norm(names.mixedNorm),
      ...dense(names.inner, intermediate, hidden),
      ...dense(names.outer, hidden, intermediate),
      ...norm(names.outerNorm),
    ];
  };
  /** A module's own parameters stand before those of its parts: a bias beside the decoder comes first. */
  const masked = (): TensorSpec[] => {
    const { dense: transform, norm: after, decoder, bias } = dialect.masked;
    const own: TensorSpec = { name: bias, shape: [vocabulary] };
    const inside = bias === `${decoder}.bias`;
    return [
      ...(inside ? [] : [own]),
      ...dense(transform, hidden, hidden),
      ...norm(after),
      ...(sizes.tied ? [] : [{ name: `${decoder}.weight`, shape: [vocabulary, hidden] }]),
      ...(inside ? [own] : []),
    ];
  };
  return [
    table("word", vocabulary),
    table("position", positions),
    ...(dialect.hasTypes ? [table("token_type", types)] : []),
    ...norm(`${embeddings}.LayerNorm`),
    ...Array.from({ length: layers }, (_, k) => layer(k)).flat(),
    ...(sizes.task === "masked"
      ? masked()
      : [...dense(classifier.hidden, hidden, hidden), ...dense(classifier.out, classes, hidden)]),
  ];
}

/** `embeddings`, `encoder layer k` (from 0), `pooler` or `head`: the part of the network that a tensor belongs to. */
export function bertGroup(name: string): string {
  if (name.includes(".embeddings.")) return "embeddings";
  const layer = /\.layer\.(\d+)\./.exec(name)?.[1];
  if (layer !== undefined) return `encoder layer ${layer}`;
  return name.includes(".pooler.") ? "pooler" : "head";
}
