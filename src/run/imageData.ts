/** Image files as a data set: listed by folders or a table, decoded, brought to one size. */

import { classNumbers, readConfig } from "../model/index.ts";
import type { Dataset } from "./dataset.ts";
import { checksums } from "./digest.ts";
import type { DataSource, ModelSource } from "./protocol.ts";
import { filesOf } from "./roles.ts";
import type { ForModel } from "./textData.ts";

/** @throws FormatError */
export async function openImages(
  { files, options }: Extract<DataSource, { kind: "files" }>,
  model: ForModel,
): Promise<Dataset> {
  // Readers that few visits need: they are fetched with the first image.
  const { listFolders, listTable, readImages, readPreprocessor, sizingOf } = await import(
    "../model/images/index.ts"
  );
  const pictures = filesOf(files, "picture");
  const table = filesOf(files, "text")[0];
  const label2id = model.config === undefined ? null : classNumbers(model.config);
  const listing =
    table === undefined ? listFolders(pictures, label2id) : listTable(table, pictures, label2id);
  const config = preprocessorOf(model.source);
  const processor = config === undefined ? null : readPreprocessor(readConfig(config.bytes, config.name));
  const { resize = null, crop = null } = options;
  const chosen = resize !== null || crop !== null;
  const sizing = chosen || processor === null ? sizingOf(resize, crop) : processor.sizing;
  const { arrays, warnings } = readImages(listing, sizing);
  const bytes = await checksums(table === undefined ? listing.files : [table, ...listing.files]);
  const inChannels = (channels: number): Dataset => ({
    file: { name: listing.source, bytes },
    split: "unknown",
    arrays: arrays(channels),
    mean: options.mean ?? processor?.mean ?? null,
    std: options.std ?? processor?.std ?? null,
    classNames: listing.classNames,
    warnings: [...listing.warnings, ...warnings],
    inChannels,
  });
  return inChannels(3);
}

const preprocessorOf = (source: ModelSource) =>
  source.kind === "files" ? filesOf(source.files, "preprocessor")[0] : undefined;
