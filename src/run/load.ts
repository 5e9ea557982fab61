/** From the bytes of a model and a batch to everything a run needs of them, and the card that describes them. */

import { Builder } from "../autograd/builder.ts";
import {
  type BuildOptions,
  buildModel,
  FormatError,
  type ModelOptions as FullOptions,
  type Model,
  type Network,
  readConfig,
  readNpz,
  readSafetensors,
  recogniseModel,
  type Tensors,
} from "../model/index.ts";
import type { DataSource, ModelCard, ModelSource } from "./protocol.ts";

/** Reads a file under public/models, by its path there. */
export type ReadBundled = (path: string) => Promise<Uint8Array>;

export interface LoadedModel {
  readonly model: Network;
  readonly arrays: Tensors;
  readonly dataFile: string;
  readonly mean: readonly number[] | null;
  readonly std: readonly number[] | null;
  readonly card: ModelCard;
}

/** public/models/<id>/manifest.json, as far as the engine reads it. */
interface Manifest {
  readonly id: string;
  readonly title: string;
  readonly skip?: boolean;
  readonly activation?: "relu" | "tanh";
  readonly files: { readonly weights: string; readonly batch: string };
  readonly mean: readonly number[];
  readonly std: readonly number[];
  readonly classes: readonly string[];
  readonly data: { readonly name: string; readonly split: string };
}

interface Weights {
  readonly id: string | null;
  readonly title: string | null;
  readonly source: string;
  readonly bytes: Uint8Array;
  readonly options: FullOptions;
}

interface Data {
  readonly source: string;
  readonly split: string;
  readonly bytes: Uint8Array;
  readonly mean: readonly number[] | null;
  readonly std: readonly number[] | null;
  readonly classNames: readonly string[] | null;
}

/** Throws FormatError for a file that cannot be used, with the sentence for the user. */
export async function loadModel(
  model: ModelSource,
  data: DataSource,
  read: ReadBundled,
): Promise<LoadedModel> {
  const [weights, batch] = await Promise.all([openWeights(model, read), openData(data, read)]);
  const arrays = readNpz(batch.bytes, batch.source);
  const { network, warnings } = await readNetwork(weights, arrays);
  const { architecture } = network;
  const labels = arrays.get("labels");
  const [sha256, dataSha256] = await Promise.all([digest(weights.bytes), digest(batch.bytes)]);
  const classNames = batch.classNames?.length === architecture.classes ? batch.classNames : null;
  return {
    model: network,
    arrays,
    dataFile: batch.source,
    mean: batch.mean,
    std: batch.std,
    card: {
      id: weights.id,
      title: weights.title ?? architecture.title,
      architecture: architecture.title,
      family: architecture.family,
      parameterCount: network.parameters.length,
      tensors: architecture.parameters.map(({ name, shape }) => ({
        name,
        shape,
        size: shape.reduce((a, b) => a * b, 1),
      })),
      hasBatchNorm: architecture.states.length > 0,
      classes: architecture.classes,
      source: weights.source,
      sha256,
      data: {
        source: batch.source,
        sha256: dataSha256,
        split: batch.split,
        available: labels?.shape[0] ?? 0,
        classNames,
      },
      warnings,
    },
  };
}

interface Read {
  readonly network: Network;
  readonly warnings: readonly string[];
}

async function readNetwork({ bytes, source, options }: Weights, arrays: Tensors): Promise<Read> {
  if (isOnnx(source)) {
    // A reader that few visits need: it is fetched with the first file.
    const { readOnnx } = await import("../model/onnx/network.ts");
    const network = readOnnx(bytes, source, { scratch: new Builder(), ...sidesOf(arrays) });
    return { network, warnings: network.warnings };
  }
  const model = recogniseModel(readSafetensors(bytes, source).tensors, source, options);
  const { architecture, parameters, states } = model;
  const build: Network["build"] = (g, how: BuildOptions) => {
    buildModel(g, architecture, how);
    return states;
  };
  return { network: { architecture, parameters, build }, warnings: warningsFor(model, options) };
}

const isOnnx = (name: string): boolean => /\.onnx$/i.test(name);

/** Pixels of the images in a data file: uint8 is NHWC, floating point NCHW. */
function sidesOf(arrays: Tensors): { readonly height?: number; readonly width?: number } {
  const images = arrays.get("images") ?? [...arrays.values()].find(({ shape }) => shape.length === 4);
  if (images?.shape.length !== 4) return {};
  const [height, width] =
    images.data instanceof Uint8Array ? images.shape.slice(1, 3) : images.shape.slice(2);
  return { height, width };
}

/** What a user should know about a model before believing its numbers. */
function warningsFor({ architecture }: Model, options: FullOptions): string[] {
  if (architecture.family === "bert" && options.config === undefined) {
    return ["There is no config.json: GELU (erf) and a LayerNorm epsilon of 1e-12 are assumed."];
  }
  if (architecture.family === "mlp" && options.activation === undefined) {
    return ["The file does not say which activation the perceptron uses: relu is assumed."];
  }
  if (architecture.family === "resnet-cifar" && options.skip === undefined) {
    return ["The file does not say whether the network has skip connections: they are assumed."];
  }
  return [];
}

async function openManifest(id: string, read: ReadBundled): Promise<Manifest> {
  if (!/^[a-z0-9-]+$/.test(id)) throw new Error(`"${id}" is not the id of a bundled model.`);
  const path = `${id}/manifest.json`;
  return JSON.parse(new TextDecoder().decode(await read(path))) as Manifest;
}

/** `../data/x.npz` beside the manifest of `id`, as a path under public/models. */
const resolve = (id: string, file: string): string =>
  file.startsWith("../") ? file.slice(3) : `${id}/${file}`;

async function openWeights(source: ModelSource, read: ReadBundled): Promise<Weights> {
  if (source.kind === "file") {
    const { file, config } = source;
    const options = {
      ...source.options,
      ...(config === undefined ? {} : { config: readConfig(config.bytes, config.name) }),
    };
    return { id: null, title: null, source: file.name, bytes: file.bytes, options };
  }
  const manifest = await openManifest(source.id, read);
  const path = resolve(source.id, manifest.files.weights);
  const { skip, activation } = manifest;
  const options = {
    ...(skip === undefined ? {} : { skip }),
    ...(activation === undefined ? {} : { activation }),
  };
  return { id: source.id, title: manifest.title, source: path, bytes: await read(path), options };
}

async function openData(source: DataSource, read: ReadBundled): Promise<Data> {
  if (source.kind === "file") {
    const { file, mean, std } = source;
    return { source: file.name, split: "unknown", bytes: file.bytes, mean, std, classNames: null };
  }
  const manifest = await openManifest(source.id, read);
  const path = resolve(source.id, manifest.files.batch);
  return {
    source: path,
    split: `${manifest.data.name} ${manifest.data.split}`,
    bytes: await read(path),
    mean: manifest.mean,
    std: manifest.std,
    classNames: manifest.classes,
  };
}

/** SHA-256 in hexadecimal; empty where the page has no crypto.subtle (plain http). */
async function digest(bytes: Uint8Array): Promise<string> {
  if (globalThis.crypto?.subtle === undefined) return "";
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes as Uint8Array<ArrayBuffer>));
  return Array.from(hash, (b) => b.toString(16).padStart(2, "0")).join("");
}

/** The message of an error that is the user's to solve; null for ours. */
export const refusalText = (error: unknown): string | null =>
  error instanceof FormatError ? error.message : null;
