/**
 * The pages of a column chunk to values. Plain and dictionary encodings, uncompressed or Snappy: what pyarrow and the
 * datasets library write by default.
 */

import { snappyUncompress } from "hyparquet";
import type { Refuse } from "../errors.ts";
import { limits } from "../limits.ts";
import type { Chunk, Column } from "./footer.ts";
import { readRuns } from "./runs.ts";
import { fieldsOf, readStruct } from "./thrift.ts";

/** A missing value is null. Bytes are views of a page. */
export type Cell = Uint8Array | number | null;

/** Words for Parquet's numbers, for what is refused. */
const words = (text: string): readonly string[] => text.split(" ");
const PHYSICAL = words("BOOLEAN INT32 INT64 INT96 FLOAT DOUBLE BYTE_ARRAY FIXED_LEN_BYTE_ARRAY");
const CODECS = words("UNCOMPRESSED SNAPPY GZIP LZO BROTLI LZ4 ZSTD LZ4_RAW");
const ENCODINGS = words(
  "PLAIN (none) PLAIN_DICTIONARY RLE BIT_PACKED DELTA_BINARY_PACKED DELTA_LENGTH_BYTE_ARRAY DELTA_BYTE_ARRAY RLE_DICTIONARY BYTE_STREAM_SPLIT",
);
const REWRITE =
  'Write it again: pandas.read_parquet("in.parquet").to_parquet("out.parquet", compression="snappy")';

const INT32 = 1;
const INT64 = 2;
const BYTE_ARRAY = 6;

/**
 * Values `from` to `to` - 1 of a chunk; pages before them are not unpacked.
 * @param bytes of the chunk
 * @param rows of its row group
 * @throws FormatError
 */
export function readChunkValues(
  bytes: Uint8Array,
  column: Column,
  { codec }: Pick<Chunk, "codec">,
  { rows, from, to }: { readonly rows: number; readonly from: number; readonly to: number },
  refuse: Refuse,
): readonly Cell[] {
  const where = column.name;
  if (column.repeated) refuse(where, "one value a row", "a list");
  if (codec !== 0 && codec !== 1) {
    refuse(where, "no compression or SNAPPY", CODECS[codec] ?? `compression ${codec}`, REWRITE);
  }
  if (column.type !== INT32 && column.type !== INT64 && column.type !== BYTE_ARRAY) {
    refuse(where, "INT32, INT64 or BYTE_ARRAY", PHYSICAL[column.type] ?? `type ${column.type}`);
  }
  const values: Cell[] = [];
  let dictionary: readonly Cell[] | null = null;
  let seen = 0;
  for (let at = 0; seen < to; ) {
    const page = readPage(bytes, at, rows - seen, where, refuse);
    at = page.end;
    const body = () => unpack(page, codec, where, refuse);
    if (page.kind === "dictionary") {
      if (dictionary !== null || seen > 0) refuse(where, "one dictionary, before the data", "another");
      dictionary = readPlain(body().values, page.count, column.type, where, refuse);
    } else if (page.kind === "data") {
      if (seen + page.count > from) {
        const { levels, values: packed } = body();
        const cells = readCells(packed, levels, page, column, dictionary, refuse);
        values.push(...cells.slice(Math.max(0, from - seen), to - seen));
      }
      seen += page.count;
    }
  }
  return values;
}

interface Page {
  readonly kind: "data" | "dictionary" | "other";
  /** Values, missing ones included. */
  readonly count: number;
  readonly encoding: number;
  readonly payload: Uint8Array;
  readonly unpacked: number;
  /** Bytes of the levels, which stand unpacked before the values; null where they are packed together (version 1). */
  readonly levels: number | null;
  readonly packed: boolean;
  readonly end: number;
}

/** A page header and its payload, every size checked. @param left values that the chunk may still have */
function readPage(bytes: Uint8Array, at: number, left: number, where: string, refuse: Refuse): Page {
  if (at >= bytes.length) refuse(where, `${left} more values`, "the end of the column");
  const { value, end: start } = readStruct(bytes, at, where, refuse);
  const head = fieldsOf(value, where, refuse);
  const [type, unpacked, length] = [head.integer(1), head.integer(2) ?? -1, head.integer(3) ?? -1];
  if (length < 0 || length > bytes.length - start) {
    refuse(where, `a page of at most ${bytes.length - start} bytes`, `${length}`);
  }
  // 64 to 3 is the most that Snappy's copies reach.
  const most = Math.min(limits.parquetPageBytes, 22 * length + 64);
  if (unpacked < 0 || unpacked > most)
    refuse(where, `a page of at most ${most} bytes unpacked`, `${unpacked}`);
  const common = { payload: bytes.subarray(start, start + length), unpacked, end: start + length };
  const bounded = (count: number | undefined, bound: number): number =>
    count !== undefined && count >= 0 && count <= bound
      ? count
      : refuse(where, `a page of at most ${bound} values`, `${count}`);
  const [v1, dictionary, v2] = [head.struct(5), head.struct(7), head.struct(8)];
  if (type === 0 && v1 !== undefined) {
    const { integer } = fieldsOf(v1, where, refuse);
    const count = bounded(integer(1), left);
    return { ...common, kind: "data", count, encoding: integer(2) ?? -1, levels: null, packed: true };
  }
  if (type === 3 && v2 !== undefined) {
    const { integer, boolean } = fieldsOf(v2, where, refuse);
    const count = bounded(integer(1), left);
    const [definition, repetition] = [integer(5) ?? -1, integer(6) ?? -1];
    if (repetition !== 0 || definition < 0 || definition > Math.min(length, unpacked)) {
      refuse(where, "levels inside their page", `${definition} and ${repetition} bytes of them`);
    }
    const packed = boolean(7) ?? true;
    return { ...common, kind: "data", count, encoding: integer(4) ?? -1, levels: definition, packed };
  }
  if (type === 2 && dictionary !== undefined) {
    const { integer } = fieldsOf(dictionary, where, refuse);
    const encoding = integer(2) ?? -1;
    if (encoding !== 0 && encoding !== 2)
      refuse(where, "a plain dictionary", ENCODINGS[encoding] ?? `${encoding}`);
    return {
      ...common,
      kind: "dictionary",
      count: bounded(integer(1), unpacked),
      encoding,
      levels: 0,
      packed: true,
    };
  }
  return { ...common, kind: "other", count: 0, encoding: -1, levels: 0, packed: true };
}

