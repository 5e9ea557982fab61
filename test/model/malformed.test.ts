import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { Builder } from "../../src/autograd/builder.ts";
import { readConfig } from "../../src/model/config.ts";
import { recogniseModel } from "../../src/model/families.ts";
import { readNpy } from "../../src/model/npy.ts";
import { readNpz } from "../../src/model/npz.ts";
import { readOnnx } from "../../src/model/onnx/network.ts";
import { readStateDict } from "../../src/model/pickle/stateDict.ts";
import { readSafetensors } from "../../src/model/safetensors.ts";
import { openTokenizer, readText, readTokenizerFile } from "../../src/model/text/index.ts";
import { caseOf } from "../run/transformers.ts";
import { refusal, tensorsOf } from "./files.ts";
import { vocabulary } from "./text/tokenizers.ts";

const folder = new URL("../fixtures/malformed/", import.meta.url);
const expected: Record<string, string> = JSON.parse(readFileSync(new URL("expected.json", folder), "utf8"));
const readTokenizer = (bytes: Uint8Array, name: string) => readTokenizerFile([{ name, bytes }]);
const readSentences = (bytes: Uint8Array, file: string) =>
  readText(bytes, {
    file,
    tokenizer: openTokenizer([vocabulary("a")]),
    columns: {},
    label2id: null,
    positions: 16,
  });
/** Beside the weights that configCases.mjs names. */
function readBesideWeights(bytes: Uint8Array, file: string): unknown {
  const { parameters } = caseOf(file.startsWith("roberta") ? "roberta classifier" : "bert classifier");
  const config = readConfig(bytes, file);
  return recogniseModel(tensorsOf(Object.fromEntries(parameters)), "model.safetensors", { config });
}
/** By what follows the first dot. */
const readers: Record<string, (bytes: Uint8Array, file: string) => unknown> = {
  safetensors: readSafetensors,
  npy: readNpy,
  npz: readNpz,
  pt: readStateDict,
  "config.json": readBesideWeights,
  onnx: (bytes, file) => readOnnx(bytes, file, { scratch: new Builder() }),
  "tokenizer.json": readTokenizer,
  "vocab.txt": readTokenizer,
  csv: readSentences,
  tsv: readSentences,
  jsonl: readSentences,
};

function read(file: string): unknown {
  const bytes = new Uint8Array(readFileSync(new URL(file, folder)));
  return readers[file.slice(file.indexOf(".") + 1)](bytes, file);
}

describe("every malformed file is refused in its own words within 2 s", () => {
  test.each(Object.keys(expected))("%s", (file) => {
    const before = performance.now();
    expect(refusal(() => read(file))).toBe(expected[file]);
    expect(performance.now() - before).toBeLessThan(2000);
  });
});

test("the corpus has every file it expects and no other", () => {
  const files = readdirSync(folder).filter((f) => f.slice(f.indexOf(".") + 1) in readers);
  expect(files.sort()).toEqual(Object.keys(expected).sort());
  for (const kind of ["safetensors", "npy", "npz", "onnx", "pt", "config.json", "tokenizer.json"]) {
    expect(files.filter((f) => f.endsWith(`.${kind}`)).length).toBeGreaterThanOrEqual(14);
  }
});
