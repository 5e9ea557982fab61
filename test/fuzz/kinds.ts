import { unzipSync, zipSync } from "fflate";
import { linearize } from "../../src/autograd/linearize.ts";
import { lower } from "../../src/gpu/lower.ts";
import { planMemory } from "../../src/gpu/plan.ts";
import { VectorLayout } from "../../src/gpu/vectorLayout.ts";
import { readStateDict } from "../../src/model/pickle/stateDict.ts";
import { loadModel } from "../../src/run/load.ts";
import { poseProblem } from "../../src/run/problem.ts";
import type { DataSource, ModelSource, NamedFile, RunResult } from "../../src/run/protocol.ts";
import { readResultFile } from "../../src/run/resultFile.ts";
import { compareRuns, compareStages } from "../../src/store/comparison.ts";
import { densityView } from "../../src/store/densityView.ts";
import { fieldOf, valuesOf } from "../../src/store/landscapes.ts";
import { rankedEigenvalues } from "../../src/store/ranks.ts";
import { planeGeometry } from "../../src/ui/charts/planeGeometry.ts";
import { shadesOf } from "../../src/ui/charts/shades.ts";
import { surfaceShape } from "../../src/ui/charts/surface.ts";
import { model } from "../fixtures/onnx.mjs";
import type { FormatName } from "./formats.ts";
import { onnx, type Parts } from "./onnxNetworks.ts";
import type { Random } from "./random.ts";

/** What is damaged in a sound file, and how the page would read it. */

export interface Sample {
  readonly format: FormatName;
  /** What is in it. */
  readonly name: string;
  /** What is mutated: whole files, or parts that are packed afterwards so that lengths and checksums are right again. */
  readonly pieces: Readonly<Record<string, Uint8Array>>;
  /** Pieces that are drawn anew for each case, in place of damage. */
  readonly draw?: (random: Random) => Readonly<Record<string, Uint8Array>>;
  /** Reads them as the page does, up to the kernels that a run would compile. Throws FormatError for what it refuses. */
  read(pieces: Readonly<Record<string, Uint8Array>>): Promise<void>;
}

export type Unnamed = Omit<Sample, "format">;

export const inFormat = (format: FormatName, ...samples: readonly Unnamed[]): readonly Sample[] =>
  samples.map((sample) => ({ ...sample, format }));

/** Only one of the pieces is damaged. */
export const only = (piece: string, sample: Unnamed): Unnamed => ({
  ...sample,
  pieces: { [piece]: sample.pieces[piece] },
  read: (pieces) => sample.read({ ...sample.pieces, ...pieces }),
});

export type Files = Extract<ModelSource, { kind: "files" }>;

type Data = Extract<DataSource, { kind: "files" }>;

const BATCH = 2;

/** Poses the problem, and makes the kernels where the damage may have made any network: that of an ONNX file. */
async function load(model: Files, data: Data): Promise<void> {
  const none = (): Promise<never> => Promise.reject(new Error("nothing is bundled here"));
  const loaded = await loadModel(model, data, none);
  const { graph } = poseProblem(loaded, { bn: "eval", start: 0, batchSize: BATCH });
  if (!model.files[0].name.endsWith(".onnx")) return;
  const layout = new VectorLayout(graph.params);
  planMemory(lower(linearize(graph), { layout, probes: 1, maxBindings: 8 }), 1);
}

const named = (pieces: Readonly<Record<string, Uint8Array>>): NamedFile[] =>
  Object.entries(pieces).map(([name, bytes]) => ({ name, bytes }));

const piecesOf = (files: readonly NamedFile[]): Record<string, Uint8Array> =>
  Object.fromEntries(files.map(({ name, bytes }) => [name, bytes]));

/** The files of a model are damaged, its data is sound. */
export const ofModel = (name: string, source: ModelSource, data: DataSource): Unnamed => {
  const model = source as Files;
  return {
    name,
    pieces: piecesOf(model.files),
    read: (pieces) => load({ ...model, files: named(pieces) }, data as Data),
  };
};

/** The entries of a model's zip file are damaged one by one; its checksums are right. */
export const ofEntries = (name: string, source: ModelSource, data: DataSource): Unnamed => {
  const model = source as Files;
  const [{ name: file, bytes }] = model.files;
  return {
    name,
    pieces: unzipSync(bytes),
    read: (pieces) => {
      const packed = zipSync(pieces, { level: 0 });
      return load({ ...model, files: [{ name: file, bytes: packed }] }, data as Data);
    },
  };
};

