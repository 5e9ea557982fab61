import fc from "fast-check";
import { zipSync } from "fflate";
import { expect, test } from "vitest";
import { FormatError } from "../../src/model/errors.ts";
import { readNpy, writeNpy } from "../../src/model/npy.ts";
import { readNpz } from "../../src/model/npz.ts";
import { bytesOf, npyBytes, npyHeader, unaligned } from "./files.ts";

const kinds = {
  "<f4": Float32Array.of(-0.1, 3),
  "|i1": Int8Array.of(-128, 7),
  "<i2": Int16Array.of(-32768, 7),
  "<i4": Int32Array.of(-(2 ** 31), 7),
  "<i8": BigInt64Array.of(-(2n ** 63n), 7n),
  "|u1": Uint8Array.of(255, 7),
  "<u2": Uint16Array.of(65535, 7),
  "<u4": Uint32Array.of(2 ** 32 - 1, 7),
  "<u8": BigUint64Array.of(2n ** 64n - 1n, 7n),
  "|b1": Uint8Array.of(0, 1),
};

test.each(Object.entries(kinds))("%s is read, in either byte order", (descr, values) => {
  expect(readNpy(npyBytes(npyHeader(descr, [2]), bytesOf(values)), "a.npy").data).toEqual(values);
  const width = values.BYTES_PER_ELEMENT;
  const swapped = bytesOf(values);
  for (let i = 0; i < swapped.length; i += width) swapped.subarray(i, i + width).reverse();
  const big = npyBytes(npyHeader(descr.replace("<", ">"), [2]), swapped);
  expect(readNpy(big, "a.npy").data).toEqual(values);
});

test("f2 and f8 become float32", () => {
  const halves = npyBytes(npyHeader("<f2", [2]), bytesOf(Uint16Array.of(0x3c00, 0xc000)));
  expect(readNpy(halves, "a.npy").data).toEqual(Float32Array.of(1, -2));
  const doubles = npyBytes(npyHeader(">f8", [1]), bytesOf(Float64Array.of(0.1)).reverse());
  expect(readNpy(doubles, "a.npy").data).toEqual(Float32Array.of(0.1));
});

test("versions 2 and 3, scalars, double quotes and Python 2 integers are read", () => {
  for (const version of [2, 3] as const) {
    expect(readNpy(npyBytes(npyHeader("|u1", [1]), Uint8Array.of(5), version), "a.npy").data[0]).toBe(5);
  }
  expect(readNpy(npyBytes(npyHeader("<f4", []), bytesOf(Float32Array.of(2))), "a.npy").shape).toEqual([]);
  const old = `{"shape": (2L,), "fortran_order": False, "descr": "|u1"}          \n`;
  expect(readNpy(npyBytes(old, Uint8Array.of(1, 2)), "a.npy").shape).toEqual([2]);
});

test("Fortran order is turned into row-major order", () => {
  // [[1,2,3],[4,5,6]] by columns
  const bytes = npyBytes(npyHeader("|u1", [2, 3], true), Uint8Array.of(1, 4, 2, 5, 3, 6));
  expect(readNpy(bytes, "a.npy").data).toEqual(Uint8Array.of(1, 2, 3, 4, 5, 6));
});

const shapes = fc.array(fc.nat(4), { maxLength: 4 });
const ramp = (size: number): Float32Array => Float32Array.from({ length: size }, (_, i) => i - 0.5);
const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

test("Fortran order of a shape is row-major order of the reversed shape, transposed", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 }), (shape) => {
      const { data } = readNpy(
        npyBytes(npyHeader("<f4", shape, true), bytesOf(ramp(sizeOf(shape)))),
        "a.npy",
      );
      const index = shape.map(() => 0);
      for (const value of data as Float32Array) {
        // In column-major order the first index is the fastest.
        const place = index.reduceRight((sum, i, axis) => sum * shape[axis] + i, 0);
        expect(value).toBe(place - 0.5);
        for (let axis = shape.length - 1; axis >= 0 && ++index[axis] === shape[axis]; axis--) index[axis] = 0;
      }
    }),
  );
});

test("what writeNpy writes readNpy reads, and its numbers start at a multiple of 64", () => {
  fc.assert(
    fc.property(shapes, (shape) => {
      const data = ramp(sizeOf(shape));
      const bytes = writeNpy(data, shape);
      expect((bytes.length - data.byteLength) % 64).toBe(0);
      expect(readNpy(unaligned(bytes), "a.npy")).toEqual({ name: "a.npy", dtype: "<f4", shape, data });
    }),
  );
});

test("writeNpy writes what numpy 2 writes, byte for byte", () => {
  const header = "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }";
  const text = `\x93NUMPY\x01\x00\x76\x00${header.padEnd(117)}\n`;
  expect(Buffer.from(writeNpy(Float32Array.of(1, 2), [2])).toString("latin1")).toBe(
    `${text}\x00\x00\x80\x3f\x00\x00\x00\x40`,
  );
});

test("writeNpy refuses a shape that does not hold the data", () => {
  expect(() => writeNpy(new Float32Array(3), [2])).toThrow("internal: writeNpy got 3 elements for shape [2]");
});

const archive = (level: 0 | 6) =>
  zipSync(
    { "images.npy": writeNpy(ramp(24), [2, 12]), "labels.npy": writeNpy(ramp(2), [2]) },
    { level, comment: "made by a test" },
  );

test.each([0, 6] as const)("an npz of compression level %i gives its arrays by key", (level) => {
  const arrays = readNpz(archive(level), "a.npz");
  expect([...arrays.keys()]).toEqual(["images", "labels"]);
  expect(arrays.get("images")?.data).toEqual(ramp(24));
  expect(arrays.get("labels")?.shape).toEqual([2]);
});

test("an array of zeros that is small enough to do no harm may have any ratio", () => {
  const labels = new Float32Array(2 ** 20);
  const bytes = zipSync({ "labels.npy": writeNpy(labels, [labels.length]) });
  expect(bytes.length).toBeLessThan(labels.byteLength / 500);
  expect(readNpz(bytes, "a.npz").get("labels")?.data.length).toBe(labels.length);
});

test("a damaged byte gives arrays or a FormatError, never another failure", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(0 as const, 6 as const),
      fc.nat(),
      fc.nat(255),
      fc.nat(),
      (level, at, value, cut) => {
        const whole = archive(level);
        for (const bytes of [whole.slice(), whole.slice(0, cut % whole.length)]) {
          bytes[at % whole.length] = value;
          try {
            readNpz(bytes, "a.npz");
          } catch (error) {
            expect(error).toBeInstanceOf(FormatError);
          }
        }
      },
    ),
    { numRuns: 1000 },
  );
});
