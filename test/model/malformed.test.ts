import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { FormatError } from "../../src/model/errors.ts";
import { readNpy } from "../../src/model/npy.ts";
import { readNpz } from "../../src/model/npz.ts";
import { readSafetensors } from "../../src/model/safetensors.ts";

const folder = new URL("../fixtures/malformed/", import.meta.url);
const expected: Record<string, string> = JSON.parse(readFileSync(new URL("expected.json", folder), "utf8"));
const readers: Record<string, (bytes: Uint8Array, file: string) => unknown> = {
  safetensors: readSafetensors,
  npy: readNpy,
  npz: readNpz,
};

function refusal(file: string): Error {
  const bytes = new Uint8Array(readFileSync(new URL(file, folder)));
  try {
    readers[file.slice(file.lastIndexOf(".") + 1)](bytes, file);
  } catch (error) {
    return error as Error;
  }
  throw new Error(`${file} was accepted`);
}

describe("every malformed file is refused in its own words within 2 s", () => {
  test.each(Object.keys(expected))("%s", (file) => {
    const before = performance.now();
    const error = refusal(file);
    expect(error.message).toBe(expected[file]);
    expect(error).toBeInstanceOf(FormatError);
    expect(performance.now() - before).toBeLessThan(2000);
  });
});

test("the corpus has every file it expects and no other", () => {
  const files = readdirSync(folder).filter((f) => /\.(safetensors|np[yz])$/.test(f));
  expect(files.sort()).toEqual(Object.keys(expected).sort());
  for (const kind of ["safetensors", "npy", "npz"]) {
    expect(files.filter((f) => f.endsWith(`.${kind}`)).length).toBeGreaterThanOrEqual(14);
  }
});
