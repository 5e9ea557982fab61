/**
 * A small Parquet file of samples: one row group, plain, uncompressed, no value missing. What was read of a large file
 * on a server becomes a file like those that people drop, with the very bytes of its images and sentences.
 */

import { TYPE } from "./thrift.ts";

export type NewColumn =
  | { readonly name: string; readonly kind: "bytes" | "string"; readonly values: readonly Uint8Array[] }
  | { readonly name: string; readonly kind: "int"; readonly values: readonly number[] };

/** A struct of the file: `img` with its columns `bytes` and `path`. */
export interface NewStruct {
  readonly name: string;
  readonly columns: readonly NewColumn[];
}

export interface NewTable {
  readonly fields: readonly (NewColumn | NewStruct)[];
  readonly notes: Readonly<Record<string, string>>;
}

export function writeParquet({ fields, notes }: NewTable): Uint8Array {
  const leaves = fields.flatMap((field) =>
    "columns" in field
      ? field.columns.map((column) => ({ column, path: [field.name, column.name] }))
      : [{ column: field, path: [field.name] }],
  );
  const rows = leaves[0]?.column.values.length ?? 0;
  if (leaves.some(({ column }) => column.values.length !== rows)) {
    throw new Error("internal: writeParquet got columns of different lengths");
  }
  const parts: Uint8Array[] = [ascii("PAR1")];
  let at = 4;
  const chunks = leaves.map(({ column, path }) => {
    const payload = plain(column);
    // DataPageHeader: values, PLAIN, and RLE for levels that there are none of.
    const page = struct(
      [5, struct([1, int(rows)], [2, int(0)], [3, int(3)], [4, int(3)])],
      [1, int(0)],
      [2, int(payload.length)],
      [3, int(payload.length)],
    );
    const start = at;
    parts.push(page.bytes, payload);
    at += page.bytes.length + payload.length;
    const meta = struct(
      [1, int(physical(column))],
      [2, list(TYPE.i32, [int(0)])],
      [
        3,
        list(
          TYPE.binary,
          path.map((name) => binary(ascii(name))),
        ),
      ],
      [4, int(0)],
      [5, long(rows)],
      [6, long(at - start)],
      [7, long(at - start)],
      [9, long(start)],
    );
    return struct([2, long(start)], [3, meta]);
  });
  const group = struct([1, list(TYPE.struct, chunks)], [2, long(at - 4)], [3, long(rows)]);
  const noted = Object.entries(notes).map(([key, value]) =>
    struct([1, binary(ascii(key))], [2, binary(new TextEncoder().encode(value))]),
  );
  const footer = struct(
    [1, int(2)],
    [2, list(TYPE.struct, schema(fields))],
    [3, long(rows)],
    [4, list(TYPE.struct, [group])],
    [5, list(TYPE.struct, noted)],
  ).bytes;
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, footer.length, true);
  return join([...parts, footer, length, ascii("PAR1")]);
}

/** Names of columns; those that are not ASCII are kept too. */
const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Parquet's numbers: BYTE_ARRAY is 6, INT64 2. */
const physical = ({ kind }: NewColumn): number => (kind === "int" ? 2 : 6);

function schema(fields: NewTable["fields"]): Part[] {
  const leaf = (column: NewColumn) =>
    struct(
      [1, int(physical(column))],
      [3, int(0)],
      [4, binary(ascii(column.name))],
      ...(column.kind === "string" ? [[6, int(0)] as Field] : []),
    );
  const root = struct([4, binary(ascii("schema"))], [5, int(fields.length)]);
  const rest = fields.flatMap((field) => {
    if (!("columns" in field)) return [leaf(field)];
    const node = struct([3, int(0)], [4, binary(ascii(field.name))], [5, int(field.columns.length)]);
    return [node, ...field.columns.map(leaf)];
  });
  return [root, ...rest];
}

function plain(column: NewColumn): Uint8Array {
  if (column.kind === "int") {
    const view = new DataView(new ArrayBuffer(8 * column.values.length));
    column.values.forEach((value, i) => {
      view.setBigInt64(8 * i, BigInt(value), true);
    });
    return new Uint8Array(view.buffer);
  }
  const size = column.values.reduce((sum, value) => sum + 4 + value.length, 0);
  const out = new Uint8Array(size);
  const view = new DataView(out.buffer);
  let at = 0;
  for (const value of column.values) {
    view.setUint32(at, value.length, true);
    out.set(value, at + 4);
    at += 4 + value.length;
  }
  return out;
}

/** A value of the compact protocol with its type. */
interface Part {
  readonly type: number;
  readonly bytes: Uint8Array;
}
type Field = readonly [id: number, value: Part];

/** Fields in ascending order, since a field notes how far it is from the one before. */
function struct(...fields: readonly Field[]): Part {
  const sorted = [...fields].sort(([a], [b]) => a - b);
  const parts = sorted.flatMap(([id, { type, bytes }], i) => [
    Uint8Array.of(((id - (sorted[i - 1]?.[0] ?? 0)) << 4) | type),
    bytes,
  ]);
  return { type: TYPE.struct, bytes: join([...parts, Uint8Array.of(0)]) };
}

const int = (value: number): Part => ({ type: TYPE.i32, bytes: varint(2 * value) });
const long = (value: number): Part => ({ type: TYPE.i64, bytes: varint(2 * value) });
const binary = (bytes: Uint8Array): Part => ({
  type: TYPE.binary,
  bytes: join([varint(bytes.length), bytes]),
});

function list(type: number, values: readonly Part[]): Part {
  // Short lists have their length in the first byte.
  const short = values.length < 15;
  const head = short
    ? [Uint8Array.of((values.length << 4) | type)]
    : [Uint8Array.of(0xf0 | type), varint(values.length)];
  return { type: TYPE.list, bytes: join([...head, ...values.map(({ bytes }) => bytes)]) };
}

/** Of a number that is not negative. */
function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 128) {
    bytes.push((rest % 128) + 128);
    rest = Math.floor(rest / 128);
  }
  return Uint8Array.of(...bytes, rest);
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
