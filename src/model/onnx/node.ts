import { quote, type Refuse } from "../errors.ts";
import type { AttributeProto, NodeProto } from "./schema.ts";
import { type Constant, readTensor } from "./tensor.ts";

/** Remedy of most refusals: the network is sound, but not for us. */
export const UNSUPPORTED = "Export the network without it, or use a checkpoint of a known family";

/** The module path and name that PyTorch's exporters leave in a node, without the file's other fields. */
export class OnnxNode {
  readonly op: string;
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly metadata: ReadonlyMap<string, string>;
  /** `node "/conv1/Conv" (Conv)`; nodes without a name go by their place. */
  readonly where: string;
  readonly #attributes = new Map<string, AttributeProto>();
  readonly #asked = new Set<string>();
  readonly #refuse: Refuse;

  constructor(proto: NodeProto, place: number, refuse: Refuse) {
    const domain = proto.domain ?? "";
    const type = proto.op_type ?? "";
    this.op = domain === "" || domain === "ai.onnx" ? type : `${domain}.${type}`;
    this.name = proto.name ?? "";
    this.inputs = proto.input;
    this.outputs = proto.output;
    this.metadata = new Map(proto.metadata_props.map(({ key, value }) => [key ?? "", value ?? ""]));
    const shown = /^[\w.]{1,80}$/.test(this.op) ? this.op : quote(this.op);
    this.where = `node ${this.name === "" ? place : quote(this.name)} (${shown})`;
    this.#refuse = refuse;
    for (const attribute of proto.attribute) {
      const name = attribute.name ?? "";
      if (this.#attributes.has(name)) this.refuse(`one attribute ${quote(name)}`, "a second one");
      this.#attributes.set(name, attribute);
    }
  }

  refuse(expected: string, found: string, remedy: string = UNSUPPORTED): never {
    return this.#refuse(this.where, expected, found, remedy);
  }

  has(name: string): boolean {
    return this.#attributes.has(name);
  }

  int(name: string, fallback: number): number {
    const value = this.#read(name, "i", "an integer");
    if (value === undefined) return fallback;
    if (!Number.isSafeInteger(value)) this.refuse(`attribute ${name} below 2^53`, `${value}`);
    return value;
  }

  ints(name: string): readonly number[] | undefined {
    return this.#list(name, "ints");
  }

  floats(name: string): readonly number[] | undefined {
    return this.#list(name, "floats");
  }

  /**
   * The shortest decimal that rounds to the file's float32: exporters write a float32 for 1e-5, and the framework
   * computed with 1e-5.
   */
  float(name: string, fallback: number): number {
    const value = this.#read(name, "f", "a number");
    if (value === undefined) return fallback;
    if (!Number.isFinite(value)) this.refuse(`a finite attribute ${name}`, `${value}`);
    for (let digits = 1; digits < 9; digits++) {
      const short = Number(value.toPrecision(digits));
      if (Math.fround(short) === value) return short;
    }
    return value;
  }

  text(name: string, fallback: string): string {
    const value = this.#read(name, "s", "a text");
    return value === undefined ? fallback : new TextDecoder().decode(value);
  }

  tensor(name: string): Constant | undefined {
    const value = this.#read(name, "t", "a tensor");
    return value === undefined ? undefined : readTensor(value, `${this.where}, ${name}`, this.#refuse, null);
  }

  /** Refuses attributes that nobody asked for: what they would change is unknown. */
  checkAttributes(): void {
    for (const name of this.#attributes.keys())
      if (!this.#asked.has(name)) this.refuse("attributes that are known", quote(name));
  }

  #read<K extends "i" | "f" | "s" | "t">(name: string, key: K, what: string): AttributeProto[K] {
    this.#asked.add(name);
    const attribute = this.#attributes.get(name);
    if (attribute === undefined) return undefined;
    const value = attribute[key];
    // proto3 leaves out zeros, so a number that is absent is 0 where nothing else is there.
    if (value !== undefined) return value;
    const other = (["i", "f", "s", "t", "g"] as const).some((k) => attribute[k] !== undefined);
    if (!other && attribute.ints.length === 0 && attribute.floats.length === 0) {
      if (key === "i" || key === "f") return 0 as AttributeProto[K];
      if (key === "s") return new Uint8Array() as AttributeProto[K];
    }
    return this.refuse(`attribute ${name} to be ${what}`, "another type");
  }

  #list(name: string, key: "ints" | "floats"): readonly number[] | undefined {
    this.#asked.add(name);
    const attribute = this.#attributes.get(name);
    if (attribute === undefined) return undefined;
    if ((["i", "f", "s", "t", "g"] as const).some((k) => attribute[k] !== undefined))
      this.refuse(`attribute ${name} to be a list of numbers`, "another type");
    return attribute[key];
  }
}
