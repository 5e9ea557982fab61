import fc from "fast-check";
import { expect, test } from "vitest";
import { FormatError } from "../../src/model/errors.ts";
import { readSafetensors } from "../../src/model/safetensors.ts";
import { bytesOf, type RawTensor, safetensorsBytes, unaligned } from "./files.ts";

const read = (tensors: readonly RawTensor[], metadata?: Record<string, string>) =>
  readSafetensors(safetensorsBytes(tensors, metadata), "t.safetensors");
const one = (dtype: string, bytes: Uint8Array, shape: readonly number[]) =>
  read([{ name: "t", dtype, shape, bytes }]).tensors.get("t");

const kinds = {
  I64: BigInt64Array.of(-(2n ** 63n), 7n),
  I32: Int32Array.of(-(2 ** 31), 7),
  I16: Int16Array.of(-32768, 7),
  I8: Int8Array.of(-128, 7),
  U64: BigUint64Array.of(2n ** 64n - 1n, 7n),
  U32: Uint32Array.of(2 ** 32 - 1, 7),
  U16: Uint16Array.of(65535, 7),
  U8: Uint8Array.of(255, 7),
  BOOL: Uint8Array.of(0, 1),
  F32: Float32Array.of(-0.1, 1e-45),
};

test.each(Object.entries(kinds))("%s keeps its width and its values", (dtype, values) => {
  const tensor = one(dtype, bytesOf(values), [2]);
  expect(tensor?.data).toEqual(values);
  expect(tensor?.dtype).toBe(dtype);
});

test("F64, F16 and BF16 become float32", () => {
  expect(one("F64", bytesOf(Float64Array.of(0.1, -1e300)), [2])?.data).toEqual(
    Float32Array.of(0.1, Number.NEGATIVE_INFINITY),
  );
  const halves = Uint16Array.of(0x3c00, 0x7bff, 0x0001, 0x8000, 0xfc00, 0x7e00, 0x03ff, 0x3555);
  expect(one("F16", bytesOf(halves), [8])?.data).toEqual(
    Float32Array.of(1, 65504, 2 ** -24, -0, -Infinity, NaN, 1023 * 2 ** -24, 1365 * 2 ** -12),
  );
  const brains = Uint16Array.of(0x3f80, 0xc049, 0x7f80);
  expect(one("BF16", bytesOf(brains), [3])?.data).toEqual(Float32Array.of(1, -3.140625, Infinity));
});

test("scalars, empty tensors and metadata are read, and header order does not matter", () => {
  const file = read(
    [
      { name: "scalar", dtype: "F32", shape: [], bytes: bytesOf(Float32Array.of(2)) },
      { name: "none", dtype: "F32", shape: [0, 3], bytes: new Uint8Array(0) },
      { name: "last", dtype: "U8", shape: [3], bytes: Uint8Array.of(1, 2, 3) },
    ],
    { format: "pt", é: "ü" },
  );
  expect(file.metadata).toEqual(new Map(Object.entries({ format: "pt", é: "ü" })));
  expect([...file.tensors.keys()]).toEqual(["last", "none", "scalar"]);
  expect(file.tensors.get("scalar")?.data).toEqual(Float32Array.of(2));
  expect(file.tensors.get("none")?.data.length).toBe(0);
});

test("spaces may fill up the end of the header", () => {
  const text = `{"w":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}   `;
  const bytes = Uint8Array.of(text.length, 0, 0, 0, 0, 0, 0, 0, ...new TextEncoder().encode(text), 9);
  expect(readSafetensors(bytes, "t").tensors.get("w")?.data).toEqual(Uint8Array.of(9));
});

test("aligned tensors share memory with the file", () => {
  const bytes = safetensorsBytes([{ name: "w", dtype: "U8", shape: [2], bytes: Uint8Array.of(1, 2) }]);
  expect(readSafetensors(bytes, "t").tensors.get("w")?.data.buffer).toBe(bytes.buffer);
});

const tensorList = fc.uniqueArray(
  fc.record({
    name: fc.string({ unit: "binary", minLength: 1, maxLength: 12 }).filter((s) => !/\p{Surrogate}/u.test(s)),
    shape: fc.array(fc.nat(4), { maxLength: 4 }),
    seed: fc.integer(),
  }),
  { selector: (t) => t.name, maxLength: 6 },
);

test("whatever is written comes back, wherever it stands in memory", () => {
  fc.assert(
    fc.property(tensorList, (list) => {
      const raw = list
        .filter(({ name }) => name !== "__proto__" && name !== "__metadata__")
        .map(({ name, shape, seed }) => {
          const size = shape.reduce((a, b) => a * b, 1);
          const data = Float32Array.from({ length: size }, (_, i) => Math.sin(seed + i));
          return { name, dtype: "F32", shape, bytes: bytesOf(data), data };
        });
      const { tensors } = readSafetensors(unaligned(safetensorsBytes(raw)), "t");
      expect(tensors.size).toBe(raw.length);
      for (const { name, shape, data } of raw) {
        expect(tensors.get(name)).toEqual({ name, dtype: "F32", shape, data });
      }
    }),
  );
});

test("a damaged byte gives a tensor or a FormatError, never another failure", () => {
  const whole = safetensorsBytes([
    { name: "a", dtype: "F32", shape: [2, 2], bytes: new Uint8Array(16) },
    { name: "b", dtype: "I64", shape: [1], bytes: new Uint8Array(8) },
  ]);
  fc.assert(
    fc.property(fc.nat(whole.length - 1), fc.nat(255), fc.nat(whole.length), (at, value, length) => {
      for (const bytes of [whole.slice(), whole.slice(0, length)]) {
        bytes[at] = value;
        try {
          readSafetensors(bytes, "t");
        } catch (error) {
          expect(error).toBeInstanceOf(FormatError);
        }
      }
    }),
    { numRuns: 1000 },
  );
});
