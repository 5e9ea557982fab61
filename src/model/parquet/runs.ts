import type { Refuse } from "../errors.ts";

/**
 * Parquet's hybrid of run-length and bit-packed coding to `count` integers of `width` bits.
 * https://parquet.apache.org/docs/file-format/data-pages/encodings/#run-length-encoding--bit-packing-hybrid-rle--3
 * @throws FormatError for runs beyond `count`, so that nobody can ask for more than was promised
 */
export function readRuns(
  bytes: Uint8Array,
  width: number,
  count: number,
  where: string,
  refuse: Refuse,
): Int32Array {
  const out = new Int32Array(count);
  // Zero bits need no bytes: all is 0.
  if (width === 0) return out;
  let at = 0;
  const next = (): number =>
    at < bytes.length ? bytes[at++] : refuse(where, `${count} coded integers`, "fewer bytes than they need");
  for (let seen = 0; seen < count; ) {
    let header = 0;
    for (let shift = 0, more = true; more; shift += 7) {
      if (shift > 28) refuse(where, "runs of at most 2^31 values", "a longer one");
      const byte = next();
      header += (byte & 0x7f) * 2 ** shift;
      more = byte >= 0x80;
    }
    const packed = header % 2 === 1;
    // Bit-packed runs come in eights, and the last may be filled up.
    const length = packed ? 8 * Math.floor(header / 2) : header / 2;
    if (length === 0 || length - (packed ? 7 : 0) > count - seen) {
      refuse(where, `a run of 1 to ${count - seen} values`, `${length}`);
    }
    const kept = Math.min(length, count - seen);
    if (packed) {
      unpackBits(kept);
      // The bits of the filling are skipped: runs end at a byte.
      at += (width * length) / 8 - Math.ceil((width * kept) / 8);
    } else {
      let value = 0;
      for (let i = 0; i < Math.ceil(width / 8); i++) value += next() * 2 ** (8 * i);
      out.fill(value, seen, seen + kept);
    }
    seen += kept;

    function unpackBits(values: number): void {
      let held = 0;
      let bits = 0;
      for (let i = 0; i < values; i++) {
        // At most 31 + 7 bits are held: exact in a double, too many for bit operations.
        while (bits < width) {
          held += next() * 2 ** bits;
          bits += 8;
        }
        out[seen + i] = held % 2 ** width;
        held = Math.floor(held / 2 ** width);
        bits -= width;
      }
    }
  }
  return out;
}
