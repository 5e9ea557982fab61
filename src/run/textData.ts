/** A text file to a data set, by the tokenizer that lies beside it or beside its model. */

import { classNumbers, FormatError, type ModelOptions } from "../model/index.ts";
import type { TextArrays } from "../model/text/index.ts";
import { bundledFile, openManifest, type ReadBundled } from "./manifest.ts";
import type { DataSource, ModelSource, NamedFile } from "./protocol.ts";
import { filesOf } from "./roles.ts";

/** What text needs of its model. */
export interface ForModel {
  readonly source: ModelSource;
  readonly config: ModelOptions["config"];
}

/**
 * The arrays of the file for a model with so many positions.
 * @throws FormatError where there is no tokenizer; the returned function with the line that does not fit
 */
export async function openText(
  file: NamedFile,
  { files, options }: Extract<DataSource, { kind: "files" }>,
  model: ForModel,
  read: ReadBundled,
): Promise<(positions: number) => TextArrays> {
  const own = filesOf(files, "tokenizer");
  const found = own.length > 0 ? own : await tokenizerOf(model.source, read);
  if (found.length === 0) {
    throw new FormatError({
      file: file.name,
      where: "tokenizer",
      expected: "the model's tokenizer.json or vocab.txt beside it",
      found: "none",
      remedy: "Add the tokenizer, or save the tokens as input_ids in an .npz file",
    });
  }
  // A reader that few visits need: it is fetched with the first text.
  const { openTokenizer, readText } = await import("../model/text/index.ts");
  const tokenizer = openTokenizer(found);
  const label2id = model.config === undefined ? null : classNumbers(model.config);
  const { textColumns, labelColumn } = options;
  const columns = {
    ...(textColumns === undefined ? {} : { text: textColumns }),
    ...(labelColumn === undefined ? {} : { label: labelColumn }),
  };
  return (positions) => readText(file.bytes, { file: file.name, tokenizer, columns, label2id, positions });
}

async function tokenizerOf(source: ModelSource, read: ReadBundled): Promise<readonly NamedFile[]> {
  if (source.kind === "files") return filesOf(source.files, "tokenizer");
  const { tokenizer } = (await openManifest(source.id, read)).files;
  return tokenizer === undefined ? [] : [await bundledFile(source.id, tokenizer, read)];
}
