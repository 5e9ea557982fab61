import { describe, expect, test } from "vitest";
import { Builder } from "../../../src/autograd/builder.ts";
import { externalNames } from "../../../src/model/onnx/external.ts";
import { readOnnx } from "../../../src/model/onnx/network.ts";
import { bytes, float32, int, model, node } from "../../fixtures/onnx.mjs";
import { refusal } from "../files.ts";

/** Numbers of tensors in a file beside the model. */

const stored = (
  name: string,
  dims: readonly number[],
  entries: Readonly<Record<string, string>>,
  type = 1,
) => [
  ...dims.flatMap((n) => int(1, n)),
  ...int(2, type),
  ...bytes(8, name),
  ...Object.entries(entries).flatMap(([key, text]) => bytes(13, [...bytes(1, key), ...bytes(2, text)])),
  ...int(14, 1),
];
const gemm = (...weights: (readonly number[])[]) =>
  model({
    nodes: [node("Gemm", ["x", "w", ...(weights.length > 1 ? ["b"] : [])], ["logits"], { transB: 1 })],
    initialisers: weights,
  });
const numbers = float32([9, 1, 2, 3, 4, 5, 6, -1, -2]);
const read = (
  file: Uint8Array,
  others: Readonly<Record<string, Uint8Array>> = { "net.onnx.data": numbers },
) => readOnnx(file, "net.onnx", { scratch: new Builder(), external: new Map(Object.entries(others)) });
const weight = (entries: Readonly<Record<string, string>> = {}) =>
  stored("w", [2, 3], { location: "net.onnx.data", offset: "4", length: "24", ...entries });

test("tensors are parts of a file that was given with the model", () => {
  const file = gemm(weight(), stored("b", [2], { location: "net.onnx.data", offset: "28" }));
  expect(externalNames(file, "net.onnx")).toEqual(["net.onnx.data"]);
  expect(read(file).parameters).toEqual(Float32Array.of(1, 2, 3, 4, 5, 6, -1, -2));
  // The same where the bytes of the other file do not begin at a multiple of four.
  const shifted = new Uint8Array(numbers.length + 1);
  shifted.set(numbers, 1);
  expect(read(file, { "net.onnx.data": shifted.subarray(1) }).parameters).toEqual(read(file).parameters);
});

const again =
  "Put all into one file: onnx.save(onnx.load('m.onnx'), 'one.onnx'), or export with external_data=False.";

describe("what does not fit is refused by name", () => {
  test.each<[string, Uint8Array, Record<string, Uint8Array>, string]>([
    [
      "another file",
      gemm(weight()),
      { "other.data": numbers },
      `initialiser "w": expected a file "net.onnx.data" with its numbers beside the model, file has only "other.data". Drop "net.onnx.data" together with the model. ${again}`,
    ],
    [
      "a file that is too short",
      gemm(weight({ offset: "16" })),
      { "net.onnx.data": numbers },
      `initialiser "w": expected 24 bytes from byte 16 of "net.onnx.data", file has 36 bytes in all. Take model and data from the same export.`,
    ],
    [
      "a length that is not the shape's",
      gemm(weight({ length: "20" })),
      { "net.onnx.data": numbers },
      `initialiser "w": expected a length of 24 bytes for its type and shape, file has 20. ${again}`,
    ],
    [
      "an offset that is no number",
      gemm(weight({ offset: "-4" })),
      { "net.onnx.data": numbers },
      `initialiser "w": expected a whole number of bytes for its offset, file has "-4". ${again}`,
    ],
    [
      "an offset beyond all files",
      gemm(weight({ offset: "9999999999999999" })),
      { "net.onnx.data": numbers },
      `initialiser "w": expected a whole number of bytes for its offset, file has "9999999999999999". ${again}`,
    ],
    [
      "parts that are read twice",
      gemm(
        weight(),
        stored("b", [2], { location: "net.onnx.data", offset: "4" }),
        stored("c", [3], { location: "net.onnx.data" }),
      ),
      { "net.onnx.data": numbers },
      `initialiser "c": expected parts of "net.onnx.data" that do not overlap, file has more bytes than it has. ${again}`,
    ],
  ])("%s", (_title, file, others, text) => {
    expect(refusal(() => read(file, others))).toBe(`net.onnx: ${text}`);
  });

  test("a path is not even looked for", () => {
    const file = gemm(weight({ location: "../net.onnx.data" }));
    expect(externalNames(file, "net.onnx")).toEqual([]);
    expect(refusal(() => read(file, { "../net.onnx.data": numbers }))).toMatch(
      /expected the name of a file beside the model, file has external data in "\.\.\/net\.onnx\.data"/,
    );
  });
});
