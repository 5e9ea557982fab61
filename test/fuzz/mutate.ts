import { otherValue } from "./mutateJson.ts";
import { below, pick, type Random } from "./random.ts";

/** Seeded damage to the bytes of a file: what disks, networks and attackers do to it. */

type Mutation = (bytes: Uint8Array, random: Random, donor: Uint8Array) => Uint8Array;

const joined = (...parts: readonly Uint8Array[]): Uint8Array => {
  const out = new Uint8Array(parts.reduce((n, part) => n + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
};

/** A part of a file, more often short than long. */
function range(bytes: Uint8Array, random: Random): readonly [number, number] {
  const start = below(random, bytes.length + 1);
  const length = Math.floor((bytes.length - start) * random() ** 3);
  return [start, start + length];
}

const text = new TextEncoder();

/** Lengths and counts that overflow, wrap, or ask for memory. */
const LENGTHS = [
  0,
  1,
  2,
  0x7f,
  0x80,
  0xff,
  0x7fff,
  0xffff,
  0x7fffffff,
  0x80000000,
  0xffffffff,
  2 ** 40,
  2 ** 53,
];

/** Numbers as text. */
const NUMERALS = [
  ...["0", "-1", "1", "2", "1.5", "1e9", "1e308", "1e999", "-0", "4294967296", "9007199254740993"],
  ...["99999999999999999999999999", "0x10", "NaN", "2147483647", "536870912", "00", ""],
];

/** Pieces of JSON, of Python literals and of names that mean something to the one who stores them. */
const WORDS = [
  ...[
    "null",
    "true",
    "[]",
    "{}",
    '""',
    "[[[[[[[[[[[[[[[[",
    '{"a":',
    "}",
    "]",
    ",",
    ":",
    '"',
    "\\",
    "\\u0000",
    "\\ud800",
  ],
  ...[
    "__proto__",
    "constructor",
    "toString",
    "hasOwnProperty",
    "length",
    "../",
    "/etc/passwd",
    "http://a/",
    "\0",
  ],
  ...[
    "\n",
    "\r\n",
    "\t",
    "\ufeff",
    "\u202e",
    "a".repeat(600),
    "(?=a+)+$",
    "()",
    "(1,)",
    "True",
    "<f4",
    "|O",
    ">i8",
  ],
];

/** Starts of runs of ASCII digits. */
function numerals(bytes: Uint8Array): number[] {
  const isDigit = (byte: number): boolean => byte >= 0x30 && byte <= 0x39;
  const starts: number[] = [];
  for (let i = 0; i < bytes.length && starts.length < 4096; i++)
    if (isDigit(bytes[i]) && !(i > 0 && isDigit(bytes[i - 1]))) starts.push(i);
  return starts;
}

const MUTATIONS: readonly Mutation[] = [
  /** A few bits. */
  (bytes, random) => {
    const out = bytes.slice();
    for (let k = below(random, 8); k >= 0; k--) out[below(random, out.length)] ^= 1 << below(random, 8);
    return out;
  },
  /** A few bytes. */
  (bytes, random) => {
    const out = bytes.slice();
    for (let k = below(random, 4); k >= 0; k--)
      out[below(random, out.length)] = pick(random, [0, 1, 0x20, 0x22, 0x2c, 0x7f, 0x80, 0xfe, 0xff]);
    return out;
  },
  /** Cut short. */
  (bytes, random) => bytes.slice(0, below(random, bytes.length)),
  /** Without a block. */
  (bytes, random) => {
    const [start, end] = range(bytes, random);
    return joined(bytes.subarray(0, start), bytes.subarray(end));
  },
  /** With a block twice, at once or some times. */
  (bytes, random) => {
    const [start, end] = range(bytes, random);
    const block = bytes.subarray(start, end);
    const times = end - start < 256 ? 1 + below(random, 64) : 1;
    return joined(bytes.subarray(0, end), ...new Array<Uint8Array>(times).fill(block), bytes.subarray(end));
  },
  /** With a block of this or another file in place of its own. */
  (bytes, random, donor) => {
    const from = random() < 0.5 ? bytes : donor;
    const [start, end] = range(from, random);
    const at = below(random, bytes.length + 1);
    const kept = random() < 0.5 ? at : Math.min(bytes.length, at + end - start);
    return joined(bytes.subarray(0, at), from.subarray(start, end), bytes.subarray(kept));
  },
  /** A length of 1, 2, 4 or 8 bytes, in either order. */
  (bytes, random) => {
    const out = bytes.slice();
    const width = pick(random, [1, 2, 4, 8] as const);
    if (out.length < width) return out;
    const near = BigInt(bytes.length + below(random, 9) - 4);
    const length = random() < 0.3 ? near : BigInt(pick(random, LENGTHS));
    const at =
      random() < 0.3
        ? below(random, Math.min(64, out.length - width + 1))
        : below(random, out.length - width + 1);
    const view = new DataView(out.buffer);
    const little = random() < 0.8;
    if (width === 8) view.setBigUint64(at, BigInt.asUintN(64, length), little);
    else if (width === 4) view.setUint32(at, Number(BigInt.asUintN(32, length)), little);
    else if (width === 2) view.setUint16(at, Number(BigInt.asUintN(16, length)), little);
    else view.setUint8(at, Number(BigInt.asUintN(8, length)));
    return out;
  },
  /** Another number in text. */
  (bytes, random) => {
    const starts = numerals(bytes);
    if (starts.length === 0) return bytes.slice(0, -1);
    const start = pick(random, starts);
    let end = start;
    while (bytes[end] >= 0x30 && bytes[end] <= 0x39) end++;
    return joined(bytes.subarray(0, start), text.encode(pick(random, NUMERALS)), bytes.subarray(end));
  },
  /** A word in text, between others or over them. */
  (bytes, random) => {
    const word = text.encode(pick(random, WORDS));
    const at = below(random, bytes.length + 1);
    const kept = random() < 0.5 ? at : at + below(random, 12);
    return joined(bytes.subarray(0, at), word, bytes.subarray(Math.min(kept, bytes.length)));
  },
];

/**
 * The bytes after one to three mutations; of JSON often with another value and no other damage.
 * @param donor another file, from which blocks may come
 */
export function mutated(bytes: Uint8Array, random: Random, donor: Uint8Array): Uint8Array {
  let out = bytes[0] === 0x7b && random() < 0.5 ? otherValue(bytes, random) : bytes;
  if (out !== bytes && random() < 0.8) return out;
  for (let k = below(random, 3); k >= 0; k--)
    if (out.length > 0) out = pick(random, MUTATIONS)(out, random, donor);
  return out;
}
