import type { Refuse } from "../errors.ts";
import { limits } from "../limits.ts";

/** What the readers of CSV, TSV and JSON Lines make of a file. */

export interface Row {
  /** In the file, from 1. */
  readonly line: number;
  /** In the order of the columns; undefined where a JSON object has no text or number of that name. */
  readonly cells: readonly (string | undefined)[];
}

export interface Table {
  /** Null where the first line is a sample already. */
  readonly columns: readonly string[] | null;
  readonly rows: readonly Row[];
}

/** Called for each row, so that a file of tiny rows cannot fill the memory. */
export function checkRowCount(rows: readonly Row[], refuse: Refuse): void {
  if (rows.length > limits.textRows)
    refuse("rows", `at most ${limits.textRows}`, "more", "Keep the lines that you need in a smaller file");
}
