import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { readNpz } from "../../../src/model/npz.ts";
import { openTokenizer, readText, type SentenceTokenizer } from "../../../src/model/text/index.ts";
import { wordPieceSplitter } from "../../../src/model/text/wordPiece.ts";
import { byteLevel, bytes, vocabulary } from "./tokenizers.ts";

/** Tokens of a text by the words of a vocabulary. */
function tokensOf(tokenizer: SentenceTokenizer, tokens: readonly string[], text: string, most = 512): string {
  return tokenizer
    .encode(text, null, most)
    .numbers.map((number) => tokens[number])
    .join(" ");
}

/** BERT's tokenizer over these tokens, and how it splits a text. */
function wordPieces(...tokens: readonly string[]): (text: string) => string {
  const file = vocabulary(...tokens);
  const names = new TextDecoder().decode(file.bytes).split("\n");
  const tokenizer = openTokenizer([file]);
  return (text) => tokensOf(tokenizer, names, text);
}

describe("WordPiece from vocab.txt", () => {
  it("lowers case, drops accents and splits at punctuation", () => {
    const split = wordPieces("cafe", "the", "in", "'", "s", "?", "!");
    expect(split("The CAFÉ's in,\tthe\u00a0café?!")).toBe("[CLS] the cafe ' s in [UNK] the cafe ? ! [SEP]");
  });

  it("takes the longest piece first, and no part of a word that does not end", () => {
    const split = wordPieces("un", "una", "##aff", "##able", "##ffable", "##a", "play", "##ing");
    expect(split("unaffable playing")).toBe("[CLS] una ##ffable play ##ing [SEP]");
    expect(split("unaffablex plays")).toBe("[CLS] [UNK] [UNK] [SEP]");
  });

  it("makes each ideograph a word, those beyond U+FFFF too", () => {
    const split = wordPieces("世", "界", "好", "\u{20000}", "\u{2a6d6}", "ab");
    expect(split("世界ab好")).toBe("[CLS] 世 界 ab 好 [SEP]");
    expect(split("ab\u{20000}\u{2a6d6}ab")).toBe("[CLS] ab \u{20000} \u{2a6d6} ab [SEP]");
  });

  it("drops control characters and keeps words of 100 characters, not of 101", () => {
    const split = wordPieces("a", "##a", "ab");
    expect(split("a\u0000b\u200d a\u0007b")).toBe("[CLS] ab ab [SEP]");
    expect(split("a".repeat(100)).split(" ").length).toBe(102);
    expect(split("a".repeat(101))).toBe("[CLS] [UNK] [SEP]");
  });

  it("looks at no piece of a long word that is longer than all tokens", () => {
    let looked = 0;
    const vocabulary = new Map(["q", "##q", "##qqq", "qz"].map((token, i) => [token, i]));
    vocabulary.has = (token) => {
      looked++;
      return Map.prototype.has.call(vocabulary, token);
    };
    const split = wordPieceSplitter({ vocabulary, prefix: "##", unknown: "[UNK]", longest: 100 });
    expect(split(["q".repeat(99), `${"q".repeat(98)}z`]).join(" ")).toBe(
      `q ${"##qqq ".repeat(32)}##q ##q [UNK]`,
    );
    expect(looked).toBeLessThan(2 * 5 * 40);
  });

  it("finds special tokens in the text", () => {
    expect(wordPieces("a", "b")("a [SEP] b [MASK]")).toBe("[CLS] a [SEP] b [MASK] [SEP]");
  });

  it("keeps the case where the vocabulary has capitals, and says so", () => {
    const cased = openTokenizer([vocabulary("The", "the", "Café")]);
    expect(cased.encode("The the Café", null, 10).numbers).toEqual([2, 5, 6, 7, 3]);
    expect(cased.warnings).toEqual([
      "vocab.txt does not say it: text is not lower-cased, because the vocabulary has capitals.",
    ]);
    expect(openTokenizer([vocabulary("the")]).warnings).toEqual([
      "vocab.txt does not say it: text is lower-cased, because the vocabulary has no capitals.",
    ]);
  });

  it("follows tokenizer_config.json", () => {
    const config = (fields: object) => ({
      name: "tokenizer_config.json",
      bytes: bytes(JSON.stringify(fields)),
    });
    const kept = openTokenizer([vocabulary("the", "The"), config({ do_lower_case: true })]);
    expect(kept.encode("The", null, 10).numbers).toEqual([2, 5, 3]);
    expect(kept.warnings).toEqual([]);
    const accents = openTokenizer([
      vocabulary("café", "cafe"),
      config({ do_lower_case: true, strip_accents: false }),
    ]);
    expect(accents.encode("CAFÉ", null, 10).numbers).toEqual([2, 5, 3]);
    const joined = openTokenizer([vocabulary("世界", "世"), config({ tokenize_chinese_chars: false })]);
    expect(joined.encode("世界", null, 10).numbers).toEqual([2, 5, 3]);
  });
});

