/** The files of a data set to named arrays: whatever the files are, a batch is cut from the arrays. */

import { FormatError, readNpz, type Tensors } from "../model/index.ts";
import { bundledFile, openManifest, type ReadBundled } from "./manifest.ts";
import type { DataSource, NamedFile } from "./protocol.ts";
import { dataFile, roleOf } from "./roles.ts";
import { type ForModel, openText } from "./textData.ts";

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
}

/** @throws FormatError */
export async function openDataset(source: DataSource, model: ForModel, read: ReadBundled): Promise<Dataset> {
  if (source.kind === "files") {
    const file = dataFile(source.files);
    if (file === undefined) {
      throw new FormatError({
        file: source.files[0]?.name ?? "files",
        where: "files",
        expected: "samples among them",
        found: "none",
        remedy: "Add an .npz batch with samples and labels, or a text file",
      });
    }
    if (roleOf(file.name) === "text") {
      const tokenized = await openText(file, source, model, read);
      const within = (tokens: number): Dataset => ({
        ...{ file, split: "unknown", mean: null, std: null, classNames: null, within },
        ...tokenized(tokens),
      });
      return within(Number.POSITIVE_INFINITY);
    }
    const { mean, std } = source.options;
    const arrays = readNpz(file.bytes, file.name);
    return { file, split: "unknown", arrays, mean, std, classNames: null, warnings: [] };
  }
  const manifest = await openManifest(source.id, read);
  const file = await bundledFile(source.id, manifest.files.batch, read);
  return {
    file,
    split: `${manifest.data.name} ${manifest.data.split}`,
    arrays: readNpz(file.bytes, file.name),
    mean: manifest.mean ?? null,
    std: manifest.std ?? null,
    classNames: manifest.classes,
    warnings: [],
  };
}
