/** The files of a data set to named arrays: whatever the files are, a batch is cut from the arrays. */

import { readNpz, type Tensors } from "../model/index.ts";
import { bundledFile, openManifest, type ReadBundled } from "./manifest.ts";
import { refuseMissing } from "./missing.ts";
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
    if (file === undefined)
      refuseMissing(
        source.files,
        "samples among them",
        "Add an .npz batch with samples and labels, or a text file",
      );
    const { mean, std } = source.options;
    if (roleOf(file.name) === "text") {
      return textDataset(file, await openText(file, source, model, read));
    }
    if (roleOf(file.name) === "table") {
      // A reader that few visits need: it is fetched with the first table.
      const { openTableData } = await import("./tableData.ts");
      const table = await openTableData(file);
      const { classNames, warnings } = table;
      if (table.kind === "arrays") {
        return { file, split: "unknown", arrays: table.arrays, mean, std, classNames, warnings };
      }
      const lines = { name: `${file.name}.jsonl`, bytes: table.lines };
      // The columns are named already: what was chosen for another file does not count.
      const plain = { ...source, options: { mean: null, std: null } };
      return textDataset(file, await openText(lines, plain, model, read), { classNames, warnings });
    }
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

/** Sentences for a model of any length, until it is known. @param about what a table tells besides its sentences */
function textDataset(
  file: NamedFile,
  tokenized: Awaited<ReturnType<typeof openText>>,
  about: Pick<Dataset, "classNames" | "warnings"> = { classNames: null, warnings: [] },
): Dataset {
  const within = (tokens: number): Dataset => {
    const { arrays, warnings } = tokenized(tokens);
    return {
      ...{ file, split: "unknown", mean: null, std: null, arrays, within },
      classNames: about.classNames,
      warnings: [...about.warnings, ...warnings],
    };
  };
  return within(Number.POSITIVE_INFINITY);
}