describe("pairs and truncation", () => {
  const tokenizer = openTokenizer([vocabulary("a", "b", "c", "d", "e")]);

  it("gives the second sentence and its separator type 1", () => {
    expect(tokenizer.encode("a b", "c", 10)).toEqual({
      numbers: [2, 5, 6, 3, 7, 3],
      types: [0, 0, 0, 0, 1, 1],
      cut: false,
    });
  });

  it("cuts a sentence before its last special token", () => {
    expect(tokenizer.encode("a b c d", null, 5)).toEqual({
      numbers: [2, 5, 6, 7, 3],
      types: [0, 0, 0, 0, 0],
      cut: true,
    });
  });

  it.each([
    ["the longer one alone", "a b c d e", "c d", 8, "abc|cd"],
    ["the longer one, in second place", "c d", "a b c d e", 8, "cd|abc"],
    ["both, the odd token to the longer", "a b c d e", "a b c d", 8, "abc|ab"],
    ["both, in the other order", "a b c d", "a b c d e", 8, "ab|abc"],
  ])("cuts of a pair %s", (_, first, second, most, want) => {
    const { numbers, types, cut } = tokenizer.encode(first, second, most);
    const letters = numbers.map((n, i) => (n === 3 ? (types[i] === 0 ? "|" : "") : "abcde"[n - 5])).join("");
    expect([letters, numbers.length, cut]).toEqual([want, most, true]);
  });
});

describe("byte-level pairs from tokenizer.json", () => {
  const file = byteLevel();
  const tokenizer = openTokenizer([file]);

  it("keeps spaces in the tokens, merges by rank and spells what it does not know", () => {
    expect(tokensOf(tokenizer, file.tokens, "hello world! hold é")).toBe(
      "<s> hello Ġworld ! Ġ h o ld Ġ Ã© </s>",
    );
  });

  it("takes the spaces before <mask> with it", () => {
    expect(tokensOf(tokenizer, file.tokens, "hello <mask>!")).toBe("<s> hello <mask> ! </s>");
  });

  it("puts two separators between the sentences of a pair, all of type 0", () => {
    const { numbers, types } = tokenizer.encode("hello", "hello", 10);
    expect(numbers.map((n) => file.tokens[n]).join(" ")).toBe("<s> hello </s> </s> hello </s>");
    expect(types).toEqual([0, 0, 0, 0, 0, 0]);
  });

  it("pads with <pad>", () => {
    const text = bytes('{"text":"hello","label":0}\n{"text":"hello hello","label":1}\n');
    const options = { file: "a.jsonl", tokenizer, columns: {}, label2id: null, positions: 512 };
    const ids = readText(text, options).arrays.get("input_ids");
    expect(ids?.shape).toEqual([2, 5]);
    expect([...(ids?.data ?? [])].slice(0, 5).map((n) => file.tokens[Number(n)])).toEqual([
      "<s>",
      "hello",
      "</s>",
      "<pad>",
      "<pad>",
    ]);
  });
});

const reference = new URL("../../../../shared/reference/", import.meta.url);
const absent = !existsSync(reference);
if (absent) console.log("skipped: the reference set ../shared/reference is absent");

describe.skipIf(absent)("the tokenizer of a real BERT (shared/reference)", () => {
  it("numbers 32 sentences of SST-2 as the reference does", () => {
    const file = (path: string) => new Uint8Array(readFileSync(new URL(path, reference)));
    const want = readNpz(file("data/sst2_dev_000_031.npz"), "sst2_dev_000_031.npz");
    const sentences = JSON.parse(
      new TextDecoder().decode(file("data/sst2_dev_000_031_text.json")),
    ) as readonly { text: string; label: number }[];
    const tsv = `sentence\tlabel\n${sentences.map(({ text, label }) => `${text}\t${label}\n`).join("")}`;
    const tokenizer = openTokenizer([{ name: "vocab.txt", bytes: file("models/bert_tiny_sst2/vocab.txt") }]);
    const options = { file: "dev.tsv", tokenizer, columns: {}, label2id: null, positions: 512 };
    const { arrays, warnings } = readText(bytes(tsv), options);
    for (const name of ["input_ids", "attention_mask", "labels"]) {
      expect(arrays.get(name)?.shape, name).toEqual(want.get(name)?.shape);
      expect([...(arrays.get(name)?.data ?? [])].map(Number), name).toEqual(
        [...(want.get(name)?.data ?? [])].map(Number),
      );
    }
    expect(arrays.get("token_type_ids")?.data.every((type) => type === 0)).toBe(true);
    expect(warnings).toHaveLength(1);
  });
});
