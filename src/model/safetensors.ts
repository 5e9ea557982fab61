import { type ElementKind, elementBytes, withNumbers } from "./decode.ts";
import { printShape, quote, type Refuse, refuser } from "./errors.ts";
import { sizeOf } from "./graph.ts";
import { type HeaderObject, HeaderSyntaxError, type HeaderValue, parseHeader } from "./headerJson.ts";
import { limits } from "./limits.ts";
import { shapeDefect, type Tensor, type Tensors } from "./tensor.ts";
import { readUtf8 } from "./utf8.ts";

/**
 * safetensors: 8 bytes of header length (little-endian), a JSON header, then the numbers.
 * https://github.com/huggingface/safetensors#format. The rules are enforced as the format's own reader does: no
 * hole, no overlap, no byte that belongs to nobody.
 */

const kinds: Readonly<Record<string, ElementKind>> = {
  F64: "f64",
  F32: "f32",
  F16: "f16",
  BF16: "bf16",
  I64: "i64",
  I32: "i32",
  I16: "i16",
  I8: "i8",
  U64: "u64",
  U32: "u32",
  U16: "u16",
  U8: "u8",
  BOOL: "bool",
};

export interface SafetensorsFile {
  readonly tensors: Tensors;
  /** The header's `__metadata__`. */
  readonly metadata: ReadonlyMap<string, string>;
}

