/**
 * The footer of a Parquet file: columns, and where each row group keeps them.
 * https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift
 */

import type { Refuse } from "../errors.ts";
import { quote } from "../errors.ts";
import { limits } from "../limits.ts";
import { fieldsOf, readStruct, type Struct, type Value } from "./thrift.ts";

/** A file that can be read in parts, from memory or from a server. */
export interface ByteSource {
  readonly size: number;
  /** Bytes `start` to `end` - 1, exactly. */
  read(start: number, end: number): Promise<Uint8Array>;
}

/** A column of values; fields of structs are columns of their own. */
export interface Column {
  /** `img.bytes` */
  readonly name: string;
  /** Parquet's number of the physical type. */
  readonly type: number;
  /** Levels above the value at which it can be missing: 0 for one that is always there. */
  readonly optional: number;
  /** True for lists, which are not read. */
  readonly repeated: boolean;
}

/** The values of one column in one row group. */
export interface Chunk {
  readonly start: number;
  readonly end: number;
  /** Parquet's number of the compression. */
  readonly codec: number;
}

export interface RowGroup {
  readonly rows: number;
  /** In the order of the columns. */
  readonly chunks: readonly Chunk[];
}

export interface Footer {
  readonly rows: number;
  readonly columns: readonly Column[];
  readonly groups: readonly RowGroup[];
  /** What the writer noted down, such as the names of classes. */
  readonly notes: ReadonlyMap<string, string>;
}

/** Bytes read from the end at first: a hundred row groups of three columns fit. */
const TAIL = 64 * 1024;

/** @throws FormatError */
export async function readFooter(source: ByteSource, refuse: Refuse): Promise<Footer> {
  const { size } = source;
  if (size < 12) refuse("size", "at least 12 bytes", `${size}`);
  let tail = await source.read(Math.max(0, size - TAIL), size);
  const magic = String.fromCharCode(...tail.subarray(tail.length - 4));
  if (magic === "PARE") refuse("last 4 bytes", "a footer that is not encrypted", "an encrypted one");
  if (magic !== "PAR1") refuse("last 4 bytes", "PAR1", quote(magic), "Use a .parquet file");
  const length = new DataView(tail.buffer, tail.byteOffset + tail.length - 8, 4).getUint32(0, true);
  const most = Math.min(limits.parquetFooterBytes, size - 12);
  if (length > most) refuse(`byte ${size - 8}`, `a footer of at most ${most} bytes`, `${length}`);
  if (length + 8 > tail.length) tail = await source.read(size - 8 - length, size);
  const { value } = readStruct(tail.subarray(0, tail.length - 8), tail.length - 8 - length, "footer", refuse);
  return parseFooter(value, size - 8 - length, refuse);
}

function parseFooter(footer: Struct, dataEnd: number, refuse: Refuse): Footer {
  const fields = fieldsOf(footer, "footer", refuse);
  const columns = readSchema(fields.list(2) ?? [], refuse);
  const groups = (fields.list(4) ?? []).map((group, i) => readGroup(group, i, columns, dataEnd, refuse));
  const rows = groups.reduce((sum, group) => sum + group.rows, 0);
  if (fields.integer(3) !== rows) refuse("rows", `${rows}, as in its row groups`, `${fields.integer(3)}`);
  const notes = (fields.list(5) ?? []).map((note) => {
    const { binary } = fieldsOf(asStruct(note, "notes", refuse), "notes", refuse);
    return [text(binary(1)), text(binary(2))] as const;
  });
  return { rows, columns, groups, notes: new Map(notes) };
}

const text = (bytes: Uint8Array | undefined): string => new TextDecoder().decode(bytes ?? new Uint8Array());

const asStruct = (value: Value, where: string, refuse: Refuse): Struct =>
  value instanceof Map ? value : refuse(where, "structures", "something else");

/** The tree of the schema, written depth first with the number of children at each node, to its leaves. */
function readSchema(elements: readonly Value[], refuse: Refuse): readonly Column[] {
  if (elements.length > limits.parquetColumns) {
    refuse("schema", `at most ${limits.parquetColumns} elements`, `${elements.length}`);
  }
  interface Parent {
    readonly path: readonly string[];
    readonly optional: number;
    readonly repeated: boolean;
    left: number;
  }
  const columns: Column[] = [];
  const open: Parent[] = [];
  elements.forEach((element, i) => {
    const { integer, binary } = fieldsOf(asStruct(element, "schema", refuse), "schema", refuse);
    while (open.length > 0 && open[open.length - 1].left === 0) open.pop();
    const parent = open.at(-1);
    if (parent === undefined && i > 0)
      refuse("schema", "one tree", "more elements than its nodes have children");
    if (parent !== undefined) parent.left--;
    const name = text(binary(4));
    // 0 required, 1 optional, 2 repeated; the root has none.
    const repetition = integer(3) ?? 0;
    const path = parent === undefined ? [] : [...parent.path, name];
    const optional = (parent?.optional ?? 0) + (parent !== undefined && repetition !== 0 ? 1 : 0);
    const repeated = (parent?.repeated ?? false) || (parent !== undefined && repetition === 2);
    const children = integer(5) ?? 0;
    if (children < 0 || children > elements.length)
      refuse("schema", "sound numbers of children", `${children}`);
    if (children > 0 || parent === undefined) open.push({ path, optional, repeated, left: children });
    else columns.push({ name: path.join("."), type: integer(1) ?? -1, optional, repeated });
    if (open.length > 8) refuse("schema", "at most 8 levels", "more");
  });
  if (open.some(({ left }) => left > 0)) refuse("schema", "all children of its nodes", "fewer elements");
  return columns;
}

function readGroup(
  value: Value,
  i: number,
  columns: readonly Column[],
  dataEnd: number,
  refuse: Refuse,
): RowGroup {
  const where = `row group ${i}`;
  const { integer, list } = fieldsOf(asStruct(value, where, refuse), where, refuse);
  const rows = integer(3) ?? -1;
  if (rows < 0 || rows > limits.dimension) refuse(where, "a sound number of rows", `${rows}`);
  const chunks = (list(1) ?? []).map((chunk) =>
    readChunk(asStruct(chunk, where, refuse), where, dataEnd, refuse),
  );
  if (chunks.length !== columns.length) refuse(where, `${columns.length} columns`, `${chunks.length}`);
  return { rows, chunks };
}

function readChunk(chunk: Struct, where: string, dataEnd: number, refuse: Refuse): Chunk {
  const outer = fieldsOf(chunk, where, refuse);
  if ((outer.binary(1)?.length ?? 0) > 0) refuse(where, "its columns in this file", "a path to another file");
  const meta = outer.struct(3) ?? refuse(where, "a description of each column", "none (encrypted?)");
  const { integer } = fieldsOf(meta, where, refuse);
  const data = integer(9) ?? -1;
  const dictionary = integer(11) ?? 0;
  // A dictionary comes first where there is one; some writers note 0 for none.
  const start = dictionary > 0 && dictionary < data ? dictionary : data;
  const end = start + (integer(7) ?? -1);
  if (start < 4 || end < start || end > dataEnd) {
    refuse(where, `columns between byte 4 and byte ${dataEnd}`, `one from byte ${start} to ${end}`);
  }
  return { start, end, codec: integer(4) ?? -1 };
}
