import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { Builder } from "../../src/autograd/builder.ts";
import { readNpy } from "../../src/model/npy.ts";
import { readNpz } from "../../src/model/npz.ts";
import { readOnnx } from "../../src/model/onnx/network.ts";
import { readStateDict } from "../../src/model/pickle/stateDict.ts";
import { readSafetensors } from "../../src/model/safetensors.ts";
import { refusal } from "./files.ts";

const folder = new URL("../fixtures/malformed/", import.meta.url);
const expected: Record<string, string> = JSON.parse(readFileSync(new URL("expected.json", folder), "utf8"));
const readers: Record<string, (bytes: Uint8Array, file: string) => unknown> = {
  safetensors: readSafetensors,
  npy: readNpy,
  npz: readNpz,
  pt: readStateDict,
  onnx: (bytes, file) => readOnnx(bytes, file, { scratch: new Builder() }),
};

function read(file: string): unknown {
  const bytes = new Uint8Array(readFileSync(new URL(file, folder)));
  return readers[file.slice(file.lastIndexOf(".") + 1)](bytes, file);
}

describe("every malformed file is refused in its own words within 2 s", () => {
  test.each(Object.keys(expected))("%s", (file) => {
    const before = performance.now();
    expect(refusal(() => read(file))).toBe(expected[file]);
    expect(performance.now() - before).toBeLessThan(2000);
  });
});

test("the corpus has every file it expects and no other", () => {
  const files = readdirSync(folder).filter((f) => /\.(safetensors|np[yz]|onnx|pt)$/.test(f));
  expect(files.sort()).toEqual(Object.keys(expected).sort());
  for (const kind of ["safetensors", "npy", "npz", "onnx", "pt"]) {
    expect(files.filter((f) => f.endsWith(`.${kind}`)).length).toBeGreaterThanOrEqual(14);
  }
});
