/** Which files of a repository make a model, or hold samples: decided from names and sizes, before any download. */

import { roleOf } from "../roles.ts";
import type { Repository } from "./listing.ts";
import type { HubChoice, HubFile, HubTable } from "./types.ts";

/** What goes with weights, where the loader has a use for it. The name that the loader has always known stands last. */
const COMPANIONS = [
  "tokenizer.json",
  "vocab.txt",
  "tokenizer_config.json",
  "preprocessor_config.json",
  "config.json",
] as const;

/** Choices and tables shown: more would bury those that are meant. */
const MOST = 50;

/** Bytes of one file: what a browser tab survives beside the copies that are made of it. */
export const LARGEST_FILE = 2 ** 30;

/** Of a pickle: what a reader should know before using one. */
const PICKLE = "A pickle, which can hold a program. It is read as data only, by a reader that runs nothing.";

/** Ways to take the model, the most usual first; none where the repository has no weights that are known. */
export function modelChoices(repository: Repository, note: string | null = null): HubChoice[] {
  const { files } = repository;
  const named = (pattern: RegExp) => sorted(files.filter(({ path }) => pattern.test(path)));
  const safetensors = named(/\.safetensors$/i).filter(({ path }) => !/adapter/i.test(path));
  const whole = safetensors.filter(({ path }) => !isShard(path));
  const shards = safetensors.filter(({ path }) => isShard(path));
  const choose = (weights: readonly HubFile[], about: Partial<HubChoice> = {}) =>
    choiceOf(repository, weights, { note, ...about });
  return [
    ...whole.map((file) => choose([file])),
    ...(whole.length === 0 && shards.length > 0
      ? [choose(shards, { label: `${shards.length} shards`, refusal: shardRefusal(shards) })]
      : []),
    ...named(/\.onnx$/i).map((file) => choose([file, ...externalData(files, file)])),
    // Only where nothing else is there: a pickle is the last resort.
    ...(safetensors.length === 0
      ? named(/(?:^|\/)pytorch_model\.bin$/).map((file) => choose([file], { note: PICKLE }))
      : []),
  ].slice(0, MOST);
}

function choiceOf(
  { address, commit, files }: Repository,
  weights: readonly HubFile[],
  about: Partial<HubChoice>,
): HubChoice {
  const all = [...weights, ...companions(files, weights[0].path)];
  const large = all.find(({ size }) => size > LARGEST_FILE);
  const tooLarge =
    large === undefined
      ? null
      : `${large.path} has ${large.size} bytes; a browser tab survives ${LARGEST_FILE} at most. Use the headless command on a downloaded copy.`;
  return {
    id: address.id,
    commit,
    label: weights[0].path,
    files: all,
    total: all.reduce((sum, { size }) => sum + size, 0),
    note: null,
    refusal: tooLarge,
    ...about,
  };
}

const shardRefusal = (shards: readonly HubFile[]): string =>
  `The weights are cut into ${shards.length} shards of ${shards.reduce((sum, { size }) => sum + size, 0)} bytes in all; one file of at most ${LARGEST_FILE} bytes is read. Choose a smaller model of the family.`;

const isShard = (path: string): boolean => /-\d{5}-of-\d{5}\.safetensors$/i.test(path);

/** Fewest folders first, `model.*` before others, short names before long ones (`model_quantized.onnx`). */
function sorted(files: readonly HubFile[]): readonly HubFile[] {
  const rank = ({ path }: HubFile): number =>
    1000 * path.split("/").length + (/(?:^|\/)model\.[a-z]+$/i.test(path) ? 0 : 500) + path.length;
  return [...files].sort((a, b) => rank(a) - rank(b));
}

/** `model.onnx.data`, `model.onnx_data`, with a number where there are several. */
function externalData(files: readonly HubFile[], { path }: HubFile): readonly HubFile[] {
  return files.filter(
    (file) => file.path.startsWith(path) && /^[._]data(?:_\d+)?$/.test(file.path.slice(path.length)),
  );
}

/** From the folder of the weights, else from the root. */
function companions(files: readonly HubFile[], weights: string): readonly HubFile[] {
  const folder = weights.slice(0, weights.lastIndexOf("/") + 1);
  const at = (name: string) =>
    files.find(({ path }) => path === folder + name) ?? files.find(({ path }) => path === name);
  const config = roleOf("config.json");
  return COMPANIONS.flatMap((name) => {
    const role = roleOf(name);
    // A loader that takes every .json for a config.json has no use for the others.
    const used = name === "config.json" || (role !== null && role !== config);
    const file = used && !(name === "vocab.txt" && at("tokenizer.json") !== undefined) ? at(name) : undefined;
    return file === undefined ? [] : [file];
  });
}

/** Parquet files of a data set, held-out splits first: they are smaller, and what a Hessian is usually measured on. */
export function datasetTables({ files }: Repository): HubTable[] {
  const rank = ({ path }: HubFile): number => (/(?:^|[/_-])(?:validation|dev|test)\b/i.test(path) ? 0 : 1);
  return files
    .filter(({ path }) => /\.parquet$/i.test(path))
    .sort((a, b) => rank(a) - rank(b) || (a.path < b.path ? -1 : 1))
    .slice(0, MOST)
    .map((file) => ({ file, label: file.path.replace(/\.parquet$/i, "") }));
}