/** Header and data of a safetensors file are damaged one by one; the length before the header is right. */
export function ofHeader(name: string, source: ModelSource, data: DataSource): Unnamed {
  const model = source as Files;
  const [{ name: file, bytes }, ...others] = model.files;
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  return {
    name,
    pieces: { header: bytes.slice(8, 8 + length), data: bytes.slice(8 + length) },
    read: (pieces) => {
      const packed = new Uint8Array(8 + pieces.header.length + pieces.data.length);
      new DataView(packed.buffer).setBigUint64(0, BigInt(pieces.header.length), true);
      packed.set(pieces.header, 8);
      packed.set(pieces.data, 8 + pieces.header.length);
      return load({ ...model, files: [{ name: file, bytes: packed }, ...others] }, data as Data);
    },
  };
}

/** The arrays inside an npz file, which then has the checksums of the damaged ones. */
export const ofArrays = (name: string, source: ModelSource, data: DataSource): Unnamed => {
  const { files, options } = data as Data;
  const [{ name: file, bytes }] = files;
  return {
    name,
    pieces: unzipSync(bytes),
    read: (pieces) => {
      const packed = zipSync(pieces, { level: 0 });
      return load(source as Files, { kind: "files", files: [{ name: file, bytes: packed }], options });
    },
  };
};

/** What the page draws of a result, and how it compares it. */
export function drawResult(result: RunResult): void {
  densityView(result, [result], { xAxis: "symlog", smoothing: "axis", width: 1 });
  compareRuns([result, result]);
  compareStages([result, result]);
  rankedEigenvalues(result);
  const frame = { left: 0, right: 400, top: 0, bottom: 300 };
  for (const landscape of result.landscapes ?? []) {
    for (const value of valuesOf(landscape)) {
      const field = fieldOf(landscape, value);
      const shades = shadesOf(field, true);
      if (shades === null || field.steps.length === 1) continue;
      planeGeometry(field, shades, frame);
      surfaceShape(field, shades, ["a", "b"], { turn: 30, tilt: 30 }, frame);
    }
  }
}

/** A result is damaged; what is read of it can then be drawn and compared. */
export const ofResult = (name: string, file: string, bytes: Uint8Array): Unnamed => ({
  name,
  pieces: { [file]: bytes },
  read: async (pieces) => {
    for (const { result } of readResultFile(pieces[file], file).runs) drawResult(result);
  },
});

/** The files of the data are damaged, its model is sound. */
export const ofData = (name: string, source: ModelSource, data: DataSource): Unnamed => ({
  name,
  pieces: piecesOf((data as Data).files),
  read: (pieces) => load(source as Files, { ...(data as Data), files: named(pieces) }),
});

/** Text files and the tokenizer of their model are damaged. */
export function ofText(name: string, source: Files, tokenizer: NamedFile, text: NamedFile): Unnamed {
  const options = { mean: null, std: null };
  return {
    name,
    pieces: piecesOf([tokenizer, text]),
    read: (pieces) => {
      const [numbering, sentences] = named(pieces);
      return load(
        { ...source, files: [...source.files, numbering] },
        { kind: "files", files: [sentences], options },
      );
    },
  };
}

/** Tensors of every type and views of one storage, which are no network. */
export const ofTensors = (name: string, file: string, bytes: Uint8Array): Unnamed => ({
  name,
  pieces: { [file]: bytes },
  read: async (pieces) => void readStateDict(pieces[file], file),
});

/** Messages of an ONNX file are damaged one by one and then packed with the right lengths. */
export function ofMessages(name: string, parts: Parts, data: DataSource): Unnamed {
  const lists = Object.entries(parts) as [keyof Parts, Parts[keyof Parts]][];
  const pieces = lists.flatMap(([list, messages]) =>
    messages.map((message, i) => [`${list} ${i}`, Uint8Array.from(message)] as const),
  );
  return {
    name,
    pieces: Object.fromEntries(pieces),
    read: (damaged) => {
      const messages = (list: keyof Parts) =>
        Object.entries(damaged).flatMap(([key, bytes]) => (key.startsWith(list) ? [[...bytes]] : []));
      const packed = model({
        ...{ nodes: messages("nodes"), initialisers: messages("initialisers"), inputs: messages("inputs") },
      });
      return load(onnx(packed), data as Data);
    },
  };
}
