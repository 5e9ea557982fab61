import { decode } from "fast-png";
import { Unzlib } from "fflate";
import type { Refuse } from "../errors.ts";
import { limits } from "../limits.ts";

export interface Picture {
  readonly width: number;
  readonly height: number;
  /** uint8 [height,width,3] */
  readonly rgb: Uint8Array;
}

/** The letters of the chunk. */
const IDAT = 0x49444154;
const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/**
 * The exact pixels of a PNG of 8 bits a channel, grey or RGB.
 * @param where for messages
 * @throws FormatError
 */
export function decodePng(bytes: Uint8Array, where: string, refuse: Refuse): Picture {
  if (bytes.length < 33 || SIGNATURE.some((byte, i) => bytes[i] !== byte)) {
    refuse(where, "a PNG image", "other bytes");
  }
  // The header comes first: its size is known before anything is unpacked.
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [width, height] = [view.getUint32(16), view.getUint32(20)];
  const [depth, colour] = [bytes[24], bytes[25]];
  const most = limits.imageSide;
  if (width < 1 || height < 1 || width > most || height > most) {
    refuse(where, `1 to ${most} pixels a side`, `${width} by ${height}`);
  }
  if (depth !== 8 || (colour !== 0 && colour !== 2)) {
    refuse(where, "8 bits a channel, grey or RGB", `${depth} bits, colour type ${colour}`);
  }
  const channels = colour === 2 ? 3 : 1;
  const raw = (width * channels + 1) * height;
  if (unpackedSize(bytes, raw) !== raw) refuse(where, `${raw} bytes of packed pixels`, "another number");
  let data: ArrayLike<number>;
  try {
    data = decode(bytes, { checkCrc: true }).data;
  } catch {
    return refuse(where, "a sound PNG image", "a fault in it");
  }
  if (data.length !== width * height * channels) {
    refuse(where, `${width * height * channels} bytes of pixels`, `${data.length}`);
  }
  if (channels === 3) return { width, height, rgb: Uint8Array.from(data) };
  const rgb = new Uint8Array(width * height * 3);
  for (let i = 0; i < data.length; i++) rgb.fill(data[i], 3 * i, 3 * i + 3);
  return { width, height, rgb };
}

/** Compressed bytes unpacked at once: at most 1 MB appears before it is counted. */
const STEP = 1024;

/**
 * Bytes that the pixels unpack to, not much more than `most`; -1 for a fault. The decoder would unpack whatever a
 * hostile file holds, so the file is measured first.
 */
function unpackedSize(bytes: Uint8Array, most: number): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let size = 0;
  const inflater = new Unzlib((part) => {
    size += part.length;
  });
  try {
    // After the signature: chunks of length, type, content and checksum.
    for (let at = 8; at + 12 <= bytes.length; ) {
      const end = at + 8 + view.getUint32(at);
      if (end > bytes.length - 4) return -1;
      const isPixels = view.getUint32(at + 4) === IDAT;
      for (let from = at + 8; isPixels && from < end && size <= most; from += STEP) {
        inflater.push(bytes.subarray(from, Math.min(end, from + STEP)));
      }
      at = end + 4;
    }
    inflater.push(new Uint8Array(), true);
  } catch {
    return -1;
  }
  return size;
}
