/** Some columns and rows of a Parquet file: only the row groups that hold them are read. */

import { type Refuse, refuser } from "../errors.ts";
import { limits } from "../limits.ts";
import { type ByteSource, type Column, type Footer, type RowGroup, readFooter } from "./footer.ts";
import { type Cell, readChunkValues } from "./pages.ts";

export interface Table extends Footer {
  readonly source: ByteSource;
  readonly refuse: Refuse;
}

/** `count` rows from `start` on. */
export interface Range {
  readonly start: number;
  readonly count: number;
}

/** Bytes between two columns that are read along rather than asked for in two requests. */
const GAP = 64 * 1024;

/** Bytes of one read that joins several columns. */
const JOINED = 16 * 2 ** 20;

/** @throws FormatError */
export async function openTable(source: ByteSource, file: string): Promise<Table> {
  const refuse = refuser(file, "Download or export the file again");
  return { ...(await readFooter(source, refuse)), source, refuse };
}

/** A file that is in memory. */
export const bytesSource = (bytes: Uint8Array): ByteSource => ({
  size: bytes.length,
  read: (start, end) => Promise.resolve(bytes.subarray(start, end)),
});

/** The part of a range that a table has. @throws FormatError where it has none of it */
export function clipRange({ rows, refuse }: Table, { start, count }: Range): Range {
  if (start >= rows)
    refuse("rows", `a first row below ${rows}`, `${start}`, "Choose rows that the table has");
  return { start, count: Math.min(count, rows - start) };
}

/**
 * Cells by column, `count` each, for a range that the table has.
 * @throws FormatError
 */
export async function readColumns(
  table: Table,
  columns: readonly Column[],
  { start, count }: Range,
): Promise<ReadonlyMap<string, readonly Cell[]>> {
  const cells = new Map(columns.map(({ name }) => [name, [] as Cell[]]));
  const places = columns.map((column) => table.columns.indexOf(column));
  const wanted = groupsOf(table.groups, { start, count });
  const chunks = wanted.flatMap(({ group }) => places.map((place) => group.chunks[place]));
  const bytes = chunks.reduce((sum, chunk) => sum + chunk.end - chunk.start, 0);
  if (bytes > limits.parquetReadBytes) {
    table.refuse(
      "rows",
      `columns of at most ${limits.parquetReadBytes} bytes`,
      `${bytes} in the row groups that hold these rows`,
      "Choose fewer rows",
    );
  }
  const read = joinedReader(table.source, chunks);
  for (const { group, from, to } of wanted) {
    for (const [i, column] of columns.entries()) {
      const chunk = group.chunks[places[i]];
      const range = { rows: group.rows, from, to };
      const values = readChunkValues(await read(chunk), column, chunk, range, table.refuse);
      const all = cells.get(column.name);
      for (const value of values) all?.push(value);
    }
  }
  return cells;
}

interface Part {
  readonly group: RowGroup;
  /** Rows of the group, the second exclusive. */
  readonly from: number;
  readonly to: number;
}

function groupsOf(groups: readonly RowGroup[], { start, count }: Range): readonly Part[] {
  const parts: Part[] = [];
  let first = 0;
  for (const group of groups) {
    const [from, to] = [Math.max(0, start - first), Math.min(group.rows, start + count - first)];
    if (from < to) parts.push({ group, from, to });
    first += group.rows;
  }
  return parts;
}

interface Span {
  readonly start: number;
  readonly end: number;
}

/** Reads spans that lie close together in one go, when the first of them is asked for; keeps one such stretch. */
function joinedReader(source: ByteSource, spans: readonly Span[]): (span: Span) => Promise<Uint8Array> {
  const stretches: { start: number; end: number }[] = [];
  for (const { start, end } of [...spans].sort((a, b) => a.start - b.start)) {
    const last = stretches.at(-1);
    if (last !== undefined && start - last.end <= GAP && end - last.start <= JOINED) {
      last.end = Math.max(last.end, end);
    } else {
      stretches.push({ start, end });
    }
  }
  let held: { readonly span: Span; readonly bytes: Uint8Array } | null = null;
  return async ({ start, end }) => {
    const span = stretches.find((stretch) => stretch.start <= start && end <= stretch.end);
    if (span === undefined) throw new Error("internal: a column outside all stretches");
    if (held?.span !== span) held = { span, bytes: await source.read(span.start, span.end) };
    return held.bytes.subarray(start - span.start, end - span.start);
  };
}
