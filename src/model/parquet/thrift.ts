/**
 * Thrift's compact protocol, as far as Parquet writes it: structs, lists, strings, integers.
 * https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
 *
 * Every length is held against the bytes that are there before anything is made of it.
 */

import type { Refuse } from "../errors.ts";

export type Value = boolean | number | Uint8Array | readonly Value[] | Struct;
/** Fields by their number. */
export type Struct = ReadonlyMap<number, Value>;

/** Numbers of the types in the protocol. */
export const TYPE = {
  true: 1,
  false: 2,
  byte: 3,
  i16: 4,
  i32: 5,
  i64: 6,
  double: 7,
  binary: 8,
  list: 9,
  struct: 12,
};

/** Parquet's own structures nest 7 deep. */
const DEPTH = 16;

/**
 * The struct that starts at byte `at`, and where it ends. Integers are doubles: exact to 2^53.
 * @param where for messages
 * @throws FormatError
 */
export function readStruct(
  bytes: Uint8Array,
  at: number,
  where: string,
  refuse: Refuse,
): { readonly value: Struct; readonly end: number } {
  let position = at;
  const value = struct(0);
  return { value, end: position };

  function byte(): number {
    if (position >= bytes.length) refuse(where, "more bytes", `an end at byte ${position}`);
    return bytes[position++];
  }

  function varint(): bigint {
    let result = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const next = byte();
      result |= BigInt(next & 0x7f) << shift;
      if (next < 0x80) return result;
    }
    return refuse(where, "integers of at most 10 bytes", `a longer one before byte ${position}`);
  }

  function integer(): number {
    const zigzag = varint();
    return Number((zigzag >> 1n) ^ -(zigzag & 1n));
  }

  /** Of a string or a list: at least `width` bytes an element must follow. */
  function length(): number {
    const claimed = Number(varint());
    if (claimed > bytes.length - position) {
      refuse(where, `at most the ${bytes.length - position} bytes that are left`, `a length of ${claimed}`);
    }
    return claimed;
  }

  function struct(depth: number): Struct {
    if (depth > DEPTH) refuse(where, `at most ${DEPTH} levels`, `one more at byte ${position}`);
    const fields = new Map<number, Value>();
    let id = 0;
    for (;;) {
      const head = byte();
      const type = head & 15;
      if (type === 0) return fields;
      id = head >> 4 === 0 ? integer() : id + (head >> 4);
      if (fields.has(id)) refuse(where, "each field once", `field ${id} twice`);
      fields.set(id, element(type, depth, false));
    }
  }

  function element(type: number, depth: number, inList: boolean): Value {
    switch (type) {
      case TYPE.true:
      case TYPE.false:
        // In a struct the type is the value; in a list each has a byte.
        return inList ? byte() === 1 : type === TYPE.true;
      case TYPE.byte:
        return (byte() << 24) >> 24;
      case TYPE.i16:
      case TYPE.i32:
      case TYPE.i64:
        return integer();
      case TYPE.double: {
        if (bytes.length - position < 8) refuse(where, "8 bytes of a double", `${bytes.length - position}`);
        position += 8;
        return new DataView(bytes.buffer, bytes.byteOffset + position - 8, 8).getFloat64(0, true);
      }
      case TYPE.binary: {
        const size = length();
        position += size;
        return bytes.subarray(position - size, position);
      }
      case TYPE.list: {
        if (depth > DEPTH) refuse(where, `at most ${DEPTH} levels`, `one more at byte ${position}`);
        const head = byte();
        if (head >> 4 === 15) return elements(head & 15, length(), depth + 1);
        return elements(head & 15, head >> 4, depth + 1);
      }
      case TYPE.struct:
        return struct(depth + 1);
      default:
        return refuse(where, "types that Parquet uses", `type ${type} before byte ${position}`);
    }
  }

  /** One after the other: an element takes a byte at least, so a list is never longer than its bytes. */
  function elements(type: number, count: number, depth: number): readonly Value[] {
    const list: Value[] = [];
    for (let i = 0; i < count; i++) list.push(element(type, depth, true));
    return list;
  }
}

/** What is read of a struct: each returns undefined for a field that is absent, and refuses one of another type. */
export const fieldsOf = (struct: Struct, where: string, refuse: Refuse) => {
  const typed =
    <T extends Value>(is: (value: Value) => value is T, kind: string) =>
    (id: number): T | undefined => {
      const value = struct.get(id);
      if (value === undefined || is(value)) return value;
      return refuse(where, `${kind} in field ${id}`, "something else");
    };
  return {
    integer: typed((value): value is number => Number.isSafeInteger(value), "an integer"),
    binary: typed((value): value is Uint8Array => value instanceof Uint8Array, "a string"),
    list: typed((value): value is readonly Value[] => Array.isArray(value), "a list"),
    struct: typed((value): value is Struct => value instanceof Map, "a structure"),
    boolean: typed((value): value is boolean => typeof value === "boolean", "a boolean"),
  };
};
