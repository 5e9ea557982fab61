import { decode, type ElementKind, elementBytes, isFloat, withNumbers } from "../decode.ts";
import { quote, type Refuse, refuser } from "../errors.ts";
import { sizeOf } from "../graph.ts";
import { limits } from "../limits.ts";
import { gatherStrided, shapeDefect, type Tensor, type TensorData, type Tensors } from "../tensor.ts";
import { looksLikeZip } from "../zipDirectory.ts";
import { type Archive, damaged, readLegacyArchive, readZipArchive, save } from "./archive.ts";
import { dtypeName } from "./globals.ts";
import { conversionRecipe, WRAPPERS } from "./recipe.ts";
import { describe, type PickleDict, type PickleValue, type Storage, TensorView } from "./values.ts";

/**
 * Reads a state dict as torch.save writes it (`.pt`, `.pth`, `.th`, `.bin`), in both forms of the file, alone or within a
 * checkpoint. Nothing in the file is executed. Tensors may share memory with `bytes` and with one another.
 * @throws FormatError
 */
export function readStateDict(bytes: Uint8Array, file: string): Tensors {
  const refuse: Refuse = refuser(file, damaged);
  if (bytes.length > limits.fileBytes) {
    refuse("size", `at most ${limits.fileBytes} bytes`, `${bytes.length}`, "Use a smaller model");
  }
  const recipe = conversionRecipe(file);
  const archive = open(bytes, file, refuse, recipe);
  const dict = findStateDict(archive.value, refuse, recipe);
  return readTensors(dict, archive, bytes.length, refuse);
}

function open(bytes: Uint8Array, file: string, refuse: Refuse, recipe: string): Archive {
  if (looksLikeZip(bytes)) return readZipArchive(bytes, file, refuse, recipe);
  if (bytes[0] === 0x80) return readLegacyArchive(bytes, refuse, recipe);
  return refuse(
    "byte 0",
    "a file by torch.save (PK 03 04, or a pickle with its magic number)",
    "other bytes",
    save,
  );
}

/** The dict with the tensors: the whole, or what a training script put beside epochs and scores. */
function findStateDict(value: PickleValue, refuse: Refuse, recipe: string): PickleDict {
  let dict = value;
  for (let depth = 0; depth <= WRAPPERS.length; depth++) {
    if (!(dict instanceof Map)) return refuse("contents", "a dict of tensors", describe(dict), recipe);
    const held: PickleDict = dict;
    const inner = WRAPPERS.filter((key) => held.get(key) instanceof Map);
    if (inner.length > 1) {
      refuse("contents", `one of ${WRAPPERS.join(", ")}`, inner.join(" and "), "Save the state dict alone");
    }
    if (inner.length === 0) return checkDict(held, refuse, recipe);
    dict = held.get(inner[0]) as PickleValue;
  }
  return refuse("contents", "a dict of tensors", "dicts within dicts", recipe);
}

function checkDict(dict: PickleDict, refuse: Refuse, recipe: string): PickleDict {
  const count = [...dict.values()].filter((value) => value instanceof TensorView).length;
  if (count > limits.tensors)
    refuse("contents", `at most ${limits.tensors} tensors`, `${count}`, "Use a smaller model");
  if (count === 0) {
    const keys = [...dict.keys()].slice(0, 5).map((key) => (typeof key === "string" ? quote(key) : `${key}`));
    const found = keys.length === 0 ? "an empty dict" : `a dict with ${keys.join(", ")} and no tensor`;
    refuse("contents", `tensors by their names, or a dict of them as ${WRAPPERS.join(", ")}`, found, recipe);
  }
  return dict;
}

