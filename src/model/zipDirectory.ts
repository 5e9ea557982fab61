import { quote, type Refuse } from "./errors.ts";
import { limits } from "./limits.ts";

/** The central directory of a zip file: what its entries claim of themselves. */

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

export const damaged = "The file is damaged: download or save it again";

const endBytes = 22;
const end64Bytes = 56;
const locator64Bytes = 20;
const directoryBytes = 46;

/** True if the bytes begin as a zip file does, an empty one included. */
export const looksLikeZip = (bytes: Uint8Array): boolean =>
  bytes[0] === 0x50 &&
  bytes[1] === 0x4b &&
  ((bytes[2] === 3 && bytes[3] === 4) || (bytes[2] === 5 && bytes[3] === 6));

/** Reads the directory of a file that lies below 4 GB. */
export function readDirectory(
  bytes: Uint8Array,
  view: DataView,
  { maxEntries, smaller }: { readonly maxEntries: number; readonly smaller: string },
  refuse: Refuse,
): { entries: readonly ZipEntry[]; directoryStart: number } {
  if (!looksLikeZip(bytes)) refuse("byte 0", "a zip file (PK 03 04)", "other bytes");
  const end = findEnd(view);
  if (end === undefined)
    return refuse(
      `byte ${bytes.length}`,
      "a zip end record before it",
      "none",
      "The file is cut short: download it again",
    );
  const count = view.getUint16(end + 10, true);
  const size = view.getUint32(end + 12, true);
  const start = view.getUint32(end + 16, true);
  if (count === 0xffff || size === 0xffffffff || start === 0xffffffff) {
    refuse(`byte ${end}`, "a zip file below 4 GB", "a zip64 directory", smaller);
  }
  if (view.getUint16(end + 4, true) !== 0 || view.getUint16(end + 8, true) !== count) {
    refuse(`byte ${end}`, "a zip file on one disk", "a part of several");
  }
  if (count > maxEntries) refuse(`byte ${end}`, `at most ${maxEntries} entries`, `${count}`);
  const directoryEnd = end - (hasEnd64(view, end, { count, size, start }) ? end64Bytes + locator64Bytes : 0);
  if (start + size !== directoryEnd) {
    refuse(
      `byte ${end}`,
      `a directory that ends at byte ${directoryEnd}`,
      `one that ends at byte ${start + size}`,
      damaged,
    );
  }
  const entries: ZipEntry[] = [];
  let at = start;
  for (let i = 0; i < count; i++) {
    if (at + directoryBytes > directoryEnd || view.getUint32(at, true) !== 0x02014b50) {
      refuse(`byte ${at}`, `directory entry ${i + 1} of ${count}`, "other bytes", damaged);
    }
    const nameEnd = at + directoryBytes + view.getUint16(at + 28, true);
    const next = nameEnd + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
    if (next > directoryEnd) {
      refuse(`byte ${at}`, `a directory entry that ends by byte ${directoryEnd}`, `${next}`, damaged);
    }
    entries.push(readEntry(bytes, view, { at, nameEnd, smaller }, refuse));
    at = next;
  }
  if (at !== directoryEnd) {
    refuse(`byte ${at}`, `${count} directory entries up to byte ${directoryEnd}`, "more bytes", damaged);
  }
  return { entries, directoryStart: start };
}

/**
 * Whether a zip64 end record with its locator stands before the end record and says the same: PyTorch writes it
 * whatever the size. One that says something else is left to look like bytes that belong to nobody.
 */
function hasEnd64(
  view: DataView,
  end: number,
  said: { readonly count: number; readonly size: number; readonly start: number },
): boolean {
  const locator = end - locator64Bytes;
  const at = locator - end64Bytes;
  if (at < 0 || view.getUint32(locator, true) !== 0x07064b50 || view.getUint32(at, true) !== 0x06064b50) {
    return false;
  }
  const long = (offset: number): number => Number(view.getBigUint64(offset, true));
  return (
    long(locator + 8) === at &&
    long(at + 4) === end64Bytes - 12 &&
    long(at + 24) === said.count &&
    long(at + 32) === said.count &&
    long(at + 40) === said.size &&
    long(at + 48) === said.start
  );
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

function readEntry(
  bytes: Uint8Array,
  view: DataView,
  { at, nameEnd, smaller }: { readonly at: number; readonly nameEnd: number; readonly smaller: string },
  refuse: Refuse,
): ZipEntry {
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
  // An entry without a name is told by its place.
  const where = name === "" ? `byte ${at}` : quote(name);
  if (flags & 0x41) refuse(where, "no encryption", "an encrypted entry", "Save it without a password");
  if (method !== 0 && method !== 8) refuse(where, "method 0 (stored) or 8 (deflate)", `method ${method}`);
  if ([entry.packedBytes, entry.bytes, entry.offset].includes(0xffffffff)) {
    refuse(where, "an entry below 4 GB", "zip64 sizes", smaller);
  }
  return entry;
}
