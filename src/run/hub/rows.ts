/** Rows of a data set's Parquet file, read through byte ranges, to a small Parquet file of exactly these rows. */

import type { ByteSource } from "../../model/parquet/footer.ts";
import { readRawRows } from "../../model/parquet/samples.ts";
import { clipRange, openTable } from "../../model/parquet/table.ts";
import { type NewColumn, type NewStruct, writeParquet } from "../../model/parquet/write.ts";
import type { NamedFile } from "../protocol.ts";
import type { Place } from "./request.ts";
import {
  emptyStretch,
  fill,
  provenance,
  type Repo,
  type Report,
  reporter,
  resolvePath,
  type TransferOptions,
} from "./transfer.ts";
import type { HubFile, HubListing, HubTable, HubWork, RowRange } from "./types.ts";

/** @throws HubError, FormatError, or the reason of the signal */
export async function readRows(
  place: Place,
  { address, commit }: Extract<HubListing, { kind: "dataset" }>,
  { file }: HubTable,
  range: RowRange,
  work: HubWork & TransferOptions,
): Promise<readonly NamedFile[]> {
  const repo: Repo = { kind: "dataset", id: address.id, commit };
  const name = provenance(repo, file.path);
  const table = await openTable(remoteSource(place, resolvePath(repo, file.path), file, work), name);
  const rows = clipRange(table, range);
  const { features, labels, columns } = await readRawRows(table, rows);
  const { image, texts, label } = features;
  const fields: (NewColumn | NewStruct)[] =
    image === null
      ? texts.map((column, i) => ({ name: column.name, kind: "string", values: columns[i] }))
      : [imageStruct(image.name.split(".").slice(0, -1).join("."), columns[0])];
  const note = table.notes.get("huggingface");
  const bytes = writeParquet({
    fields: [...fields, { name: label.name, kind: "int", values: labels }],
    notes: note === undefined ? {} : { huggingface: note },
  });
  const last = rows.start + rows.count - 1;
  return [{ name: name.replace(/\.parquet$/i, `.rows-${rows.start}-${last}.parquet`), bytes }];
}

const imageStruct = (name: string, values: readonly Uint8Array[]): NewStruct => ({
  name,
  columns: [
    { name: "bytes", kind: "bytes", values },
    { name: "path", kind: "string", values: values.map(() => new Uint8Array()) },
  ],
});

/** What is read twice, such as the end of a small file, is fetched twice: both are small. */
function remoteSource(
  place: Place,
  path: string,
  file: HubFile,
  { signal, pause, ...work }: HubWork & TransferOptions,
): ByteSource {
  const report: Report = reporter(file.size, { signal, ...work });
  return {
    size: file.size,
    read: async (start, end) => {
      const stretch = emptyStretch(start, end - start);
      await fill(stretch, {
        place,
        path,
        file,
        signal,
        ...(pause === undefined ? {} : { pause }),
        report: (bytes) => report(file.path, bytes),
      });
      return stretch.bytes;
    },
  };
}
