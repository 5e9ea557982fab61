import { decode } from "fast-png";
import type { Refuse } from "../errors.ts";
import { limits } from "../limits.ts";

export interface Picture {
  readonly width: number;
  readonly height: number;
  /** uint8 [height,width,3] */
  readonly rgb: Uint8Array;
}

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
  // Deflate adds at most 5 bytes to 16 KB; more is not a picture of this size but something that unpacks to more.
  const raw = (width * channels + 1) * height;
  if (bytes.length > 1.01 * raw + 64 * 1024)
    refuse(where, `at most ${Math.ceil(1.01 * raw) + 65_536} bytes`, `${bytes.length}`);
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
