import type { TensorData } from "./tensor.ts";

/**
 * Bytes to numbers. Readers hand over a slice of the file that need not be aligned; what can be used in place is a
 * view, all else is copied once.
 */

export type ElementKind =
  | "f16"
  | "bf16"
  | "f32"
  | "f64"
  | "i8"
  | "i16"
  | "i32"
  | "i64"
  | "u8"
  | "u16"
  | "u32"
  | "u64"
  | "bool";

/** Bytes per element. */
export const elementBytes: Readonly<Record<ElementKind, number>> = {
  f16: 2,
  bf16: 2,
  f32: 4,
  f64: 8,
  i8: 1,
  i16: 2,
  i32: 4,
  i64: 8,
  u8: 1,
  u16: 2,
  u32: 4,
  u64: 8,
  bool: 1,
};

/**
 * Little-endian bytes of `kind` to numbers; floating-point kinds become float32. The length must be a multiple of
 * the element size. The result may share memory with `bytes`.
 */
export function decode(bytes: Uint8Array, kind: ElementKind): TensorData {
  const width = elementBytes[kind];
  // Typed arrays refuse an unaligned start; a copy starts at 0. (Not `slice`: on Node's Buffer that is a view.)
  const aligned = bytes.byteOffset % width === 0 ? bytes : new Uint8Array(bytes);
  const at = [aligned.buffer, aligned.byteOffset, aligned.byteLength / width] as const;
  switch (kind) {
    case "f32":
      return new Float32Array(...at);
    case "f64":
      return Float32Array.from(new Float64Array(...at));
    case "f16":
      return widen(new Uint16Array(...at), halfBits);
    case "bf16":
      return widen(new Uint16Array(...at), (h) => h << 16);
    case "i8":
      return new Int8Array(...at);
    case "i16":
      return new Int16Array(...at);
    case "i32":
      return new Int32Array(...at);
    case "i64":
      return new BigInt64Array(...at);
    case "u16":
      return new Uint16Array(...at);
    case "u32":
      return new Uint32Array(...at);
    case "u64":
      return new BigUint64Array(...at);
    case "u8":
    case "bool":
      return new Uint8Array(...at);
  }
}

/** Reverses the bytes of every element of `width` bytes, into a new array: big-endian to little-endian. */
export function swapBytes(bytes: Uint8Array, width: number): Uint8Array {
  const out = new Uint8Array(bytes.length);
  for (let i = 0; i < bytes.length; i += width) {
    for (let j = 0; j < width; j++) out[i + j] = bytes[i + width - 1 - j];
  }
  return out;
}

function widen(halves: Uint16Array, bits: (half: number) => number): Float32Array {
  const out = new Uint32Array(halves.length);
  for (let i = 0; i < halves.length; i++) out[i] = bits(halves[i]);
  return new Float32Array(out.buffer);
}

/** Bits of the float32 that equals an IEEE 754 binary16: exact, subnormals, infinities and NaN payloads included. */
function halfBits(half: number): number {
  const sign = (half & 0x8000) << 16;
  const exponent = (half >> 10) & 0x1f;
  let mantissa = half & 0x3ff;
  if (exponent === 0x1f) return sign | 0x7f800000 | (mantissa << 13);
  if (exponent > 0) return sign | ((exponent + 112) << 23) | (mantissa << 13);
  if (mantissa === 0) return sign;
  // Subnormal: shift the leading one into the hidden place, paying with the exponent.
  let shifted = 113;
  while ((mantissa & 0x400) === 0) {
    mantissa <<= 1;
    shifted--;
  }
  return sign | (shifted << 23) | ((mantissa & 0x3ff) << 13);
}
