import type { Refuse } from "./errors.ts";

/**
 * The text of a file from a byte on, without a byte order mark.
 * @param remedy replaces the usual one
 * @throws FormatError with the first byte that is not UTF-8
 */
export function readUtf8(bytes: Uint8Array, refuse: Refuse, remedy?: string, from = 0): string {
  const text = bytes.subarray(from);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(text);
  } catch {
    const at = from + faultAt(text);
    return refuse(`byte ${at}`, "text in UTF-8", `0x${bytes[at].toString(16).padStart(2, "0")}`, remedy);
  }
}

/** Least and most of a character's second byte, where they are not 0x80 and 0xbf: The Unicode Standard, table 3-7. */
const SECOND: Readonly<Record<number, readonly [number, number]>> = {
  224: [0xa0, 0xbf],
  237: [0x80, 0x9f],
  240: [0x90, 0xbf],
  244: [0x80, 0x8f],
};

const widthOf = (lead: number): number =>
  lead < 0x80 ? 1 : lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;

/** First byte of the first character that is none. */
function faultAt(bytes: Uint8Array): number {
  for (let at = 0; at < bytes.length; ) {
    const width = widthOf(bytes[at]);
    if (width === 0) return at;
    for (let k = 1; k < width; k++) {
      const [least, most] = (k === 1 ? SECOND[bytes[at]] : undefined) ?? [0x80, 0xbf];
      const byte = bytes[at + k] ?? 0;
      if (byte < least || byte > most) return at;
    }
    at += width;
  }
  throw new Error("internal: a text that was refused is UTF-8");
}
