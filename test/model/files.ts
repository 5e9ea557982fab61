import { FormatError } from "../../src/model/errors.ts";
import type { Tensor, TensorData } from "../../src/model/tensor.ts";

/** Bytes of well-formed files, built by the words of the formats and not by our own writers. */

export interface RawTensor {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

/** A safetensors file whose header takes the tensors in reverse, which the format allows. */
export function safetensorsBytes(
  tensors: readonly RawTensor[],
  metadata?: Record<string, string>,
): Uint8Array {
  let at = 0;
  const entries = tensors.map(({ name, dtype, shape, bytes }) => {
    const begin = at;
    at += bytes.length;
    return [name, { dtype, shape, data_offsets: [begin, at] }] as const;
  });
  const body = Object.fromEntries([...entries].reverse());
  const text = new TextEncoder().encode(
    JSON.stringify(metadata ? { __metadata__: metadata, ...body } : body),
  );
  const out = new Uint8Array(8 + text.length + at);
  new DataView(out.buffer).setBigUint64(0, BigInt(text.length), true);
  out.set(text, 8);
  at = 8 + text.length;
  for (const { bytes } of tensors) {
    out.set(bytes, at);
    at += bytes.length;
  }
  return out;
}

export function npyBytes(header: string, data: Uint8Array, version: 1 | 2 | 3 = 1): Uint8Array {
  const start = version === 1 ? 10 : 12;
  const out = new Uint8Array(start + header.length + data.length);
  out.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, version, 0]);
  if (version === 1) new DataView(out.buffer).setUint16(8, header.length, true);
  else new DataView(out.buffer).setUint32(8, header.length, true);
  out.set(new TextEncoder().encode(header), start);
  out.set(data, start + header.length);
  return out;
}

export const npyHeader = (descr: string, shape: readonly number[], fortran = false): string =>
  `{'descr': '${descr}', 'fortran_order': ${fortran ? "True" : "False"}, 'shape': (${shape.map((d) => `${d},`).join(" ")}), }\n`;

/** The memory of a typed array. */
export const bytesOf = (data: TensorData | Float64Array): Uint8Array =>
  new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice();

/** The same bytes at an odd address. */
export function unaligned(bytes: Uint8Array): Uint8Array {
  const out = new Uint8Array(bytes.length + 1);
  out.set(bytes, 1);
  return out.subarray(1);
}

/** Tensors as a reader would give them, float32. */
export const tensorsOf = (shapes: Readonly<Record<string, readonly number[]>>): Map<string, Tensor> =>
  new Map(
    Object.entries(shapes).map(([name, shape]) => {
      const data = new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(0.5);
      return [name, { name, dtype: "F32", shape, data }];
    }),
  );

/** The words in which `action` refuses; anything but a refusal fails the test. */
export function refusal(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof FormatError) return error.message;
    throw error;
  }
  throw new Error("nothing was refused");
}
