import { Unzlib } from "fflate";
import { crc32 } from "../crc32.ts";
import type { Refuse } from "../errors.ts";
import { limits } from "../limits.ts";
import { checkSize, type Dropped, type Picture } from "./picture.ts";

/**
 * PNG images (W3C Portable Network Graphics, third edition): all colour types, depths and filters, plain and interlaced.
 * Every byte of the packed pixels is counted before it is kept, and nothing but pixels and palette is unpacked.
 */

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const GREY = 0;
const PALETTE = 3;

/** Samples of a pixel and the depths allowed, by colour type. */
const COLOUR_TYPES: Readonly<
  Record<number, { readonly channels: number; readonly depths: readonly number[] }>
> = {
  [GREY]: { channels: 1, depths: [1, 2, 4, 8, 16] },
  2: { channels: 3, depths: [8, 16] },
  [PALETTE]: { channels: 1, depths: [1, 2, 4, 8] },
  4: { channels: 2, depths: [8, 16] },
  6: { channels: 4, depths: [8, 16] },
};

/** First column and row of a pass, and the distance to the next ones. */
type Pass = readonly [number, number, number, number];
const PLAIN: readonly Pass[] = [[0, 0, 1, 1]];
const ADAM7: readonly Pass[] = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
];

interface Header {
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  readonly colour: number;
  readonly channels: number;
  readonly passes: readonly Pass[];
}

/**
 * The exact pixels of a PNG. Of 16 bits a channel the upper 8 are kept, and transparency is left out.
 * @param where for messages
 * @throws FormatError
 */
export function decodePng(bytes: Uint8Array, where: string, refuse: Refuse): Picture {
  if (bytes.length < 33 || SIGNATURE.some((byte, i) => bytes[i] !== byte)) {
    refuse(`${where}, byte 0`, "a PNG image", "other bytes");
  }
  const sound: Sound = (place, expected, found) => refuse(`${where}, ${place}`, expected, found);
  const header = readHeader(bytes, `${where}, byte 8`, refuse);
  const { packed, palette, transparent } = readChunks(bytes, header, sound);
  const samples = unpack(inflated(packed, packedSize(header), sound), header, sound);
  return toPicture(samples, header, palette, transparent, sound);
}

/** A refusal by a place in the image. */
type Sound = (place: string, expected: string, found: string) => never;

function readHeader(bytes: Uint8Array, where: string, refuse: Refuse): Header {
  // The header comes first, so that the size is known before anything is unpacked.
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(8) !== 13 || nameAt(bytes, 12) !== "IHDR")
    refuse(where, "its header first", quoteChunk(bytes, 12));
  const [width, height] = [view.getUint32(16), view.getUint32(20)];
  checkSize(width, height, where, refuse);
  const [depth, colour, compression, filter, interlace] = bytes.subarray(24, 29);
  const type = COLOUR_TYPES[colour];
  if (type === undefined || !type.depths.includes(depth))
    return refuse(where, "a colour type and depth of the PNG standard", `type ${colour} of ${depth} bits`);
  if (compression !== 0 || filter !== 0 || interlace > 1)
    refuse(where, "the methods of the PNG standard", `${compression}, ${filter} and ${interlace}`);
  return { width, height, depth, colour, channels: type.channels, passes: interlace === 1 ? ADAM7 : PLAIN };
}

const nameAt = (bytes: Uint8Array, at: number): string => String.fromCharCode(...bytes.subarray(at, at + 4));
const quoteChunk = (bytes: Uint8Array, at: number): string => JSON.stringify(nameAt(bytes, at));

/** Chunks of length, type, content and checksum, up to IEND. */
function readChunks(bytes: Uint8Array, { colour }: Header, sound: Sound) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const packed: Uint8Array[] = [];
  let palette: Uint8Array | null = null;
  let transparent = colour === 4 || colour === 6;
  for (let at = 8; ; ) {
    if (at + 12 > bytes.length) return sound(`byte ${at}`, "an end", "none: it is cut short");
    const end = at + 8 + view.getUint32(at);
    const name = nameAt(bytes, at + 4);
    if (end + 4 > bytes.length)
      return sound(`byte ${at}`, "an end", `none: it is cut short in ${quoteChunk(bytes, at + 4)}`);
    const content = bytes.subarray(at + 8, end);
    // An upper-case first letter: the image cannot be read without it. What else there may be is not even checked.
    const critical = (bytes[at + 4] & 0x20) === 0;
    if (critical && crc32(bytes.subarray(at + 4, end)) !== view.getUint32(end))
      return sound(`byte ${at}`, "a sound PNG image", `another checksum in ${quoteChunk(bytes, at + 4)}`);
    if (name === "IDAT") packed.push(content);
    else if (name === "PLTE") palette = content;
    else if (name === "tRNS") transparent = true;
    else if (name === "IEND") return { packed, palette, transparent };
    else if (critical && name !== "IHDR")
      return sound(`byte ${at}`, "chunks of the PNG standard", quoteChunk(bytes, at + 4));
    at = end + 4;
  }
}

const lineBytes = ({ depth, channels }: Header, pixels: number): number =>
  Math.ceil((depth * channels * pixels) / 8);

