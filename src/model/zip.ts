import { Inflate } from "fflate";
import { crc32 } from "./crc32.ts";
import { FormatError, quote, type Refuse, refuser } from "./errors.ts";
import { limits } from "./limits.ts";
import { damaged, readDirectory, type ZipEntry } from "./zipDirectory.ts";

/**
 * The part of zip that `numpy.savez` and `torch.save` write (APPNOTE 6.3.10): one disk, stored or deflated, not
 * encrypted. The central directory is the only truth: every claim in it is checked before anything is inflated, and
 * again while it is, so that a bomb is refused before it costs time or memory.
 */

/** What differs between the kinds of files that are zip files. */
export interface ZipRules {
  /** What is expected of a name that is not liked; undefined for the others. */
  readonly nameWish: (name: string) => string | undefined;
  readonly maxEntries: number;
  /** Of all entries when unpacked. */
  readonly maxBytes: number;
  /** Remedies: for a zip file of another make, one that is too large, and one that is packed too well. */
  readonly resave: string;
  readonly smaller: string;
  readonly unpacked: string;
}

const localBytes = 30;

/**
 * Unpacks every entry of a zip file. Stored entries share memory with `bytes`.
 * @throws FormatError
 */
export function unzip(bytes: Uint8Array, file: string, rules: ZipRules): ReadonlyMap<string, Uint8Array> {
  const { nameWish, maxBytes, smaller } = rules;
  const refuse: Refuse = refuser(file, rules.resave);
  if (bytes.length > limits.fileBytes) {
    refuse("size", `at most ${limits.fileBytes} bytes`, `${bytes.length}`, smaller);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { entries, directoryStart } = readDirectory(bytes, view, rules, refuse);
  const names = new Set<string>();
  let total = 0;
  for (const entry of entries) {
    const wish = nameWish(entry.name);
    if (wish !== undefined) refuse("entry", wish, quote(entry.name));
    if (names.has(entry.name)) refuse(quote(entry.name), "one entry of this name", "two");
    names.add(entry.name);
    checkSizes(entry, rules.unpacked, refuse);
    total += entry.bytes;
  }
  if (total > maxBytes) {
    refuse("size", `at most ${maxBytes} bytes when unpacked`, `${total}`, smaller);
  }
  const spans = entries.map((entry) => dataSpan(view, bytes, entry, refuse));
  checkOverlap(spans, directoryStart, refuse);
  return new Map(
    spans.map(({ entry, start, end }) => [entry.name, unpack(bytes.subarray(start, end), entry, refuse)]),
  );
}

function checkSizes({ name, method, packedBytes, bytes }: ZipEntry, unpacked: string, refuse: Refuse): void {
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
    refuse(quote(name), `a compression ratio of at most ${limits.inflateRatio}`, found, unpacked);
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
