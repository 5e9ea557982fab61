import { type Refuse, refuser } from "../errors.ts";
import { limits } from "../limits.ts";
import { readUtf8 } from "../utf8.ts";
import { readJsonLines } from "./jsonLines.ts";
import type { Table } from "./rows.ts";
import { readSeparated } from "./separated.ts";

/** Text files with one sample a line: CSV, TSV and JSON Lines, as one kind of table. */

/** The usual remedy of a text file's refusals. */
export const TEXT_REMEDY = "Write one sentence with its label a line, as docs/file-formats.md describes";

/**
 * @param isHeader tells whether the cells of a first line are names of columns
 * @throws FormatError
 */
export function readTable(
  bytes: Uint8Array,
  file: string,
  isHeader: (cells: readonly string[]) => boolean,
): Table {
  const refuse: Refuse = refuser(file, TEXT_REMEDY);
  if (bytes.length > limits.textBytes)
    refuse(
      "size",
      `at most ${limits.textBytes} bytes`,
      `${bytes.length}`,
      "Keep the lines that you need in a smaller file",
    );
  const text = readUtf8(bytes, refuse, "Save it as UTF-8");
  const table = /\.(jsonl|ndjson)$/i.test(file)
    ? readJsonLines(text, refuse)
    : readSeparated(text, /\.csv$/i.test(file) ? "csv" : "tsv", isHeader, refuse);
  if (table.rows.length === 0) refuse("line 1", "at least one sentence", "none");
  return table;
}
