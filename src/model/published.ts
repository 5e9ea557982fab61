/** Large published networks without their weights, so that their size can be planned for. */

import type { BuildOptions } from "./architecture.ts";
import { type Architecture, families } from "./families.ts";
import type { Shape } from "./graph.ts";
import type { Tensors } from "./tensor.ts";

export interface PublishedModel {
  readonly name: string;
  readonly architecture: Architecture;
  /** What its samples are. */
  readonly samples: string;
  readonly sizes: Pick<BuildOptions, "height" | "width" | "tokens">;
}

export const publishedModels = (): readonly PublishedModel[] => [
  {
    name: "ResNet-50",
    architecture: families.resnet.recognise(sketchOf(resnet50()), "ResNet-50", {}),
    samples: "images of 224 x 224",
    sizes: { height: 224, width: 224 },
  },
  {
    name: "BERT-base",
    architecture: families.bert.recognise(sketchOf(bertBase()), "BERT-base", {}),
    samples: "sentences of 128 tokens",
    sizes: { tokens: 128 },
  },
];

/** Tensors by name without numbers: the few that decide an architecture. */
const sketchOf = (shapes: Readonly<Record<string, Shape>>): Tensors =>
  new Map(
    Object.entries(shapes).map(([name, shape]) => [
      name,
      { name, dtype: "F32", shape, data: new Float32Array() },
    ]),
  );

/** He et al. 2016, as torchvision names its tensors. */
function resnet50(): Record<string, Shape> {
  const shapes: Record<string, Shape> = {
    "conv1.weight": [64, 3, 7, 7],
    "bn1.running_var": [64],
    "fc.weight": [1000, 2048],
  };
  [3, 4, 6, 3].forEach((units, stage) => {
    const width = 64 * 2 ** stage;
    for (let unit = 0; unit < units; unit++) {
      const inputs = unit > 0 ? 4 * width : stage > 0 ? 2 * width : 64;
      shapes[`layer${stage + 1}.${unit}.conv1.weight`] = [width, inputs, 1, 1];
      shapes[`layer${stage + 1}.${unit}.conv3.weight`] = [4 * width, width, 1, 1];
    }
  });
  return shapes;
}

/** Devlin et al. 2018, with a classifier of two classes. */
function bertBase(): Record<string, Shape> {
  const shapes: Record<string, Shape> = {
    "bert.embeddings.word_embeddings.weight": [30_522, 768],
    "bert.embeddings.position_embeddings.weight": [512, 768],
    "bert.embeddings.token_type_embeddings.weight": [2, 768],
    "bert.encoder.layer.0.intermediate.dense.weight": [3072, 768],
    "classifier.weight": [2, 768],
  };
  for (let k = 0; k < 12; k++) shapes[`bert.encoder.layer.${k}.attention.self.query.weight`] = [768, 768];
  return shapes;
}
