/** The files that the headless command is given, sorted into a model and its data as on the page. */

import { readdir, readFile, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { externalNames } from "../model/onnx/external.ts";
import { createHub } from "../run/hub/hub.ts";
import type { DataSource, ModelSource, NamedFile } from "../run/protocol.ts";
import { filesOf, filesOfSide, roleOf } from "../run/roles.ts";
import { type Arguments, numberList, oneOf, UsageError, wholeNumber } from "./arguments.ts";
import { hubModel, hubRows, isHub } from "./hub.ts";

export const readModels = async (path: string): Promise<Uint8Array> =>
  new Uint8Array(await readFile(resolve(process.env.EIGENSCOPE_ROOT ?? ".", "public/models", path)));

const named = async (path: string): Promise<NamedFile> => ({
  name: basename(path),
  bytes: new Uint8Array(await readFile(path)),
});

export async function modelSource(args: Arguments): Promise<ModelSource> {
  const model = args.get("model") ?? "resnet20";
  if (!isHub(model) && !/[./\\]/.test(model)) {
    const idle = ["loss", "train"].find((flag) => args.has(flag));
    if (idle !== undefined) throw new UsageError(`--${idle} needs a model from a file: --model FILE.`);
    return { kind: "bundled", id: model };
  }
  const activation = oneOf(args, "activation", ["relu", "tanh"], "relu");
  const options = {
    ...(args.has("no-skip") ? { skip: false } : {}),
    ...(args.has("activation") ? { activation } : {}),
    ...(oneOf(args, "loss", ["cross-entropy", "mse"], "cross-entropy") === "mse"
      ? { loss: "mean-squared-error" as const }
      : {}),
    ...(args.has("train") ? { trainable: args.get("train")?.split(",") ?? null } : {}),
    ...(args.has("heads") ? { heads: wholeNumber(args, "heads", 1, 1) } : {}),
  };
  if (isHub(model)) return { kind: "files", files: await hubModel(model, createHub()), options };
  if (!(await stat(model)).isDirectory()) {
    const file = await named(model);
    return { kind: "files", files: [file, ...(await besides(file, dirname(model)))], options };
  }
  return { kind: "files", files: await filesIn(model, "model"), options };
}

/** The files in the folder of an ONNX model that hold its numbers. Those that are not there the reader asks for. */
async function besides({ name, bytes }: NamedFile, folder: string): Promise<NamedFile[]> {
  if (!/\.onnx$/i.test(name)) return [];
  const there = new Set(await readdir(folder));
  return Promise.all(
    externalNames(bytes, name)
      .filter((other) => there.has(other))
      .map((other) => named(join(folder, other))),
  );
}

/** The files of a folder that belong to a model or to data; weights other than model.* or pytorch_model.* are left alone. */
async function filesIn(folder: string, side: "model" | "data"): Promise<NamedFile[]> {
  const names = (await readdir(folder)).sort().map((name) => ({ name }));
  const heads = filesOf(names, "weights");
  const weights = heads.find(({ name }) => /^(pytorch_)?model\./.test(name)) ?? heads[0];
  const wanted = filesOfSide(names, side).filter((file) => !heads.includes(file) || file === weights);
  return Promise.all(wanted.map(({ name }) => named(join(folder, name))));
}

export async function dataSource(args: Arguments, model: ModelSource): Promise<DataSource> {
  const text = args.get("text");
  if (text !== undefined) return textSource(args, text);
  const data = args.get("data");
  if (data === undefined) {
    if (model.kind === "files")
      throw new UsageError("A model from a file needs its own batch: --data batch.npz or --text file.tsv.");
    return { kind: "bundled", id: model.id };
  }
  const manifest =
    model.kind === "bundled"
      ? (JSON.parse(new TextDecoder().decode(await readModels(`${model.id}/manifest.json`))) as {
          mean?: number[];
          std?: number[];
        })
      : null;
  return {
    kind: "files",
    files: isHub(data) ? await hubRows(data, rowsNeeded(args), createHub()) : [await named(data)],
    options: {
      mean: numberList(args, "mean") ?? manifest?.mean ?? null,
      std: numberList(args, "std") ?? manifest?.std ?? null,
    },
  };
}

async function textSource(args: Arguments, path: string): Promise<DataSource> {
  if (args.has("data")) throw new UsageError("--data and --text: expected one of them.");
  const tokenizer = args.get("tokenizer");
  if (roleOf(basename(path)) !== "text")
    throw new UsageError(`--text: expected a .tsv, .csv or .jsonl file, found "${path}".`);
  if (tokenizer !== undefined && roleOf(basename(tokenizer)) !== "tokenizer")
    throw new UsageError(`--tokenizer: expected a tokenizer.json or vocab.txt, found "${tokenizer}".`);
  const labelColumn = args.get("label-column");
  const textColumns = args.get("text-columns")?.split(",");
  return {
    kind: "files",
    files: await Promise.all([path, ...(tokenizer === undefined ? [] : [tokenizer])].map(named)),
    options: {
      ...{ mean: null, std: null },
      ...(textColumns === undefined ? {} : { textColumns }),
      ...(labelColumn === undefined ? {} : { labelColumn }),
    },
  };
}

/** So many that the samples of the run keep their numbers in the data set. */
const rowsNeeded = (args: Arguments): number =>
  wholeNumber(args, "start", 0) + wholeNumber(args, "batch-size", 128, 1);
