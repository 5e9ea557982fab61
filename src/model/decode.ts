/**
 * Bytes to numbers. Readers hand over a slice of the file that need not be aligned; what can be used in place is a
 * view, all else is copied once.
 */

export type TensorData =
  | Float32Array
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array;

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

export const isFloat = (kind: ElementKind): boolean => /^b?f/.test(kind);

/** Bytes of floating-point numbers that are not decoded. */
export interface Raw {
  readonly bytes: Uint8Array;
  readonly kind: ElementKind;
}

/** Numbers of a file: a view of it, or decoded when `data` is first read. */
export interface Numbers {
  readonly data: TensorData;
  /** Where floating-point numbers stand that cannot be used in place. */
  readonly raw?: Raw;
}

/** `about` with the numbers of its bytes. A copy of the result by spread decodes them. */
export function withNumbers<T extends object>(about: T, bytes: Uint8Array, kind: ElementKind): T & Numbers {
  const inPlace = kind === "f32" && bytes.byteOffset % elementBytes.f32 === 0;
  if (inPlace || !isFloat(kind)) return { ...about, data: decode(bytes, kind) };
  let known: TensorData | null = null;
  const numbers = {
    ...about,
    get data() {
      known ??= decode(bytes, kind);
      return known;
    },
  };
  return Object.defineProperty(numbers, "raw", { value: { bytes, kind } });
}

/** Whether `copyFloats` can copy them. */
export const areFloats = (numbers: Numbers): boolean =>
  numbers.raw !== undefined || numbers.data instanceof Float32Array;

/** Elements that are converted at once. */
const CHUNK = 2 ** 16;

/** Copies as many floating-point numbers to where they are wanted, without an array of all of them in between. */
export function copyFloats(
  numbers: { readonly data: ArrayLike<number> | TensorData; readonly raw?: Raw },
  target: Float32Array,
): void {
  if (numbers.raw === undefined) {
    target.set(numbers.data as ArrayLike<number>);
    return;
  }
  const { bytes, kind } = numbers.raw;
  if (kind === "f32") {
    new Uint8Array(target.buffer, target.byteOffset, target.byteLength).set(bytes);
    return;
  }
  const width = elementBytes[kind];
  for (let at = 0; at < target.length; at += CHUNK)
    target.set(decode(bytes.subarray(width * at, width * (at + CHUNK)), kind) as Float32Array, at);
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
