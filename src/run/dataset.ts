/** A data set as runs take it, whatever files it came from. */

import type { Tensors } from "../model/index.ts";
import type { NamedFile } from "./protocol.ts";

export interface Dataset {
  /** The file that names the data set. */
  readonly file: NamedFile;
  readonly split: string;
  /** `labels` and the samples under the name of the network's input, as an npz file holds them. */
  readonly arrays: Tensors;
  /** Per channel, for uint8 images after division by 255; null if unknown. */
  readonly mean: readonly number[] | null;
  readonly std: readonly number[] | null;
  readonly classNames: readonly string[] | null;
  /** What was done to the samples or assumed of them. */
  readonly warnings: readonly string[];
  /** Sentences are cut to the positions of a model, which its weights tell: the same data set for so many tokens. */
  readonly within?: (tokens: number) => Dataset;
  /** Image files: grey ones have one channel for a model that takes one, and three otherwise. */
  readonly inChannels?: (channels: number) => Dataset;
}
