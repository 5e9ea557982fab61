/** What a run is given: files with their options, and how BatchNorm normalises. A part of protocol.ts. */

import type { LossKind } from "../model/index.ts";

export type BatchNormMode = "eval" | "batch";

export interface NamedFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** What tensor names cannot tell: skip connections, the activation of a plain perceptron, a transformer's heads. */
export interface ModelOptions {
  readonly skip?: boolean;
  readonly activation?: "relu" | "tanh";
  readonly heads?: number;
  /** Default cross-entropy. */
  readonly loss?: LossKind;
  /** ONNX: the tensors that are trained, by name or by patterns with *; null or absent: the default. */
  readonly trainable?: readonly string[] | null;
}

export type ModelSource =
  | { readonly kind: "bundled"; readonly id: string }
  | {
      readonly kind: "files";
      /** The weights and what goes with them, such as a transformer's config.json: see roles.ts. */
      readonly files: readonly NamedFile[];
      readonly options: ModelOptions;
    };

/** What data files do not tell. mean and std normalise uint8 images after division by 255; float images stay. */
export interface DataOptions {
  readonly mean: readonly number[] | null;
  readonly std: readonly number[] | null;
  /** Columns of a text file, by name or number from 1: one or two with sentences, and that of the labels. */
  readonly textColumns?: readonly string[];
  readonly labelColumn?: string;
}

export type DataSource =
  /** The batch that the bundled model's manifest names. */
  | { readonly kind: "bundled"; readonly id: string }
  | { readonly kind: "files"; readonly files: readonly NamedFile[]; readonly options: DataOptions };
