import { limits } from "../limits.ts";
import type { Fail } from "./globals.ts";

/** The operands of pickle instructions, read with a check before each. */
export class PickleReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #fail: Fail;
  at: number;

  /** @param fail refuses at the instruction that is being read */
  constructor(bytes: Uint8Array, start: number, fail: Fail) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#fail = fail;
    this.at = start;
  }

  /** Moves past `count` bytes and returns where they begin. */
  #take(count: number): number {
    if (count > this.#bytes.length - this.at) {
      this.#fail(`${count} bytes more`, `${this.#bytes.length - this.at}`);
    }
    const from = this.at;
    this.at += count;
    return from;
  }

  u8 = (): number => this.#view.getUint8(this.#take(1));
  u16 = (): number => this.#view.getUint16(this.#take(2), true);
  u32 = (): number => this.#view.getUint32(this.#take(4), true);
  i32 = (): number => this.#view.getInt32(this.#take(4), true);
  u64 = (): number => Number(this.#view.getBigUint64(this.#take(8), true));
  f64 = (): number => this.#view.getFloat64(this.#take(8), false);

  bytes(length: number): Uint8Array {
    if (length > limits.pickleStringBytes) {
      this.#fail(`strings of at most ${limits.pickleStringBytes} bytes`, `one of ${length}`);
    }
    const from = this.#take(length);
    return this.#bytes.subarray(from, from + length);
  }

  string(length: number): string {
    const text = decodeText(this.bytes(length));
    return text ?? this.#fail("a string in UTF-8", "bytes that are not");
  }

  /** Python 2's `str`: text if it can be read as such. */
  oldString(length: number): string | Uint8Array {
    const bytes = this.bytes(length);
    return decodeText(bytes) ?? bytes;
  }

  /** Up to the end of the line. */
  line(): string {
    const end = this.#bytes.subarray(0, this.at + limits.nameLength + 1).indexOf(0x0a, this.at);
    if (end < 0) this.#fail(`a name of at most ${limits.nameLength} characters on a line`, "none");
    const text = this.string(end - this.at);
    this.at++;
    return text;
  }

  /** Two's complement, little-endian: a number where it is exact as one. */
  integer(length: number): number | bigint {
    if (length > limits.pickleIntegerBytes) {
      this.#fail(`integers of at most ${limits.pickleIntegerBytes} bytes`, `one of ${length}`);
    }
    const value = this.bytes(length).reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
    const signed = BigInt.asIntN(8 * length, value);
    return Number.isSafeInteger(Number(signed)) ? Number(signed) : signed;
  }
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function decodeText(bytes: Uint8Array): string | undefined {
  try {
    return utf8.decode(bytes);
  } catch {
    return undefined;
  }
}
