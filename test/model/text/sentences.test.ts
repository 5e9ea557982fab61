import { describe, expect, it } from "vitest";
import { openTokenizer, readText, type TextOptions } from "../../../src/model/text/index.ts";
import { refusal } from "../files.ts";
import { bytes, vocabulary } from "./tokenizers.ts";

const WORDS = ["good", "bad", "a", "b", ",", '"', "-"];
const tokenizer = openTokenizer([vocabulary(...WORDS)]);

/** The samples as words, pairs with a bar between, and their labels. */
function read(file: string, text: string, changes: Partial<TextOptions> = {}) {
  const options = { file, tokenizer, columns: {}, label2id: null, positions: 32, ...changes };
  const { arrays, classNames, warnings } = readText(bytes(text), options);
  const data = (name: string) => [...(arrays.get(name)?.data ?? [])].map(Number);
  const [, width = 0] = arrays.get("input_ids")?.shape ?? [];
  const [ids, mask, labels] = ["input_ids", "attention_mask", "labels"].map(data);
  const samples = labels.map((_, n) => {
    const own = ids.slice(n * width, (n + 1) * width).filter((_, i) => mask[n * width + i] === 1);
    const words = own.slice(1, -1).map((id) => (id === 3 ? "|" : (WORDS[id - 5] ?? "?")));
    return words.join(" ");
  });
  return { samples, labels, classNames, warnings: warnings.slice(1), arrays };
}

describe("text files", () => {
  it.each([
    ["a TSV with a header", "x.tsv", "sentence\tlabel\ngood a\t1\nbad\t0\n"],
    [
      "a TSV with CRLF, a BOM and other columns",
      "x.tsv",
      "\ufeffidx\tlabel\tsentence\r\n0\t1\tgood a\r\n1\t0\tbad\r\n",
    ],
    ["a TSV without a header", "x.tsv", "good a\t1\nbad\t0"],
    ["a CSV without a header, the labels first", "x.csv", "1,good a\n0,bad\n"],
    ["a CSV with quotes", "x.csv", 'Label,Text\n"1","good a"\n0,bad\n'],
    ["JSON Lines", "x.jsonl", '{"label":1,"text":"good a"}\n\n{"text":"bad","label":0}\n'],
    [
      "JSON Lines with labels as text",
      "x.ndjson",
      '{"label":"1","sentence":"good a"}\n{"label":"0","sentence":"bad"}',
    ],
  ])("%s", (_, file, text) => {
    const { samples, labels, warnings } = read(file, text);
    expect({ samples, labels, warnings }).toEqual({
      samples: ["good a", "bad"],
      labels: [1, 0],
      warnings: [],
    });
  });

  it("keep commas, line breaks and doubled quotes of quoted CSV cells", () => {
    const { samples } = read("x.csv", 'text,label\n"good, a\nb ""bad""",1\n"",0\nb,1\n');
    expect(samples).toEqual(['good , a b " bad "', "", "b"]);
  });

  it("take quotes in TSV as they are", () => {
    expect(read("x.tsv", 'sentence\tlabel\n"good" a\t1\n').samples).toEqual(['" good " a']);
  });

  it.each([
    ["sentence1", "sentence2"],
    ["premise", "hypothesis"],
  ])("pair the columns %s and %s", (first, second) => {
    const { samples, arrays } = read("x.tsv", `${first}\t${second}\tlabel\ngood\tbad a\t1\nb\tb\t0\n`);
    expect(samples).toEqual(["good | bad a", "b | b"]);
    expect([...(arrays.get("token_type_ids")?.data ?? [])]).toEqual([0, 0, 0, 1, 1, 1, 0, 0, 0, 1, 1, 0]);
  });

  it("take the columns that are asked for, by name or number", () => {
    const cola = "a\t1\t\tgood a\nb\t0\t*\tbad\n";
    const byNumber = read("x.tsv", cola, { columns: { text: ["4"], label: "2" } });
    expect([byNumber.samples, byNumber.labels]).toEqual([
      ["good a", "bad"],
      [1, 0],
    ]);
    const named = read("x.csv", "Quality,#1,#2\n1,good,bad\n", {
      columns: { text: ["#1", "#2"], label: "Quality" },
    });
    expect([named.samples, named.labels]).toEqual([["good | bad"], [1]]);
  });

  it("number class names by label2id, or in sorted order with a warning", () => {
    const text = "sentence\tlabel\ngood\tpraise\nbad\tblame\n";
    expect(read("x.tsv", text, { label2id: { praise: 0, blame: 1 } }).labels).toEqual([0, 1]);
    const sorted = read("x.tsv", text, { label2id: { LABEL_0: 0, LABEL_1: 1 } });
    expect([sorted.labels, sorted.classNames]).toEqual([
      [1, 0],
      ["blame", "praise"],
    ]);
    expect(sorted.warnings).toEqual([
      'config.json does not name the classes: they are numbered in sorted order ("blame" is 0, "praise" is 1).',
    ]);
    const stars = read("x.tsv", "sentence\tlabel\ngood\t5\n", { label2id: { 1: 0, 5: 4 } });
    expect([stars.labels, stars.classNames]).toEqual([[4], null]);
  });

  it("say how many texts were cut", () => {
    const { samples, warnings } = read("x.tsv", "good a b a\t1\nbad\t0\n", { positions: 4 });
    expect(samples).toEqual(["good a", "bad"]);
    expect(warnings).toEqual([
      "1 of 2 texts are longer than the model's 4 positions: their ends are cut off.",
    ]);
  });
});