const passSize = ({ width, height }: Header, [x, y, dx, dy]: Pass): readonly [number, number] => [
  Math.ceil((width - x) / dx),
  Math.ceil((height - y) / dy),
];

/** Bytes of all lines with a filter byte before each; passes without a pixel have none. */
const packedSize = (header: Header): number =>
  header.passes.reduce((bytes, pass) => {
    const [columns, rows] = passSize(header, pass);
    return columns > 0 && rows > 0 ? bytes + rows * (1 + lineBytes(header, columns)) : bytes;
  }, 0);

function inflated(packed: readonly Uint8Array[], size: number, sound: Sound): Uint8Array {
  const out = new Uint8Array(size);
  let length = 0;
  const inflater = new Unzlib((part) => {
    if (length + part.length <= size) out.set(part, length);
    length += part.length;
  });
  const step = limits.inflateStepBytes;
  const expected = `${size} bytes of packed pixels`;
  try {
    for (const chunk of packed)
      for (let from = 0; from < chunk.length && length <= size; from += step)
        inflater.push(chunk.subarray(from, from + step));
    inflater.push(new Uint8Array(), true);
  } catch {
    return sound("IDAT", expected, "a broken stream");
  }
  if (length !== size) return sound("IDAT", expected, length > size ? "more" : `${length}`);
  return out;
}

/** Samples of 8 bits, or the upper 8 of 16, [height,width,channels]; palette numbers and few bits as they are. */
function unpack(raw: Uint8Array, header: Header, sound: Sound): Uint8Array {
  const { width, height, depth, channels, passes } = header;
  const out = new Uint8Array(width * height * channels);
  // Filters look back by one whole pixel, or by one byte where a pixel is less.
  const back = Math.max(1, (depth * channels) / 8);
  let at = 0;
  for (const pass of passes) {
    const [columns, rows] = passSize(header, pass);
    if (columns < 1 || rows < 1) continue;
    const [x, y, dx, dy] = pass;
    const length = lineBytes(header, columns);
    let before: Uint8Array = new Uint8Array(length);
    for (let row = 0; row < rows; row++) {
      const line = raw.subarray(at + 1, at + 1 + length);
      if (!unfilter(raw[at], line, before, back))
        sound(`row ${y + row * dy}`, "filters of the PNG standard", `number ${raw[at]}`);
      const first = (y + row * dy) * width + x;
      for (let i = 0; i < columns * channels; i++) {
        const pixel = first + Math.floor(i / channels) * dx;
        out[pixel * channels + (i % channels)] = sampleAt(line, i, depth);
      }
      before = line;
      at += 1 + length;
    }
  }
  return out;
}

function sampleAt(line: Uint8Array, i: number, depth: number): number {
  if (depth === 8) return line[i];
  if (depth === 16) return line[2 * i];
  const bit = i * depth;
  return (line[bit >> 3] >> (8 - depth - (bit & 7))) & ((1 << depth) - 1);
}

/** In place. False for a filter that does not exist. */
function unfilter(filter: number, line: Uint8Array, before: Uint8Array, back: number): boolean {
  if (filter > 4) return false;
  if (filter === 0) return true;
  for (let i = 0; i < line.length; i++) {
    const left = i < back ? 0 : line[i - back];
    const corner = i < back ? 0 : before[i - back];
    if (filter === 1) line[i] += left;
    else if (filter === 2) line[i] += before[i];
    else if (filter === 3) line[i] += (left + before[i]) >> 1;
    else line[i] += paeth(left, before[i], corner);
  }
  return true;
}

/** The neighbour that is nearest to left + above - corner. */
function paeth(left: number, above: number, corner: number): number {
  const [toLeft, toAbove] = [Math.abs(above - corner), Math.abs(left - corner)];
  const toCorner = Math.abs(left + above - 2 * corner);
  if (toLeft <= toAbove && toLeft <= toCorner) return left;
  return toAbove <= toCorner ? above : corner;
}

function toPicture(
  samples: Uint8Array,
  { width, height, depth, colour, channels }: Header,
  palette: Uint8Array | null,
  transparent: boolean,
  sound: Sound,
): Picture {
  const colours = colour === PALETTE ? (palette ?? sound("PLTE", "a palette", "none")) : new Uint8Array();
  const rgb = new Uint8Array(width * height * 3);
  const scale = depth < 8 ? 255 / ((1 << depth) - 1) : 1;
  for (let i = 0; i < width * height; i++) {
    const sample = samples[i * channels];
    if (colour === PALETTE && 3 * sample + 3 > colours.length)
      sound(`pixel ${i}`, `colours 0 to ${Math.floor(colours.length / 3) - 1} of the palette`, `${sample}`);
    for (let c = 0; c < 3; c++) {
      if (colour === PALETTE) rgb[3 * i + c] = colours[3 * sample + c];
      else rgb[3 * i + c] = channels < 3 ? sample * scale : samples[i * channels + c];
    }
  }
  const dropped: Dropped[] = [
    ...(transparent ? (["transparency"] as const) : []),
    ...(depth === 16 ? (["the lower 8 of 16 bits"] as const) : []),
  ];
  return { width, height, rgb, grey: channels < 3 && colour !== PALETTE, dropped };
}