/** Levels and values of a page, unpacked; of version 1 both still together, as values. */
function unpack(
  { payload, unpacked, levels, packed }: Page,
  codec: number,
  where: string,
  refuse: Refuse,
): { readonly levels: Uint8Array | null; readonly values: Uint8Array } {
  const before = levels ?? 0;
  const body = payload.subarray(before);
  const size = unpacked - before;
  const open = (): Uint8Array => {
    if (codec === 0 || !packed) {
      if (body.length !== size) refuse(where, `a page of ${size} bytes`, `${body.length}`);
      return body;
    }
    const out = new Uint8Array(size);
    try {
      snappyUncompress(body, out);
    } catch {
      refuse(where, "sound Snappy data", "a fault in it");
    }
    return out;
  };
  return { levels: levels === null ? null : payload.subarray(0, before), values: open() };
}

/** One cell a row: values where the levels say that there is one, null elsewhere. */
function readCells(
  packed: Uint8Array,
  separate: Uint8Array | null,
  page: Page,
  column: Column,
  dictionary: readonly Cell[] | null,
  refuse: Refuse,
): readonly Cell[] {
  const where = column.name;
  const { count, encoding } = page;
  let values = packed;
  let levels: Int32Array | null = null;
  if (column.optional > 0) {
    const width = 32 - Math.clz32(column.optional);
    let coded = separate;
    if (coded === null) {
      const length =
        packed.length < 4 ? -1 : new DataView(packed.buffer, packed.byteOffset, 4).getUint32(0, true);
      if (length < 0 || length > packed.length - 4)
        refuse(where, "levels inside their page", `${length} bytes`);
      coded = packed.subarray(4, 4 + length);
      values = packed.subarray(4 + length);
    }
    levels = readRuns(coded, width, count, where, refuse);
  }
  const present =
    levels === null ? count : levels.reduce((n, level) => n + (level === column.optional ? 1 : 0), 0);
  const found = readEncoded(values, present, encoding, column, dictionary, refuse);
  if (present === count) return found;
  let next = 0;
  return Array.from(levels ?? [], (level) => (level === column.optional ? found[next++] : null));
}

function readEncoded(
  values: Uint8Array,
  count: number,
  encoding: number,
  { type, name: where }: Column,
  dictionary: readonly Cell[] | null,
  refuse: Refuse,
): readonly Cell[] {
  if (encoding === 0) return readPlain(values, count, type, where, refuse);
  if (encoding !== 2 && encoding !== 8) {
    refuse(
      where,
      "the encodings PLAIN or RLE_DICTIONARY",
      ENCODINGS[encoding] ?? `encoding ${encoding}`,
      REWRITE,
    );
  }
  if (count === 0) return [];
  const table = dictionary ?? refuse(where, "a dictionary before its data", "none");
  const width = values[0] ?? 0;
  if (width > 31) refuse(where, "indices of at most 31 bits", `${width}`);
  const indices = readRuns(values.subarray(1), width, count, where, refuse);
  return Array.from(indices, (index) =>
    index < table.length ? table[index] : refuse(where, `indices below ${table.length}`, `${index}`),
  );
}

function readPlain(
  bytes: Uint8Array,
  count: number,
  type: number,
  where: string,
  refuse: Refuse,
): readonly Cell[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const cells: Cell[] = [];
  let at = 0;
  const need = (size: number): void => {
    if (size > bytes.length - at)
      refuse(where, `${count} values in their page`, `the end of it in value ${cells.length}`);
  };
  for (let i = 0; i < count; i++) {
    if (type === BYTE_ARRAY) {
      need(4);
      const size = view.getUint32(at, true);
      at += 4;
      need(size);
      cells.push(bytes.subarray(at, at + size));
      at += size;
    } else if (type === INT32) {
      need(4);
      cells.push(view.getInt32(at, true));
      at += 4;
    } else {
      need(8);
      cells.push(Number(view.getBigInt64(at, true)));
      at += 8;
    }
  }
  return cells;
}
