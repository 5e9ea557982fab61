import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FormatError } from "../../src/model/errors.ts";
import { recogniseModel } from "../../src/model/families.ts";
import { readStateDict } from "../../src/model/pickle/stateDict.ts";
import * as p from "../fixtures/pickle.mjs";
import { refusal } from "./files.ts";

const folder = new URL("../fixtures/stateDicts/", import.meta.url);
const load = (file: string): Uint8Array => new Uint8Array(readFileSync(new URL(file, folder)));
interface Expected {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly values: readonly (number | string)[];
}
const expected: Record<string, Record<string, Expected>> = JSON.parse(
  new TextDecoder().decode(load("expected.json")),
);

describe("files by PyTorch hold what PyTorch says", () => {
  test.each(Object.keys(expected))("%s", (file) => {
    const tensors = readStateDict(load(file), file);
    expect([...tensors.keys()]).toEqual(Object.keys(expected[file]));
    for (const [name, { dtype, shape, values }] of Object.entries(expected[file])) {
      const tensor = tensors.get(name);
      expect(tensor).toMatchObject({ name, dtype, shape });
      // Element by element, integers of 64 bits exactly, and every floating-point type as float32.
      expect(Array.from(tensor?.data ?? [], String), name).toEqual(
        values.map((v) =>
          typeof v === "number" && dtype.includes("float") ? String(Math.fround(v)) : String(v),
        ),
      );
    }
  });
});

test("the state dict alone, under module. and in a checkpoint is the same model in both forms", () => {
  const models = ["state", "module", "wrapped", "net", "parameters"].flatMap((name) =>
    ["zip", "legacy"].map((form) => recogniseModel(readStateDict(load(`${name}-${form}.pt`), name), name)),
  );
  expect(models[0].architecture.family).toBe("mlp");
  expect(models[0].parameters.length).toBe(3 * 4 + 4 + 4 * 2 + 2);
  for (const { parameters } of models) expect(parameters).toEqual(models[0].parameters);
});

test("tensors that share a storage share memory, and contiguous ones are not copied", () => {
  const bytes = load("views-zip.pt");
  const tensors = readStateDict(bytes, "views.pt");
  const [table, tied, tail, turned] = ["table", "tied", "tail", "turned"].map(
    (name) => tensors.get(name)?.data,
  );
  expect(tied?.buffer).toBe(table?.buffer);
  expect(tail?.buffer).toBe(table?.buffer);
  expect(table?.buffer).toBe(bytes.buffer);
  expect(turned?.buffer).not.toBe(table?.buffer);
});

test("a file at an odd address is read alike", () => {
  const odd = (file: string): Uint8Array => {
    const whole = load(file);
    const shifted = new Uint8Array(whole.length + 1);
    shifted.set(whole, 1);
    return shifted.subarray(1);
  };
  for (const file of ["types-zip.pt", "types-legacy.pt", "views-legacy.pt"]) {
    expect(readStateDict(odd(file), file)).toEqual(readStateDict(load(file), file));
  }
});

const { text, int, tensor, orderedDict, pickle } = p;
const read = (value: Uint8Array, storages?: Record<string, Uint8Array>, entries?: Record<string, string>) =>
  readStateDict(p.zipFile(pickle(value), storages, entries), "net.pt");

test("the marks of PyTorch 2 beside the tensors are accepted", () => {
  const entries = { byteorder: "little", ".format_version": "1", ".storage_alignment": "64" };
  const tensors = read(orderedDict(text("w"), tensor({ tail: [p.dict()] })), undefined, {
    ...entries,
    ".data/serialization_id": "0123456789",
    version: "3\n",
  });
  expect(tensors.get("w")?.data).toEqual(Float32Array.of(1, 2, 3, 4));
});

test("tensors over bytes without a type take it from their own dtype", () => {
  const untyped = tensor({
    rebuild: "_rebuild_tensor_v3",
    type: "UntypedStorage",
    elements: 8,
    offset: 1,
    shape: [3],
    strides: [1],
    tail: [p.global("torch.uint16")],
  });
  const words = Uint16Array.of(1, 2, 65535, 4);
  const found = read(orderedDict(text("w"), untyped), { 0: new Uint8Array(words.buffer) }).get("w");
  expect(found).toEqual({ name: "w", dtype: "uint16", shape: [3], data: Uint16Array.of(2, 65535, 4) });
});

test("an OrderedDict of a list of pairs with strings of Python 2 is read", () => {
  const key = p.join("U", 1, "w");
  const pairs = p.call("collections.OrderedDict", p.list(p.list(key, tensor())));
  expect(read(pairs).get("w")?.shape).toEqual([2, 2]);
});

test("what a script keeps beside the weights is passed over", () => {
  const dict = p.dict(text("w"), tensor(), text("epoch"), int(3), text("note"), p.NONE, int(5), text("five"));
  expect([...read(dict).keys()]).toEqual(["w"]);
});

test("the file whose arguments are refused is what the recipe converts", () => {
  const message = refusal(() => readStateDict(load("arguments.pt"), "arguments.pt"));
  expect(message).toMatch(/file has global argparse\.Namespace at byte \d+\. Nothing of it was run\./);
  expect(message.split("\n")).toHaveLength(5);
  expect(message).toContain('torch.load("arguments.pt", map_location="cpu", weights_only=False)');
  expect(message).toContain('"arguments-weights.pt")\nand use arguments-weights.pt.');
});

test("a file name cannot break out of the recipe's strings", () => {
  const file = 'a"); import os; os.system("true.pt';
  const message = refusal(() => readStateDict(load("arguments.pt"), file));
  expect(message).toContain(`torch.load(${JSON.stringify(file)}, map`);
});

test.each(["types-zip.pt", "wrapped-legacy.pt", "protocol4-zip.pt"])(
  "%s with any byte changed is read or refused in words",
  (file) => {
    const bytes = load(file);
    const change = fc.tuple(fc.nat(bytes.length - 1), fc.nat(255));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), fc.boolean(), (changes, cut) => {
        const copy = bytes.slice(0, cut ? changes[0][0] : bytes.length);
        for (const [at, value] of changes) if (at < copy.length) copy[at] = value;
        try {
          readStateDict(copy, file);
        } catch (error) {
          expect(error).toBeInstanceOf(FormatError);
        }
      }),
      { numRuns: 400 },
    );
  },
);
