/** Bytes to graphs: the readers, the families of models, and the batch. */

export {
  type BuildOptions,
  type Candidate,
  type InputSpec,
  type Layer,
  layersOf,
  type ModelOptions,
  type Network,
  type TensorSpec,
} from "./architecture.ts";
export { type Batch, type BatchOptions, type BatchStatistics, makeBatch } from "./batch.ts";
export { classNames, classNumbers, readConfig } from "./config.ts";
export { FormatError } from "./errors.ts";
export { type Architecture, buildModel, families, groupsOf, type Model, recogniseModel } from "./families.ts";
export * from "./graph.ts";
export { limits } from "./limits.ts";
export { readNpy, writeNpy } from "./npy.ts";
export { readNpz } from "./npz.ts";
export { flatten, toFileLayout, toGraphLayout, unflatten } from "./paramLayout.ts";
export { readSafetensors, type SafetensorsFile } from "./safetensors.ts";
export type { Tensor, Tensors } from "./tensor.ts";
export { mostTokens } from "./tokens.ts";
