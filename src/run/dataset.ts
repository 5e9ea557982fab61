/** The files of a data set to named arrays: whatever the files are, a batch is cut from the arrays. */

import { FormatError, readNpz, type Tensors } from "../model/index.ts";
import { bundledPath, openManifest, type ReadBundled } from "./manifest.ts";
import type { DataSource, NamedFile } from "./protocol.ts";
import { dataFile } from "./roles.ts";

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
}

/** @throws FormatError */
export async function openDataset(source: DataSource, read: ReadBundled): Promise<Dataset> {
  if (source.kind === "files") {
    const file = dataFile(source.files);
    if (file === undefined) {
      throw new FormatError({
        file: source.files[0]?.name ?? "files",
        where: "files",
        expected: "samples among them",
        found: "none",
        remedy: "Add an .npz batch with samples and labels",
      });
    }
    const { mean, std } = source.options;
    const arrays = readNpz(file.bytes, file.name);
    return { file, split: "unknown", arrays, mean, std, classNames: null, warnings: [] };
  }
  const manifest = await openManifest(source.id, read);
  const name = bundledPath(source.id, manifest.files.batch);
  const bytes = await read(name);
  return {
    file: { name, bytes },
    split: `${manifest.data.name} ${manifest.data.split}`,
    arrays: readNpz(bytes, name),
    mean: manifest.mean,
    std: manifest.std,
    classNames: manifest.classes,
    warnings: [],
  };
}
