import type { ElementKind } from "../decode.ts";
import { quote } from "../errors.ts";

/** What a pickle of a state dict may hold, as plain values without behaviour. Tuples are arrays. */
export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | readonly PickleValue[]
  | PickleList
  | PickleDict
  | Global
  | Storage
  | TensorView
  | Inert;

export type DictKey = null | boolean | number | bigint | string;
export type PickleDict = Map<DictKey, PickleValue>;

export class PickleList {
  readonly items: PickleValue[] = [];
}

/** A name of the allow-list, such as `torch._utils._rebuild_tensor_v2`. */
export class Global {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

/** A value that no tensor depends on, such as a device or a NumPy number: its name is all that is kept. */
export class Inert {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

/** The memory that tensors are views of. */
export class Storage {
  /** Its name in the file. */
  readonly key: string;
  readonly kind: ElementKind;
  readonly elements: number;
  constructor(key: string, kind: ElementKind, elements: number) {
    this.key = key;
    this.kind = kind;
    this.elements = elements;
  }
}

/** A tensor as the file describes it. Offset and strides count elements of `kind` and are not checked yet. */
export class TensorView {
  readonly storage: Storage;
  readonly kind: ElementKind;
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  constructor({ storage, kind, offset, shape, strides }: TensorView) {
    this.storage = storage;
    this.kind = kind;
    this.offset = offset;
    this.shape = shape;
    this.strides = strides;
  }
}

/** For messages: what a value is. */
export function describe(value: PickleValue | undefined): string {
  if (value === undefined) return "nothing";
  if (value === null) return "None";
  if (typeof value === "string") return `the string ${quote(value)}`;
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "number" || typeof value === "bigint") return `the number ${value}`;
  if (Array.isArray(value)) return `a tuple of ${value.length}`;
  if (value instanceof PickleList) return `a list of ${value.items.length}`;
  if (value instanceof Map) return `a dict of ${value.size}`;
  if (value instanceof Global) return `global ${value.name}`;
  if (value instanceof Inert) return `a ${value.name}`;
  if (value instanceof Storage) return "a storage";
  return value instanceof TensorView ? "a tensor" : "bytes";
}