interface Entry {
  readonly name: string;
  readonly dtype: string;
  readonly kind: ElementKind;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

const damaged = "The file is damaged or not a safetensors file: save or download it again";
const resave = "Save it again with safetensors.torch.save_file";

/**
 * Reads a whole safetensors file. Tensors share memory with `bytes`; floating-point numbers that cannot be used in place are decoded
 * when they are asked for.
 * @throws FormatError
 */
export function readSafetensors(bytes: Uint8Array, file: string): SafetensorsFile {
  const refuse: Refuse = refuser(file, resave);
  if (bytes.length > limits.fileBytes) {
    refuse("size", `at most ${limits.fileBytes} bytes`, `${bytes.length}`, "Use a smaller model");
  }
  const { header, dataStart } = readHeader(bytes, file);
  const metadata = readMetadata(header.get("__metadata__"), refuse);
  const names = [...header.keys()].filter((name) => name !== "__metadata__");
  if (names.length > limits.tensors) {
    refuse("header", `at most ${limits.tensors} tensors`, `${names.length}`, "Use a smaller model");
  }
  const entries = names.map((name) => readEntry(name, header.get(name) as HeaderValue, refuse));
  checkLayout(entries, bytes.length - dataStart, refuse);
  const tensors = new Map<string, Tensor>();
  for (const { name, dtype, kind, shape, begin, end } of entries) {
    const slice = bytes.subarray(dataStart + begin, dataStart + end);
    tensors.set(name, withNumbers({ name, dtype, shape }, slice, kind));
  }
  return { tensors, metadata };
}

function readHeader(bytes: Uint8Array, file: string): { header: HeaderObject; dataStart: number } {
  const refuse: Refuse = refuser(file, damaged);
  if (bytes.length < 8) refuse("byte 0", "8 bytes of header length", `${bytes.length} bytes in all`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, 8);
  const length = view.getBigUint64(0, true);
  if (length > BigInt(limits.safetensorsHeaderBytes)) {
    refuse("byte 0", `a header of at most ${limits.safetensorsHeaderBytes} bytes`, `${length}`);
  }
  const dataStart = 8 + Number(length);
  if (dataStart > bytes.length) {
    refuse("byte 0", `a header of ${length} bytes after this length`, `${bytes.length - 8}`);
  }
  if (length < 2n || bytes[8] !== 0x7b) {
    const found = length === 0n ? "an empty header" : `byte 0x${bytes[8].toString(16).padStart(2, "0")}`;
    refuse("byte 8", 'a header that starts with "{"', found);
  }
  const text = readUtf8(bytes.subarray(0, dataStart), refuse, undefined, 8);
  try {
    return { header: parseHeader(text) as HeaderObject, dataStart };
  } catch (error) {
    if (!(error instanceof HeaderSyntaxError)) throw error;
    const byte = 8 + new TextEncoder().encode(text.slice(0, error.position)).length;
    return refuse(`byte ${byte}`, error.expected, error.found);
  }
}

function readMetadata(value: HeaderValue | undefined, refuse: Refuse): ReadonlyMap<string, string> {
  const metadata = new Map<string, string>();
  if (value === undefined) return metadata;
  if (!(value instanceof Map)) return refuse("__metadata__", "a map of strings", kindOf(value));
  for (const [key, text] of value as HeaderObject) {
    if (typeof text !== "string") return refuse(`__metadata__ ${quote(key)}`, "a string", kindOf(text));
    metadata.set(key, text);
  }
  return metadata;
}

const fields = ["dtype", "shape", "data_offsets"];

function readEntry(name: string, value: HeaderValue, refuse: Refuse): Entry {
  if (name.length > limits.nameLength) {
    refuse(quote(name), `a name of at most ${limits.nameLength} characters`, `${name.length}`);
  }
  if (!(value instanceof Map))
    return refuse(quote(name), `an object with ${fields.join(", ")}`, kindOf(value));
  const info = value as HeaderObject;
  const missing = fields.find((f) => !info.has(f));
  if (missing !== undefined) refuse(quote(name), `the field ${missing}`, "none");
  const extra = [...info.keys()].find((f) => !fields.includes(f));
  if (extra !== undefined) refuse(quote(name), `only ${fields.join(", ")}`, `the field ${quote(extra)} too`);

  const dtype = info.get("dtype");
  const kind = typeof dtype === "string" && Object.hasOwn(kinds, dtype) ? kinds[dtype] : undefined;
  if (kind === undefined) {
    const found = typeof dtype === "string" ? quote(dtype) : kindOf(dtype as HeaderValue);
    refuse(
      quote(name),
      `a dtype of ${Object.keys(kinds).join(", ")}`,
      found,
      "Convert the tensor to float32",
    );
  }
  const shape = info.get("shape");
  if (!isWholeNumbers(shape)) return refuse(quote(name), "a shape of whole numbers", kindOf(shape));
  const defect = shapeDefect(shape);
  if (defect) refuse(quote(name), defect.expected, defect.found, "Use a smaller model");
  const offsets = info.get("data_offsets");
  if (!isWholeNumbers(offsets) || offsets.length !== 2) {
    return refuse(quote(name), "data_offsets [begin, end]", kindOf(offsets));
  }
  const [begin, end] = offsets;
  if (begin > end) refuse(quote(name), "data_offsets that begin before they end", printShape(offsets));
  const needed = sizeOf(shape) * elementBytes[kind as ElementKind];
  if (end - begin !== needed) {
    refuse(quote(name), `${needed} bytes for ${dtype} ${printShape(shape)}`, `${end - begin}`);
  }
  return { name, dtype: dtype as string, kind: kind as ElementKind, shape, begin, end };
}

/** Each tensor starts where the one before it ends, and the last ends with the file. */
function checkLayout(entries: readonly Entry[], dataBytes: number, refuse: Refuse): void {
  let expected = 0;
  let before = "";
  for (const { name, begin, end } of [...entries].sort((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin !== expected) {
      const trouble = begin < expected ? `an overlap with ${quote(before)}` : "a hole before it";
      refuse(quote(name), `data to begin at offset ${expected}`, `${begin} (${trouble})`);
    }
    expected = end;
    before = name;
  }
  if (expected === dataBytes) return;
  const remedy =
    expected > dataBytes
      ? "The file is cut short: download it again"
      : "Save it again without the extra bytes";
  refuse("data", `${expected} bytes as the header says`, `${dataBytes}`, remedy);
}

const isWholeNumbers = (value: HeaderValue | undefined): value is readonly number[] =>
  Array.isArray(value) && value.every((v) => typeof v === "number");

function kindOf(value: HeaderValue | undefined): string {
  if (typeof value === "string") return `the string ${quote(value)}`;
  if (typeof value === "number") return `the number ${value}`;
  return Array.isArray(value) ? `an array of ${value.length}` : "an object";
}
