/** The files of a data set to named arrays: whatever the files are, a batch is cut from the arrays. */

import { readNpy, readNpz, type Tensor } from "../model/index.ts";
import type { Dataset } from "./dataset.ts";
import { checksums } from "./digest.ts";
import { openImages } from "./imageData.ts";
import { bundledFile, openManifest, type ReadBundled } from "./manifest.ts";
import { refuseMissing } from "./missing.ts";
import type { DataSource, NamedFile } from "./protocol.ts";
import { dataFile, filesOf, roleOf } from "./roles.ts";
import { type ForModel, openText } from "./textData.ts";

/** @throws FormatError */
export async function openDataset(source: DataSource, model: ForModel, read: ReadBundled): Promise<Dataset> {
  if (source.kind === "files") {
    const file = dataFile(source.files);
    if (file === undefined)
      refuseMissing(
        source.files,
        "samples among them",
        "Add an .npz batch with samples and labels, images in a folder a class, or a text file",
      );
    const { mean, std } = source.options;
    if (roleOf(file.name) === "picture") return openImages(source, model);
    if (roleOf(file.name) === "array") return arraysDataset(source);
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

/** npy files beside each other, each the array that its name says: what an npz file holds. */
async function arraysDataset({ files, options }: Extract<DataSource, { kind: "files" }>): Promise<Dataset> {
  const found = filesOf(files, "array");
  const read = found.map(({ name, bytes }): [string, Tensor] => {
    const key = name.slice(name.lastIndexOf("/") + 1).replace(/\.npy$/i, "");
    return [key, { ...readNpy(bytes, name), name: key }];
  });
  const name = found.map((file) => file.name).join(", ");
  const file = { name, bytes: await checksums(found) };
  const { mean, std } = options;
  return { file, split: "unknown", arrays: new Map(read), mean, std, classNames: null, warnings: [] };
}

/** Sentences for a model of any length, until it is known. @param about what a table tells besides its sentences */
function textDataset(
  file: NamedFile,
  tokenized: Awaited<ReturnType<typeof openText>>,
  about: Pick<Dataset, "classNames" | "warnings"> = { classNames: null, warnings: [] },
): Dataset {
  const within = (tokens: number): Dataset => {
    const { arrays, classNames, warnings } = tokenized(tokens);
    return {
      ...{ file, split: "unknown", mean: null, std: null, arrays, within },
      classNames: about.classNames ?? classNames,
      warnings: [...about.warnings, ...warnings],
    };
  };
  return within(Number.POSITIVE_INFINITY);
}
