import { decode, type ElementKind, elementBytes, swapBytes } from "./decode.ts";
import { printShape, quote, type Refuse, refuser } from "./errors.ts";
import { sizeOf } from "./graph.ts";
import { limits } from "./limits.ts";
import { type NpyHeader, NpyHeaderError, parseNpyHeader } from "./npyHeader.ts";
import { gatherStrided, shapeDefect, type Tensor, type TensorData } from "./tensor.ts";

/**
 * npy, versions 1 to 3: magic, version, header length, a Python dict, then the numbers.
 * https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 */

const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];

const kinds: Readonly<Record<string, ElementKind>> = {
  f2: "f16",
  f4: "f32",
  f8: "f64",
  i1: "i8",
  i2: "i16",
  i4: "i32",
  i8: "i64",
  u1: "u8",
  u2: "u16",
  u4: "u32",
  u8: "u64",
  b1: "bool",
};

/**
 * Reads one npy file; the tensor is row-major and in this machine's byte order, and may share memory with `bytes`.
 * @param file what error messages call it: a file name, or a file name and an entry
 * @param name the name that the tensor gets
 * @throws FormatError
 */
export function readNpy(bytes: Uint8Array, file: string, name = file): Tensor {
  const refuse: Refuse = refuser(file, "Save it again with numpy.save");
  const { text, dataStart } = headerText(bytes, refuse);
  const header = parse(text, dataStart - text.length, refuse);
  const kind = elementKind(header.descr, refuse);
  const { shape } = header;
  const defect = shapeDefect(shape);
  if (defect) refuse("shape", defect.expected, defect.found, "Save a smaller array");
  const needed = sizeOf(shape) * elementBytes[kind];
  if (bytes.length - dataStart !== needed) {
    const expected = `${needed} bytes for ${header.descr} ${printShape(shape)}`;
    refuse(`byte ${dataStart}`, expected, `${bytes.length - dataStart}`);
  }
  const raw = bytes.subarray(dataStart);
  const data = decode(header.descr[0] === ">" ? swapBytes(raw, elementBytes[kind]) : raw, kind);
  const rowMajor = header.fortranOrder && shape.length > 1 ? fromFortran(data, shape) : data;
  return { name, dtype: header.descr, shape, data: rowMajor };
}

function headerText(bytes: Uint8Array, refuse: Refuse): { text: string; dataStart: number } {
  if (bytes.length < 10 || magic.some((b, i) => bytes[i] !== b)) {
    const start = [...bytes.subarray(0, 6)].map((b) => b.toString(16).padStart(2, "0")).join(" ");
    refuse("byte 0", "the npy magic 93 4e 55 4d 50 59 and a header", start === "" ? "nothing" : start);
  }
  const [major, minor] = [bytes[6], bytes[7]];
  if (major < 1 || major > 3 || minor !== 0) {
    refuse("byte 6", "npy version 1.0, 2.0 or 3.0", `version ${major}.${minor}`);
  }
  const start = major === 1 ? 10 : 12;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < start) refuse("byte 8", "4 bytes of header length", `${bytes.length - 8}`);
  const length = major === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (length > limits.npyHeaderBytes) {
    refuse("byte 8", `a header of at most ${limits.npyHeaderBytes} bytes`, `${length}`);
  }
  const dataStart = start + length;
  if (dataStart > bytes.length) {
    refuse("byte 8", `a header of ${length} bytes after this length`, `${bytes.length - start}`);
  }
  // Version 3 allows UTF-8, but only in the field names of structured types, which are refused anyway.
  return { text: String.fromCharCode(...bytes.subarray(start, dataStart)), dataStart };
}

function parse(text: string, headerStart: number, refuse: Refuse): NpyHeader {
  try {
    return parseNpyHeader(text);
  } catch (error) {
    if (!(error instanceof NpyHeaderError)) throw error;
    return refuse(`byte ${headerStart + error.position}`, error.expected, error.found);
  }
}

function elementKind(descr: string, refuse: Refuse): ElementKind {
  const type = descr.slice(1);
  const order = descr[0];
  if (Object.hasOwn(kinds, type)) {
    const kind = kinds[type];
    const single = elementBytes[kind] === 1;
    if (order === "<" || order === ">" || (order === "|" && single)) return kind;
  }
  if (type.startsWith("O")) {
    const remedy = "An object array holds pickled Python, which is never run: save array.astype('float32')";
    return refuse("descr", "numbers", `the object dtype ${quote(descr)}`, remedy);
  }
  const known = `${Object.keys(kinds).join(", ")} after < or >`;
  return refuse("descr", `one of ${known}`, quote(descr), "Convert it first: array.astype('float32')");
}

/** Column-major to row-major. */
const fromFortran = (data: TensorData, shape: readonly number[]): TensorData =>
  gatherStrided(
    data,
    shape,
    shape.map((_, axis) => sizeOf(shape.slice(0, axis))),
  );

/** Writes an npy file, version 1.0, little-endian floats, row-major; the numbers start at a multiple of 64 bytes. */
export function writeNpy(data: Float32Array | Float64Array, shape: readonly number[]): Uint8Array {
  if (sizeOf(shape) !== data.length) {
    throw new Error(`internal: writeNpy got ${data.length} elements for shape ${printShape(shape)}`);
  }
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return npyFile(`<f${data.BYTES_PER_ELEMENT}`, tuple, bytes);
}

/** A text as an array of no axes, in numpy's unicode type: 4 bytes a character. */
export function writeNpyText(text: string): Uint8Array {
  const characters = [...text].map((character) => character.codePointAt(0) ?? 0);
  return npyFile(`<U${characters.length}`, "()", new Uint8Array(Uint32Array.from(characters).buffer));
}

function npyFile(descr: string, shape: string, data: Uint8Array): Uint8Array {
  const dict = `{'descr': '${descr}', 'fortran_order': False, 'shape': ${shape}, }`;
  const length = Math.ceil((10 + dict.length + 1) / 64) * 64 - 10;
  const out = new Uint8Array(10 + length + data.length);
  out.set([...magic, 1, 0, length & 0xff, length >> 8]);
  out.set(new TextEncoder().encode(`${dict.padEnd(length - 1)}\n`), 10);
  out.set(data, 10 + length);
  return out;
}