/** The tensors of the dict; numbers and other values beside them are passed over. */
function readTensors(dict: PickleDict, archive: Archive, fileBytes: number, refuse: Refuse): Tensors {
  const memory = new Memory(archive, fileBytes);
  const tensors = new Map<string, Tensor>();
  for (const [name, view] of dict) {
    if (!(view instanceof TensorView)) continue;
    if (typeof name !== "string") return refuse("contents", "tensors by their names", describe(name));
    if (name.length > limits.nameLength) {
      refuse(quote(name), `a name of at most ${limits.nameLength} characters`, `${name.length}`);
    }
    const where = quote(name);
    checkView(view, where, refuse);
    tensors.set(name, memory.tensor(name, view, where, refuse));
  }
  return tensors;
}

/** The elements of a view lie within its storage, and are not fewer than its shape says. */
function checkView(
  { storage, kind, offset, shape, strides }: TensorView,
  where: string,
  refuse: Refuse,
): void {
  const defect = shapeDefect(shape);
  if (defect) refuse(where, defect.expected, defect.found, "Use a smaller model");
  const available = Math.floor((storage.elements * elementBytes[storage.kind]) / elementBytes[kind]);
  const count = sizeOf(shape);
  const span = count === 0 ? 0 : shape.reduce((sum, size, axis) => sum + (size - 1) * strides[axis], 1);
  if (offset + span > available) {
    const found = `elements ${offset} to ${offset + span}`;
    refuse(where, `a view within the ${available} elements of its storage`, found);
  }
  if (count > span) {
    const remedy = "Save a copy of the tensor: tensor.clone()";
    refuse(where, `${count} elements of its own`, `a view that repeats ${span}`, remedy);
  }
}

/** Storages as numbers, each decoded once however many tensors share it. */
class Memory {
  readonly #archive: Archive;
  /** Elements that may be copied out of strided views: one for a byte of the file, where one for four is usual. */
  readonly #mayCopy: number;
  readonly #decoded = new Map<Storage, Map<ElementKind, TensorData>>();
  #copied = 0;
  constructor(archive: Archive, fileBytes: number) {
    this.#archive = archive;
    this.#mayCopy = fileBytes;
  }

  /** A checked view as a tensor. Floating-point numbers that lie row-major stay in the file until they are asked for. */
  tensor(name: string, view: TensorView, where: string, refuse: Refuse): Tensor {
    const { storage, kind, offset, shape, strides } = view;
    const about = { name, dtype: dtypeName(kind), shape };
    if (!isFloat(kind) || !isRowMajor(shape, strides))
      return { ...about, data: this.#read(view, where, refuse) };
    const width = elementBytes[kind];
    const bytes = this.#archive.bytesOf(storage);
    return withNumbers(about, bytes.subarray(width * offset, width * (offset + sizeOf(shape))), kind);
  }

  /** The elements of a checked view, row-major. */
  #read({ storage, kind, offset, shape, strides }: TensorView, where: string, refuse: Refuse): TensorData {
    const data = this.#decode(storage, kind);
    const count = sizeOf(shape);
    if (isRowMajor(shape, strides)) return data.subarray(offset, offset + count) as TensorData;
    this.#copied += count;
    if (this.#copied > this.#mayCopy) {
      const remedy = "Save contiguous tensors: tensor.contiguous()";
      refuse(where, `at most ${this.#mayCopy} elements in strided views`, "more", remedy);
    }
    return gatherStrided(data, shape, strides, offset);
  }

  #decode(storage: Storage, kind: ElementKind): TensorData {
    const kinds = this.#decoded.get(storage) ?? new Map<ElementKind, TensorData>();
    this.#decoded.set(storage, kinds);
    const known = kinds.get(kind);
    if (known !== undefined) return known;
    const bytes = this.#archive.bytesOf(storage);
    const whole = bytes.length - (bytes.length % elementBytes[kind]);
    const data = decode(bytes.subarray(0, whole), kind);
    kinds.set(kind, data);
    return data;
  }
}

function isRowMajor(shape: readonly number[], strides: readonly number[]): boolean {
  let step = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] !== 1 && strides[axis] !== step) return false;
    step *= shape[axis];
  }
  return true;
}
