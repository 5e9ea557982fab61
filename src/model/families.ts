import {
  type BuildOptions,
  bareNames,
  checkTensors,
  grouped,
  type Layer,
  type ModelOptions,
  type Network,
  weightValues,
} from "./architecture.ts";
import { type Bert, bertGroup, recogniseBert } from "./bert.ts";
import { buildBert } from "./bertGraph.ts";
import { bertNames, looksLikeBert } from "./bertNames.ts";
import { quote, type Refuse, refuser } from "./errors.ts";
import type { GraphBuilder } from "./graph.ts";
import { buildMlp, looksLikeMlp, type Mlp, recogniseMlp } from "./mlp.ts";
import { buildResnet, type Resnet, recogniseResnet } from "./resnet.ts";
import {
  buildResnetCifar,
  looksLikeResnetCifar,
  type ResnetCifar,
  recogniseResnetCifar,
} from "./resnetCifar.ts";
import { looksLikeResnet } from "./resnetNames.ts";
import type { Tensors } from "./tensor.ts";

/** The families of models that are known by their tensor names. A new one is an entry of `families`. */

export type Architecture = Resnet | ResnetCifar | Mlp | Bert;

interface Family<A extends Architecture> {
  /** For messages: what its files contain. */
  readonly sign: string;
  readonly looksLike: (tensors: Tensors) => boolean;
  /** The family's own names for tensors that files name in several ways. */
  readonly names?: (tensors: Tensors, file: string) => Tensors;
  readonly recognise: (tensors: Tensors, file: string, options: ModelOptions) => A;
  readonly build: (g: GraphBuilder, architecture: A, options: BuildOptions) => void;
  /** The part of the network that a tensor belongs to; without it, its name up to the first dot. */
  readonly group?: (name: string) => string;
}

export const families: {
  readonly [F in Architecture["family"]]: Family<Extract<Architecture, { family: F }>>;
} = {
  resnet: {
    sign: "ResNets (conv1.weight, layer1.0.conv1.weight, ..., fc.weight, or resnet.embedder.embedder.convolution.weight, ...)",
    looksLike: looksLikeResnet,
    recognise: recogniseResnet,
    build: buildResnet,
  },
  "resnet-cifar": {
    sign: "CIFAR ResNets (conv1.weight, layer1.0.conv1.weight, ..., linear.weight)",
    looksLike: looksLikeResnetCifar,
    recognise: recogniseResnetCifar,
    build: buildResnetCifar,
  },
  mlp: {
    sign: "perceptrons (fc1.weight, fc1.bias, fc2.weight, ...)",
    looksLike: looksLikeMlp,
    recognise: recogniseMlp,
    build: buildMlp,
  },
  bert: {
    sign: "BERT, DistilBERT or RoBERTa (bert.embeddings.word_embeddings.weight, ..., classifier.weight)",
    looksLike: looksLikeBert,
    names: bertNames,
    recognise: recogniseBert,
    build: buildBert,
    group: bertGroup,
  },
};

/**
 * The trainable tensors by part of the network, in architecture order: `embeddings`, `encoder layer 0`, ..., `head` of a
 * transformer, `conv1`, `layer1`, ... of other networks.
 */
export function groupsOf({ family, parameters }: Network["architecture"]): readonly Layer[] {
  const known = Object.entries(families).find(([name]) => name === family)?.[1];
  return grouped(parameters, known?.group ?? ((name) => name.split(".", 1)[0]));
}

/** A model of a known family with its weights. */
export interface Model {
  readonly architecture: Architecture;
  /** The flat parameter vector, in architecture order and file layout. */
  readonly parameters: Float32Array;
  /** Values of the graph's `state` inputs by name. */
  readonly states: ReadonlyMap<string, Float32Array>;
}

/**
 * Finds the family of a checkpoint and holds every tensor against it.
 * @throws FormatError naming the first tensor that is missing, unexpected or of the wrong shape
 */
export function recogniseModel(tensors: Tensors, file: string, options: ModelOptions = {}): Model {
  const bare = bareNames(tensors, file);
  const family = Object.values(families).find((f) => f.looksLike(bare));
  if (!family) {
    const refuse: Refuse = refuser(file, "Rename the tensors after one of these families");
    const [first] = bare.keys();
    const found = first === undefined ? "no tensor" : `${quote(first)} among ${bare.size}`;
    return refuse(
      "tensors",
      `the names of ${Object.values(families)
        .map((f) => f.sign)
        .join(" or ")}`,
      found,
    );
  }
  const named = family.names?.(bare, file) ?? bare;
  const architecture = family.recognise(named, file, options);
  checkTensors(named, architecture, file);
  return { architecture, ...weightValues(named, architecture, file) };
}

/** Writes the forward graph of an architecture: outputs `logits` and `loss`. */
export function buildModel(g: GraphBuilder, architecture: Architecture, options: BuildOptions): void {
  if (architecture.family === "mlp") families.mlp.build(g, architecture, options);
  else if (architecture.family === "bert") families.bert.build(g, architecture, options);
  else if (architecture.family === "resnet") families.resnet.build(g, architecture, options);
  else families["resnet-cifar"].build(g, architecture, options);
}
