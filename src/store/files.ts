/** The dropped files: which is the model, which the batch, and what is still missing. Pure. */
import type { ModelCard, NamedFile } from "../run/protocol.ts";

export interface Upload {
  readonly model: NamedFile | null;
  readonly data: NamedFile | null;
  /** A transformer's config.json. */
  readonly config: NamedFile | null;
  /** What tensor names cannot tell; null while the reader has not said, so that the card can warn. */
  readonly skip: boolean | null;
  readonly activation: "relu" | "tanh" | null;
  /** Comma-separated numbers, one per channel, for uint8 images; empty for images that are normalised already. */
  readonly mean: string;
  readonly std: string;
  readonly card: ModelCard | null;
  readonly reading: boolean;
  /** Exact texts, one a file or a field. */
  readonly refusals: readonly string[];
}

export const noUpload: Upload = {
  model: null,
  data: null,
  config: null,
  skip: null,
  activation: null,
  mean: "",
  std: "",
  card: null,
  reading: false,
  refusals: [],
};

/** The channel statistics that most image pipelines use (ImageNet's). */
export const IMAGENET_NORMALISATION = { mean: "0.485, 0.456, 0.406", std: "0.229, 0.224, 0.225" };

/** Files above this are not even read: a browser tab would not survive the copies. */
export const LARGEST_FILE = 2 ** 30;

export function refuseUnread(name: string, size: number): string | null {
  if (kindOf(name) === null) {
    return `${name}: expected a .safetensors or .onnx model, its config.json, or an .npz batch with images, vectors or tokens and labels`;
  }
  if (size > LARGEST_FILE) {
    return `${name}: expected at most ${LARGEST_FILE} bytes, found ${size}: drop a smaller file`;
  }
  return null;
}

type Kind = "model" | "data" | "config";

function kindOf(name: string): Kind | null {
  if (/\.(safetensors|onnx)$/i.test(name)) return "model";
  if (/\.json$/i.test(name)) return "config";
  return /\.npz$/i.test(name) ? "data" : null;
}

/** Takes in what was dropped, in any order; a file of the same kind takes the place of the one before. */
export function takeFiles(upload: Upload, files: readonly NamedFile[], refusals: readonly string[]): Upload {
  const last = (kind: Kind) => files.findLast((file) => kindOf(file.name) === kind);
  return {
    ...upload,
    model: last("model") ?? upload.model,
    data: last("data") ?? upload.data,
    // A config.json belongs to one checkpoint: a new one does not inherit it.
    config: last("config") ?? (last("model") === undefined ? upload.config : null),
    card: files.length > 0 ? null : upload.card,
    refusals,
  };
}

/** What the reader still has to drop, or null. */
export function missingFile(upload: Upload): string | null {
  if (upload.model !== null && upload.data === null) {
    return `${upload.model.name} is here. Still missing: its data, an .npz file with images, vectors or tokens and labels.`;
  }
  if (upload.data !== null && upload.model === null) {
    return `${upload.data.name} is here. Still missing: the model, a .safetensors or .onnx file.`;
  }
  return null;
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
  return usable
    ? { values }
    : {
        problem: `${label}: expected ${label === "std" ? "positive " : ""}numbers separated by commas, one a channel, found ${JSON.stringify(text)}`,
      };
}
