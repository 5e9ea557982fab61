/** The dropped files: what is there, what is still missing, and what the reader was told of them. Pure. */
import type { LossKind, ModelCard, NamedFile } from "../run/protocol.ts";
import { dataFile, filesOf, joinFiles, KINDS_OF_FILES, modelFile, roleOf } from "../run/roles.ts";
import { fileProblems as problems } from "../strings/en.ts";

export { ACCEPTED } from "../run/roles.ts";

export interface Upload {
  readonly files: readonly NamedFile[];
  readonly options: UploadOptions;
  readonly card: ModelCard | null;
  readonly reading: boolean;
  /** Exact texts, one a file or a field. */
  readonly refusals: readonly string[];
}

/** What the files cannot tell; null while the reader has not said, so that the card can warn. */
export interface UploadOptions {
  readonly skip: boolean | null;
  readonly activation: "relu" | "tanh" | null;
  /** A transformer's attention heads; empty where config.json says it. */
  readonly heads: string;
  readonly loss: LossKind | null;
  /** ONNX: names of the tensors that are trained. */
  readonly trainable: readonly string[] | null;
  /** Comma-separated numbers, one per channel, for uint8 images; empty for images that are normalised already. */
  readonly mean: string;
  readonly std: string;
  /** Image files: pixels of the shorter side and of the square cut from the middle; empty for as they are. */
  readonly resize: string;
  readonly crop: string;
  /** Columns of a text file by name or number: of the sentences, two with a comma between for pairs; of the labels. */
  readonly textColumns: string;
  readonly labelColumn: string;
}

export const noUpload: Upload = {
  files: [],
  options: {
    ...{ skip: null, activation: null, heads: "", loss: null, trainable: null },
    ...{ mean: "", std: "", resize: "", crop: "", textColumns: "", labelColumn: "" },
  },
  card: null,
  reading: false,
  refusals: [],
};

/** The channel statistics that most image pipelines use (ImageNet's). */
export const IMAGENET_NORMALISATION = { mean: "0.485, 0.456, 0.406", std: "0.229, 0.224, 0.225" };

/** Files above this are not even read: a browser tab would not survive the copies. */
export const LARGEST_FILE = 2 ** 30;

export function refuseUnread(name: string, size: number): string | null {
  if (roleOf(name) === null) return problems.unknownKind(name, KINDS_OF_FILES);
  if (size > LARGEST_FILE) {
    return problems.tooLarge(name, String(LARGEST_FILE), String(size));
  }
  return null;
}

/** Folders tell the classes of images, and tables name them by their place; elsewhere the file's own name counts. */
export const keepsFolder = (name: string): boolean => ["picture", "text"].includes(roleOf(name) ?? "");

/** Takes in what was dropped, in any order. */
export function takeFiles(upload: Upload, files: readonly NamedFile[], refusals: readonly string[]): Upload {
  return {
    ...upload,
    // What was chosen among the tensors of one model says nothing of another.
    options: modelFile(files) === undefined ? upload.options : { ...upload.options, trainable: null },
    files: joinFiles(upload.files, files),
    card: files.length > 0 ? null : upload.card,
    refusals,
  };
}

/** What the reader still has to drop, or null. */
export function missingFile({ files }: Upload): string | null {
  const [model, data] = [modelFile(files), dataFile(files)];
  if (model !== undefined && data === undefined) {
    return problems.dataMissing(model.name);
  }
  if (data !== undefined && model === undefined) {
    return problems.modelMissing(data.name);
  }
  return null;
}

export const hasPictures = ({ files }: Upload): boolean => filesOf(files, "picture").length > 0;

/** Sentences: a table beside images lists these. */
export const hasText = (upload: Upload): boolean =>
  filesOf(upload.files, "text").length > 0 && !hasPictures(upload);

/** Model and data are both there. */
export const isComplete = ({ files }: Upload): boolean =>
  modelFile(files) !== undefined && dataFile(files) !== undefined;

export type Whole = { readonly value: number | null } | { readonly problem: string };

/** Reads a whole number, of attention heads or pixels; an empty field means null. */
export function parseWhole(label: string, text: string): Whole {
  if (text.trim() === "") return { value: null };
  const value = Number(text);
  return Number.isInteger(value) && value > 0
    ? { value }
    : { problem: problems.wholeNumber(label, JSON.stringify(text)) };
}

export type Channels = { readonly values: readonly number[] | null } | { readonly problem: string };

/** Reads `0.485, 0.456, 0.406`; an empty field means null. */
export function parseChannels(label: string, text: string): Channels {
  if (text.trim() === "") return { values: null };
  const values = text
    .split(/[\s,;]+/)
    .filter((part) => part !== "")
    .map(Number);
  const usable = values.every((value) => Number.isFinite(value) && (label !== "std" || value > 0));
  if (usable) return { values };
  const problem = label === "std" ? problems.positiveChannels : problems.channels;
  return { problem: problem(label, JSON.stringify(text)) };
}
