/** A Parquet file as data: images become arrays at once, sentences a text file for the tokenizer. */

import { limits } from "../model/limits.ts";
import { readSamples, type TextRow } from "../model/parquet/samples.ts";
import { bytesSource, openTable } from "../model/parquet/table.ts";
import type { Tensors } from "../model/tensor.ts";
import type { NamedFile } from "./protocol.ts";

export type TableData = {
  readonly classNames: readonly string[] | null;
  readonly warnings: readonly string[];
} & (
  | { readonly kind: "arrays"; readonly arrays: Tensors }
  /** As JSON Lines with the columns sentence (or sentence1 and sentence2) and label. */
  | { readonly kind: "text"; readonly lines: Uint8Array }
);

/** @throws FormatError */
export async function openTableData({ name, bytes }: NamedFile): Promise<TableData> {
  const table = await openTable(bytesSource(bytes), name);
  const count = Math.min(table.rows, limits.batchSamples);
  const samples = await readSamples(table, { start: 0, count });
  const { classNames } = samples;
  const warnings = count < table.rows ? [`Of ${table.rows} rows the first ${count} are read.`] : [];
  return samples.kind === "images"
    ? { kind: "arrays", classNames, warnings, arrays: samples.arrays }
    : { kind: "text", classNames, warnings, lines: jsonLines(samples.rows) };
}

function jsonLines(rows: readonly TextRow[]): Uint8Array {
  const lines = rows.map(({ texts: [first, second], label }) =>
    JSON.stringify(
      second === undefined ? { sentence: first, label } : { sentence1: first, sentence2: second, label },
    ),
  );
  return new TextEncoder().encode(lines.join("\n"));
}