describe("text files that do not fit are refused with their line", () => {
  const usual = "Write one sentence with its label a line, as docs/file-formats.md describes.";
  it.each([
    [
      "x.tsv",
      "sentence\tlabel\na\t1\nb\n",
      "line 3: expected 2 cells as in line 1, file has 1. Separate the cells by single tabs.",
    ],
    [
      "x.csv",
      "sentence,label\na, b,1\n",
      "line 2: expected 2 cells as in line 1, file has 3. Put cells that hold commas in double quotes.",
    ],
    [
      "x.tsv",
      "a\tb\n",
      "columns: expected sentence, text, or sentence1 and sentence2, file has 2 columns without names. Name the columns in the first line, or choose them.",
    ],
    [
      "x.csv",
      "sentence,class\na,1\n",
      'columns: expected label, file has "sentence", "class". Name the columns in the first line, or choose them.',
    ],
    [
      "x.jsonl",
      '{"text":"a","label":1}\n{"label":0}\n',
      `line 2: text: expected a text or a number, file has none. ${usual}`,
    ],
    [
      "x.jsonl",
      '{"text":"a","label":1}\n{"text":"a","label":null}\n',
      `line 2: label: expected a text or a number, file has none. ${usual}`,
    ],
    [
      "x.tsv",
      "sentence\tlabel\na\t1\nb\tgood\n",
      `line 3: label: expected a whole number as in line 2, file has "good". ${usual}`,
    ],
  ])("%s %j", (file, text, message) => {
    expect(refusal(() => read(file, text))).toBe(`${file}: ${message}`);
  });

  it("a class that config.json does not have", () => {
    const label2id = { negative: 0, positive: 1 };
    expect(refusal(() => read("x.tsv", "sentence\tlabel\na\tnegative\nb\tmixed\n", { label2id }))).toBe(
      'x.tsv: line 3: label: expected "negative" or "positive", file has "mixed". These classes are config.json\'s label2id.',
    );
  });

  it("a column that was asked for", () => {
    expect(refusal(() => read("x.tsv", "sentence\tlabel\na\t1\n", { columns: { label: "score" } }))).toBe(
      'x.tsv: columns: expected "score", file has "sentence", "label". Choose the columns by their names or numbers.',
    );
  });
});
