/** From the bytes of a model and a batch to everything a run needs of them, and the card that describes them. */

import {
  classNames,
  FormatError,
  groupsOf,
  type InputSpec,
  type LossKind,
  type ModelOptions,
  mostTokens,
  type Network,
  sizeOf,
  type Tensors,
} from "../model/index.ts";
import type { Dataset } from "./dataset.ts";
import { digest } from "./digest.ts";
import type { ReadBundled } from "./manifest.ts";
import { openDataset } from "./openDataset.ts";
import type { DataSource, ModelCard, ModelSource } from "./protocol.ts";
import { openWeights, readWeights } from "./weights.ts";

export interface LoadedModel {
  readonly model: Network;
  readonly arrays: Tensors;
  readonly dataFile: string;
  readonly mean: readonly number[] | null;
  readonly std: readonly number[] | null;
  readonly loss: LossKind;
  /** As the weights were read. */
  readonly options: ModelOptions;
  readonly card: ModelCard;
}

/** Throws FormatError for a file that cannot be used, with the sentence for the user. */
export async function loadModel(
  model: ModelSource,
  data: DataSource,
  read: ReadBundled,
): Promise<LoadedModel> {
  const weights = await openWeights(model, read);
  const { config } = weights.options;
  const opened = await openDataset(data, { source: model, config }, read);
  // Hashing copies the file for its time: before its numbers take memory too.
  const sha256 = await digest(weights.file.bytes);
  const { network, warnings } = await readWeights(weights, opened.arrays);
  const { architecture } = network;
  const dataset = fitted(opened, architecture.input);
  const { arrays, mean, std } = dataset;
  const groups = new Map(
    groupsOf(architecture).flatMap(({ name, parameters }) => parameters.map((tensor) => [tensor.name, name])),
  );
  const dataSha256 = await digest(dataset.file.bytes);
  const known =
    dataset.classNames ?? (config === undefined ? null : classNames(config, architecture.classes));
  return {
    model: network,
    arrays,
    dataFile: dataset.file.name,
    mean,
    std,
    loss: weights.options.loss ?? "cross-entropy",
    options: weights.options,
    card: {
      id: weights.id,
      title: weights.title ?? architecture.title,
      architecture: architecture.title,
      family: architecture.family,
      parameterCount: network.parameters.length,
      tensors: architecture.parameters.map(({ name, shape }) => ({
        name,
        shape,
        size: sizeOf(shape),
        group: groups.get(name) ?? "",
      })),
      hasBatchNorm: architecture.states.length > 0,
      input: architecture.input.name,
      classes: architecture.classes,
      ...(architecture.units === undefined ? {} : { units: architecture.units }),
      ...(network.candidates === undefined ? {} : { candidates: network.candidates }),
      source: weights.file.name,
      sha256,
      data: {
        source: dataset.file.name,
        sha256: dataSha256,
        split: dataset.split,
        available: (arrays.get("labels") ?? arrays.get("targets"))?.shape[0] ?? 0,
        classNames: known !== null && known.length <= architecture.classes ? known : null,
        ...(mean === null ? {} : { mean }),
        ...(std === null ? {} : { std }),
      },
      warnings: [...warnings, ...dataset.warnings],
    },
  };
}

/** Sentences that are longer than the model's positions are cut; grey images come in the channels that it takes. */
function fitted(dataset: Dataset, input: InputSpec): Dataset {
  if (input.name === "images") return dataset.inChannels?.(input.channels) ?? dataset;
  if (input.name !== "input_ids" || dataset.within === undefined) return dataset;
  const tokens = dataset.arrays.get("input_ids")?.shape[1] ?? 0;
  return tokens > mostTokens(input) ? dataset.within(mostTokens(input)) : dataset;
}

/** The message of an error that is the user's to solve; null for ours. */
export const refusalText = (error: unknown): string | null =>
  error instanceof FormatError ? error.message : null;
