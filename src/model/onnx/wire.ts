import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";
import type { Refuse } from "../errors.ts";
import { limits } from "../limits.ts";

/**
 * Protobuf by a schema: bytes to plain objects, without a copy of the bytes of weights. Stricter than the format asks,
 * because a file that two readers understand differently is a trap: a field has the wire type of its schema, a singular
 * field stands once, strings are UTF-8. Fields that the schema does not name are skipped, as the format wants.
 */

interface Kinds {
  readonly string: string;
  /** A view of the file. */
  readonly bytes: Uint8Array;
  /** 64-bit integers as doubles: exact to 2^53, and beyond it such as "to the end" in a slice. */
  readonly int: number;
  readonly float: number;
  readonly double: number;
}
type Kind = keyof Kinds;

interface Field<T, Many extends boolean> {
  readonly number: number;
  readonly type: Kind | Message<T>;
  readonly many: Many;
}
// biome-ignore lint/suspicious/noExplicitAny: any field, whatever its type.
type AnyField = Field<any, boolean>;
type ValueOf<F> =
  F extends Field<infer T, infer Many> ? (Many extends true ? readonly T[] : T | undefined) : never;
type Fields = Readonly<Record<string, AnyField>>;

export interface Message<T> {
  readonly name: string;
  readonly fields: Fields;
  /** Carries the type only. */
  readonly of?: T;
}
export type Decoded<M> = M extends Message<infer T> ? T : never;

export const message = <F extends Fields>(
  name: string,
  fields: F,
): Message<{ readonly [K in keyof F]: ValueOf<F[K]> }> => ({ name, fields });

type TypeOf<K> = K extends Kind ? Kinds[K] : K extends Message<infer T> ? T : never;
// biome-ignore lint/suspicious/noExplicitAny: any message, whatever its type.
type FieldType = Kind | Message<any>;
export const one = <K extends FieldType>(number: number, type: K): Field<TypeOf<K>, false> => ({
  number,
  type: type as Field<TypeOf<K>, false>["type"],
  many: false,
});
export const many = <K extends FieldType>(number: number, type: K): Field<TypeOf<K>, true> => ({
  number,
  type: type as Field<TypeOf<K>, true>["type"],
  many: true,
});

const WIRE: Readonly<Record<Kind, WireType>> = {
  string: WireType.LengthDelimited,
  bytes: WireType.LengthDelimited,
  int: WireType.Varint,
  float: WireType.Bit32,
  double: WireType.Bit64,
};
const WIRE_NAMES: Readonly<Record<number, string>> = {
  0: "a varint",
  1: "8 bytes",
  2: "a length and bytes",
  3: "a group",
  4: "the end of a group",
  5: "4 bytes",
};

/** Decodes `bytes`. Throws the refusal's FormatError, which names byte and field. */
export function decodeMessage<T>(bytes: Uint8Array, schema: Message<T>, refuse: Refuse): T {
  return new Decoder(bytes.byteOffset, refuse).message(bytes, schema, schema.name) as T;
}

class Decoder {
  readonly #start: number;
  readonly #refuse: Refuse;
  readonly #text = new TextDecoder("utf-8", { fatal: true });

  constructor(start: number, refuse: Refuse) {
    this.#start = start;
    this.#refuse = refuse;
  }

  message(bytes: Uint8Array, { fields }: Message<unknown>, path: string): unknown {
    const byNumber = new Map(Object.entries(fields).map(([name, field]) => [field.number, { name, field }]));
    const found: Record<string, unknown> = {};
    for (const [name, field] of Object.entries(fields)) found[name] = field.many ? [] : undefined;
    const reader = new BinaryReader(bytes);
    while (reader.pos < reader.len) {
      const at = bytes.byteOffset - this.#start + reader.pos;
      const [number, wire] = this.#guard(at, path, () => reader.tag());
      const known = byNumber.get(number);
      if (known === undefined) {
        this.#skip(reader, number, wire, at, path);
        continue;
      }
      const { name, field } = known;
      const where = `${path}.${name}`;
      if (!field.many) {
        if (found[name] !== undefined)
          this.#refuse(`byte ${at}, ${where}`, "one value", "a second one", DAMAGED);
        found[name] = this.#value(reader, wire, field.type, at, where);
        continue;
      }
      const list = found[name] as unknown[];
      if (wire === WireType.LengthDelimited && isNumeric(field.type))
        this.#packed(reader, field.type, list, at, where);
      else list.push(this.#value(reader, wire, field.type, at, where));
      if (typeof field.type !== "string" && list.length > limits.onnxEntries)
        this.#refuse(where, `at most ${limits.onnxEntries}`, "more", "Use a smaller model");
    }
    return found;
  }

  #value(reader: BinaryReader, wire: WireType, type: AnyField["type"], at: number, where: string): unknown {
    const wanted = typeof type === "string" ? WIRE[type] : WireType.LengthDelimited;
    if (wire !== wanted)
      this.#refuse(
        `byte ${at}, ${where}`,
        WIRE_NAMES[wanted],
        WIRE_NAMES[wire] ?? `wire type ${wire}`,
        DAMAGED,
      );
    if (typeof type !== "string")
      return this.message(
        this.#guard(at, where, () => reader.bytes()),
        type,
        where,
      );
    return this.#guard(at, where, () => this.#scalar(reader, type));
  }

  #scalar(reader: BinaryReader, kind: Kind): unknown {
    switch (kind) {
      case "string":
        return this.#text.decode(reader.bytes());
      case "bytes":
        return reader.bytes();
      case "int":
        return Number(reader.int64());
      case "float":
        return reader.float();
      case "double":
        return reader.double();
    }
  }

  #packed(reader: BinaryReader, kind: Kind, list: unknown[], at: number, where: string): void {
    const bytes = this.#guard(at, where, () => reader.bytes());
    const inner = new BinaryReader(bytes);
    this.#guard(at, where, () => {
      while (inner.pos < inner.len) list.push(this.#scalar(inner, kind));
    });
  }

  #skip(reader: BinaryReader, number: number, wire: WireType, at: number, path: string): void {
    if (wire === WireType.StartGroup || wire === WireType.EndGroup)
      this.#refuse(`byte ${at}, ${path}`, "a field", `${WIRE_NAMES[wire]}, field ${number}`, DAMAGED);
    this.#guard(at, path, () => reader.skip(wire, number));
  }

  /** Turns what the wire reader throws at broken bytes into a refusal. */
  #guard<T>(at: number, where: string, read: () => T): T {
    try {
      return read();
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return this.#refuse(`byte ${at}, ${where}`, "a whole protobuf field", reasonOf(reason), DAMAGED);
    }
  }
}

const isNumeric = (type: AnyField["type"]): type is Kind =>
  type === "int" || type === "float" || type === "double";

const DAMAGED = "The file is damaged or cut short: export or download it again";

/** The library's and the platform's words for broken bytes, as ours. */
function reasonOf(text: string): string {
  if (/premature EOF/i.test(text)) return "too few bytes";
  if (/varint/i.test(text)) return "a varint of more than 10 bytes";
  if (/utf-?8|encoded data/i.test(text)) return "text that is not UTF-8";
  if (/illegal tag|field no|wire type/i.test(text)) return "no valid field number and wire type";
  return text;
}
