/** The landscape command: directions from the command line, and the grid as a file. */

import { readFile, writeFile } from "node:fs/promises";
import { basename } from "node:path";
import { FormatError, readNpy, readSafetensors } from "../model/index.ts";
import { writeNpz } from "../model/npzWrite.ts";
import type { Direction, LandscapeRequest, ModelCard, RunResult } from "../run/protocol.ts";
import { gridArrays, predictions } from "../spectrum/index.ts";
import { type Arguments, oneOf, positiveNumber, UsageError, wholeNumber } from "./arguments.ts";

type Axis = LandscapeRequest["axes"][number];

const FORMS = "top:1, bottom:1, gradient, random, random:SEED, checkpoint:FILE or file:NAME";

/** Whether a direction needs eigenvectors, and so a whole run. */
export const needsRun = (args: Arguments): boolean => /(^|,)(top|bottom):/.test(wanted(args));

const wanted = (args: Arguments): string => args.get("directions") ?? "top:1,top:2";

/** @throws UsageError, FormatError for a file of vectors that does not fit the model */
export async function landscapeRequest(args: Arguments, card: ModelCard): Promise<LandscapeRequest> {
  const texts = wanted(args).split(",");
  if (texts.length > 2) throw new UsageError(`--directions: expected one or two, found ${texts.length}.`);
  const points = wholeNumber(args, "points", 11, 2);
  const ranges = rangesOf(args, texts);
  const vectors = await vectorsOf(args, card);
  const axes: Axis[] = [];
  for (const [i, text] of texts.entries()) {
    const [from, to] = ranges[i];
    axes.push({ direction: await direction(text, args, vectors), from, to, points });
  }
  const bn = oneOf(args, "bn", ["eval", "batch"], "eval");
  return { axes, bn: oneOf(args, "landscape-bn", ["eval", "batch"], bn) };
}

async function direction(text: string, args: Arguments, vectors: Vectors): Promise<Direction> {
  const [kind, ...rest] = text.split(":");
  const value = rest.join(":");
  if (kind === "gradient" && value === "") return { kind };
  if ((kind === "top" || kind === "bottom") && /^[1-9]\d*$/.test(value))
    return { kind: "ritz", end: kind, place: Number(value) - 1 };
  if (kind === "random" && /^\d*$/.test(value)) {
    const oneDimensional = oneOf(args, "biases", ["zero", "scaled"], "zero");
    return { kind, seed: Number(value), oneDimensional };
  }
  if (kind === "checkpoint" && value !== "")
    return { kind, files: [{ name: basename(value), bytes: new Uint8Array(await readFile(value)) }] };
  if (kind === "file") {
    const values = vectors.get(value);
    if (values !== undefined) return { kind: "vector", name: value, values };
    const known = [...vectors.keys()].join(", ") || "none: name one by --direction-file";
    throw new UsageError(`--directions: there is no vector "${value}". There are: ${known}.`);
  }
  throw new UsageError(`--directions: expected ${FORMS}, found "${text}".`);
}

/** First and last step of each direction. */
function rangesOf(args: Arguments, texts: readonly string[]): (readonly [number, number])[] {
  const radius = positiveNumber(args, "radius", 0.5);
  const said = args.get("range")?.split(",");
  return texts.map((text, i) => {
    const range = said?.[Math.min(i, said.length - 1)];
    // Between checkpoints a step of 1 leads to the other one.
    const between = text.startsWith("checkpoint:") && !args.has("radius");
    if (range === undefined) return between ? [-0.5, 1.5] : [-radius, radius];
    const [from, to, ...more] = range.split(":").map(Number);
    if (more.length > 0 || !Number.isFinite(from) || !(from < to))
      throw new UsageError(`--range: expected two ascending numbers such as -0.5:1.5, found "${range}".`);
    return [from, to];
  });
}

type Vectors = ReadonlyMap<string, Float32Array>;

/**
 * Vectors over all parameters by name: the rows of an npy file are 1, 2, and so on; in a safetensors file the tensors
 * NAME.conv1.weight and so on make the vector NAME.
 */
async function vectorsOf(args: Arguments, card: ModelCard): Promise<Vectors> {
  const path = args.get("direction-file");
  if (path === undefined) return new Map();
  const [bytes, file] = [new Uint8Array(await readFile(path)), basename(path)];
  return /\.npy$/i.test(file) ? rowsOf(bytes, file, card) : tensorsOf(bytes, file, card);
}

function rowsOf(bytes: Uint8Array, file: string, { parameterCount: n }: ModelCard): Vectors {
  const { data, shape } = readNpy(bytes, file);
  if (!(data instanceof Float32Array) || shape.length > 2 || shape[shape.length - 1] !== n)
    throw unfit(file, "array", `float32 numbers of shape [${n}] or [k,${n}]`, `[${shape.join(",")}]`);
  return new Map(
    Array.from({ length: data.length / n }, (_, i) => [`${i + 1}`, data.subarray(i * n, (i + 1) * n)]),
  );
}

function tensorsOf(bytes: Uint8Array, file: string, card: ModelCard): Vectors {
  const { tensors } = readSafetensors(bytes, file);
  const [first] = card.tensors;
  const names = [...tensors.keys()]
    .filter((name) => name.endsWith(`.${first.name}`))
    .map((name) => name.slice(0, -first.name.length - 1))
    // The name of the first tensor may end that of another: v1.layer1.0 is no vector.
    .filter((name) => card.tensors.every((tensor) => tensors.has(`${name}.${tensor.name}`)));
  if (names.length === 0)
    throw unfit(
      file,
      "tensors",
      `tensors such as v1.${first.name}`,
      [...tensors.keys()].slice(0, 3).join(", "),
    );
  return new Map(
    names.map((name) => {
      const values = new Float32Array(card.parameterCount);
      let at = 0;
      for (const { name: of, shape, size } of card.tensors) {
        const tensor = tensors.get(`${name}.${of}`);
        if (!(tensor?.data instanceof Float32Array) || tensor.shape.join() !== shape.join())
          throw unfit(file, `${name}.${of}`, `float32 of shape [${shape}]`, `${tensor?.shape ?? "none"}`);
        values.set(tensor.data, at);
        at += size;
      }
      return [name, values];
    }),
  );
}

const unfit = (file: string, where: string, expected: string, found: string): FormatError =>
  new FormatError({ file, where, expected, found, remedy: "Save vectors over all parameters in file order" });

/** Writes the last landscape of a result: .json or .npz. */
export async function writeGrid(result: RunResult, path: string): Promise<void> {
  const landscape = result.landscapes?.at(-1);
  if (landscape === undefined) return;
  const { engine, model, settings, meaning, device } = result;
  if (!isNpz(path)) {
    const predicted = predictions(landscape);
    const head = { schema: "eigenscope-landscape", version: 1, engine, settings, meaning, device };
    const about = { model: { title: model.title, source: model.source, sha256: model.sha256 } };
    await writeFile(path, `${JSON.stringify({ ...head, ...about, ...landscape, predicted }, null, 1)}\n`);
    return;
  }
  await writeFile(path, writeNpz(gridArrays(landscape)));
}

/** Throws UsageError before anything is measured. */
export function checkGridPath(args: Arguments): void {
  const path = args.get("out");
  if (path !== undefined && !isNpz(path) && !/\.json$/i.test(path))
    throw new UsageError(`--out: expected a .json or .npz file, found "${path}".`);
}

const isNpz = (path: string): boolean => /\.npz$/i.test(path);
