import { Inflate } from "fflate";
import { crc32 } from "./crc32.ts";
import { FormatError, quote, type Refuse, refuser } from "./errors.ts";
import { limits } from "./limits.ts";

/**
 * The part of zip that `numpy.savez` writes (APPNOTE 6.3.10): one disk, stored or deflated, not encrypted. The
 * central directory is the only truth: every claim in it is checked before anything is inflated, and again while it is,
 * so that a bomb is refused before it costs time or memory.
 */

export interface ZipEntry {
  readonly name: string;
  /** 0 stored, 8 deflated. */
  readonly method: number;
  readonly crc: number;
  readonly packedBytes: number;
  readonly bytes: number;
  /** Offset of the local header. */
  readonly offset: number;
}

const resave = "Save it again with numpy.savez or numpy.savez_compressed";
const damaged = "The file is damaged: download or save it again";
const smaller = "Save fewer samples";

const endBytes = 22;
const directoryBytes = 46;
const localBytes = 30;

/**
 * Unpacks every entry of a zip file. Stored entries share memory with `bytes`.
 * @param checkName returns what is expected of a name it does not like
 * @throws FormatError
 */
export function unzip(
  bytes: Uint8Array,
  file: string,
  checkName: (name: string) => string | undefined,
): ReadonlyMap<string, Uint8Array> {
  const refuse: Refuse = refuser(file, resave);
  if (bytes.length > limits.fileBytes) {
    refuse("size", `at most ${limits.fileBytes} bytes`, `${bytes.length}`, smaller);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { entries, directoryStart } = readDirectory(bytes, view, refuse);
  const names = new Set<string>();
  let total = 0;
  for (const entry of entries) {
    const wish = checkName(entry.name);
    if (wish !== undefined) refuse("entry", wish, quote(entry.name));
    if (names.has(entry.name)) refuse(quote(entry.name), "one entry of this name", "two");
    names.add(entry.name);
    checkSizes(entry, refuse);
    total += entry.bytes;
  }
  if (total > limits.inflatedBytes) {
    refuse("size", `at most ${limits.inflatedBytes} bytes when unpacked`, `${total}`, smaller);
  }
  const spans = entries.map((entry) => dataSpan(view, bytes, entry, refuse));
  checkOverlap(spans, directoryStart, refuse);
  return new Map(
    spans.map(({ entry, start, end }) => [entry.name, unpack(bytes.subarray(start, end), entry, refuse)]),
  );
}

/** True if the bytes begin as a zip file does, an empty one included. */
export const looksLikeZip = (bytes: Uint8Array): boolean =>
  bytes[0] === 0x50 &&
  bytes[1] === 0x4b &&
  ((bytes[2] === 3 && bytes[3] === 4) || (bytes[2] === 5 && bytes[3] === 6));

function readDirectory(
  bytes: Uint8Array,
  view: DataView,
  refuse: Refuse,
): { entries: readonly ZipEntry[]; directoryStart: number } {
  if (!looksLikeZip(bytes)) refuse("byte 0", "a zip file (PK 03 04)", "other bytes");
  const end = findEnd(view);
  if (end === undefined)
    return refuse("end", "a zip end record", "none", "The file is cut short: download it again");
  const count = view.getUint16(end + 10, true);
  const size = view.getUint32(end + 12, true);
  const start = view.getUint32(end + 16, true);
  if (count === 0xffff || size === 0xffffffff || start === 0xffffffff) {
    refuse(`byte ${end}`, "a zip file below 4 GB", "a zip64 directory", smaller);
  }
  if (view.getUint16(end + 4, true) !== 0 || view.getUint16(end + 8, true) !== count) {
    refuse(`byte ${end}`, "a zip file on one disk", "a part of several");
  }
  if (count > limits.zipEntries) refuse(`byte ${end}`, `at most ${limits.zipEntries} entries`, `${count}`);
  if (start + size !== end) {
    refuse(
      `byte ${end}`,
      `a directory that ends at byte ${end}`,
      `one that ends at byte ${start + size}`,
      damaged,
    );
  }
  const entries: ZipEntry[] = [];
  let at = start;
  for (let i = 0; i < count; i++) {
    if (at + directoryBytes > end || view.getUint32(at, true) !== 0x02014b50) {
      refuse(`byte ${at}`, `directory entry ${i + 1} of ${count}`, "other bytes", damaged);
    }
    const nameEnd = at + directoryBytes + view.getUint16(at + 28, true);
    const next = nameEnd + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
    if (next > end) refuse(`byte ${at}`, `a directory entry that ends by byte ${end}`, `${next}`, damaged);
    entries.push(readEntry(bytes, view, at, nameEnd, refuse));
    at = next;
  }
  if (at !== end) refuse(`byte ${at}`, `${count} directory entries up to byte ${end}`, "more bytes", damaged);
  return { entries, directoryStart: start };
}

/** The end record is the last thing in the file but for a comment of at most 65,535 bytes. */
function findEnd(view: DataView): number | undefined {
  const last = view.byteLength - endBytes;
  for (let at = last; at >= Math.max(0, last - 0xffff); at--) {
    if (
      view.getUint32(at, true) === 0x06054b50 &&
      at + endBytes + view.getUint16(at + 20, true) === view.byteLength
    ) {
      return at;
    }
  }
  return undefined;
}

function readEntry(bytes: Uint8Array, view: DataView, at: number, nameEnd: number, refuse: Refuse): ZipEntry {
  const name = String.fromCharCode(
    ...bytes.subarray(at + directoryBytes, nameEnd).subarray(0, limits.nameLength + 1),
  );
  const flags = view.getUint16(at + 8, true);
  const method = view.getUint16(at + 10, true);
  const entry = {
    name,
    method,
    crc: view.getUint32(at + 16, true),
    packedBytes: view.getUint32(at + 20, true),
    bytes: view.getUint32(at + 24, true),
    offset: view.getUint32(at + 42, true),
  };
  if (flags & 0x41) refuse(quote(name), "no encryption", "an encrypted entry", "Save it without a password");
  if (method !== 0 && method !== 8)
    refuse(quote(name), "method 0 (stored) or 8 (deflate)", `method ${method}`);
  if ([entry.packedBytes, entry.bytes, entry.offset].includes(0xffffffff)) {
    refuse(quote(name), "an entry below 4 GB", "zip64 sizes", smaller);
  }
  return entry;
}

function checkSizes({ name, method, packedBytes, bytes }: ZipEntry, refuse: Refuse): void {
  if (method === 0 && packedBytes !== bytes) {
    refuse(quote(name), `${bytes} stored bytes`, `${packedBytes}`, damaged);
  }
  const possible = packedBytes * limits.deflateRatio;
  if (method === 8 && bytes > possible) {
    refuse(
      quote(name),
      `at most ${possible} bytes from ${packedBytes} deflated ones`,
      `a claim of ${bytes}`,
      damaged,
    );
  }
  if (bytes > limits.ratioFreeBytes && bytes > packedBytes * limits.inflateRatio) {
    const found = `${Math.round(bytes / packedBytes)} (${packedBytes} to ${bytes})`;
    refuse(
      quote(name),
      `a compression ratio of at most ${limits.inflateRatio}`,
      found,
      "Save it with numpy.savez",
    );
  }
}

interface Span {
  readonly entry: ZipEntry;
  /** Byte of the local header. */
  readonly from: number;
  /** The entry's data: [start, end). */
  readonly start: number;
  readonly end: number;
}

function dataSpan(view: DataView, bytes: Uint8Array, entry: ZipEntry, refuse: Refuse): Span {
  const { name, offset } = entry;
  if (offset + localBytes > bytes.length || view.getUint32(offset, true) !== 0x04034b50) {
    refuse(quote(name), `a local header at byte ${offset}`, "other bytes", damaged);
  }
  const nameLength = view.getUint16(offset + 26, true);
  const localName = String.fromCharCode(
    ...bytes.subarray(offset + localBytes, offset + localBytes + Math.min(nameLength, limits.nameLength + 1)),
  );
  if (localName !== name) refuse(quote(name), "the same name in its local header", quote(localName), damaged);
  const method = view.getUint16(offset + 8, true);
  if (method !== entry.method) {
    refuse(quote(name), `method ${entry.method} in its local header`, `${method}`, damaged);
  }
  const start = offset + localBytes + nameLength + view.getUint16(offset + 28, true);
  return { entry, from: offset, start, end: start + entry.packedBytes };
}

/** Entries that share bytes are how a small file claims terabytes (D. Fifield, 2019). */
function checkOverlap(spans: readonly Span[], directoryStart: number, refuse: Refuse): void {
  const sorted = [...spans].sort((a, b) => a.from - b.from);
  for (const [i, { entry, end }] of sorted.entries()) {
    const bound = sorted[i + 1]?.from ?? directoryStart;
    if (end > bound) {
      refuse(
        quote(entry.name),
        `data that ends by byte ${bound}, where the next part starts`,
        `${end}`,
        damaged,
      );
    }
  }
}

function unpack(packed: Uint8Array, entry: ZipEntry, refuse: Refuse): Uint8Array {
  const out = entry.method === 0 ? packed : inflate(packed, entry, refuse);
  const crc = crc32(out);
  if (crc !== entry.crc) {
    const hex = (n: number): string => n.toString(16).padStart(8, "0");
    refuse(quote(entry.name), `CRC-32 ${hex(entry.crc)}`, hex(crc), damaged);
  }
  return out;
}

/** Inflates in small steps into an array of exactly the claimed size, and stops at the first byte too many. */
function inflate(packed: Uint8Array, { name, bytes }: ZipEntry, refuse: Refuse): Uint8Array {
  const out = new Uint8Array(bytes);
  let length = 0;
  const stream = new Inflate((chunk) => {
    if (length + chunk.length > bytes) {
      refuse(quote(name), `${bytes} bytes when unpacked`, `at least ${length + chunk.length}`, damaged);
    }
    out.set(chunk, length);
    length += chunk.length;
  });
  try {
    for (let at = 0; at < packed.length; at += limits.inflateStepBytes) {
      const stop = Math.min(at + limits.inflateStepBytes, packed.length);
      stream.push(packed.subarray(at, stop), stop === packed.length);
    }
  } catch (error) {
    if (error instanceof FormatError) throw error;
    refuse(quote(name), "a DEFLATE stream", `a fault (${(error as Error).message})`, damaged);
  }
  if (length !== bytes) refuse(quote(name), `${bytes} bytes when unpacked`, `${length}`, damaged);
  return out;
}
