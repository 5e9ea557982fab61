/** The files of a model to a network with its weights. */

import { Builder } from "../autograd/builder.ts";
import {
  type BuildOptions,
  buildModel,
  FormatError,
  type ModelOptions as FullOptions,
  type Model,
  type Network,
  readConfig,
  readSafetensors,
  recogniseModel,
  type Tensors,
} from "../model/index.ts";
import { bundledFile, openManifest, type ReadBundled } from "./manifest.ts";
import { refuseMissing } from "./missing.ts";
import type { ModelSource, NamedFile } from "./protocol.ts";
import { filesOf, modelFile } from "./roles.ts";

/** A model's files before they are read. */
export interface Weights {
  /** Of a bundled model. */
  readonly id: string | null;
  readonly title: string | null;
  readonly file: NamedFile;
  /** Numbers that the file keeps outside, by base name. */
  readonly external: ReadonlyMap<string, Uint8Array>;
  readonly options: FullOptions;
}

export interface ReadModel {
  readonly network: Network;
  /** What a user should know before believing its numbers. */
  readonly warnings: readonly string[];
}

/** @throws FormatError */
export async function openWeights(source: ModelSource, read: ReadBundled): Promise<Weights> {
  if (source.kind === "files") {
    const file = modelFile(source.files);
    const config = filesOf(source.files, "config")[0];
    if (file === undefined)
      refuseMissing(source.files, "a model among them", "Add its .safetensors, .onnx or .pt file");
    const options = {
      ...source.options,
      ...(config === undefined ? {} : { config: readConfig(config.bytes, config.name) }),
    };
    const external = new Map(
      filesOf(source.files, "external").map(({ name, bytes }) => [baseName(name), bytes]),
    );
    return { id: null, title: null, file, external, options };
  }
  const manifest = await openManifest(source.id, read);
  const { skip, activation, files } = manifest;
  const config = files.config === undefined ? undefined : await bundledFile(source.id, files.config, read);
  const options = {
    ...(config === undefined ? {} : { config: readConfig(config.bytes, config.name) }),
    ...(skip === undefined ? {} : { skip }),
    ...(activation === undefined ? {} : { activation }),
  };
  const file = await bundledFile(source.id, files.weights, read);
  return { id: source.id, title: manifest.title, file, external: new Map(), options };
}

const baseName = (path: string): string => path.slice(path.lastIndexOf("/") + 1);

/**
 * @param arrays of the data: the pixels of its images bind the sizes that an ONNX file leaves open
 * @throws FormatError
 */
export async function readWeights({ file, external, options }: Weights, arrays: Tensors): Promise<ReadModel> {
  if (/\.onnx$/i.test(file.name)) {
    // A reader that few visits need: it is fetched with the first file.
    const { readOnnx } = await import("../model/onnx/network.ts");
    const network = readOnnx(file.bytes, file.name, {
      ...{ scratch: new Builder(), arrays, external, trainable: options.trainable ?? null },
      ...(options.loss === undefined ? {} : { loss: options.loss }),
      ...sidesOf(arrays),
    });
    return { network, warnings: network.warnings };
  }
  if (options.trainable)
    throw new FormatError({
      file: file.name,
      where: "trained tensors",
      expected: "an .onnx model, whose tensors may be trained or not",
      found: "a checkpoint, of which all are",
      remedy: "Leave out the choice",
    });
  const tensors = await readTensors(file);
  const model = recogniseModel(tensors, file.name, options);
  const { architecture, parameters, states } = model;
  const build: Network["build"] = (g, how: BuildOptions) => {
    buildModel(g, architecture, how);
    return { states: Object.fromEntries(states), data: (batch) => batch };
  };
  return {
    network: { architecture, parameters, build },
    warnings: [...warningsFor(model, options), ...dtypeWarning(tensors)],
  };
}

/** The tensors of a checkpoint. */
async function readTensors({ name, bytes }: NamedFile): Promise<Tensors> {
  if (/\.safetensors$/i.test(name)) return readSafetensors(bytes, name).tensors;
  const { readStateDict } = await import("../model/pickle/stateDict.ts");
  return readStateDict(bytes, name);
}

/** Pixels of the images in a data file: uint8 is NHWC, floating point NCHW. */
function sidesOf(arrays: Tensors): { readonly height?: number; readonly width?: number } {
  const images = arrays.get("images") ?? [...arrays.values()].find(({ shape }) => shape.length === 4);
  if (images?.shape.length !== 4) return {};
  const [height, width] =
    images.data instanceof Uint8Array ? images.shape.slice(1, 3) : images.shape.slice(2);
  return { height, width };
}

/** As the formats call them: safetensors F16, state dicts float16. */
const FLOATS = /^(bfloat|bf|float|f)(8\w*|16|64)$/i;

/** A half-precision file is another point in weight space than the float32 weights that it was made of. */
function dtypeWarning(tensors: Tensors): readonly string[] {
  const types = new Set(
    [...tensors.values()].map(({ dtype }) => dtype).filter((dtype) => FLOATS.test(dtype)),
  );
  return types.size === 0
    ? []
    : [`The file holds weights as ${[...types].sort().join(" and ")}: they are computed with in float32.`];
}

function warningsFor({ architecture }: Model, options: FullOptions): readonly string[] {
  if (architecture.family === "mlp" && options.activation === undefined) {
    return ["The file does not say which activation the perceptron uses: relu is assumed."];
  }
  if (architecture.family === "resnet-cifar" && options.skip === undefined) {
    return ["The file does not say whether the network has skip connections: they are assumed."];
  }
  return architecture.warnings ?? [];
}
