import { printJson, quote, type Refuse } from "../errors.ts";
import { isObject } from "../jsonObject.ts";
import { limits } from "../limits.ts";
import type { WordPieces } from "./wordPiece.ts";

/**
 * Checks of the parts of a tokenizer.json before the tokenizer library sees them. Only parts are let through whose work
 * is bounded by the length of the text: no regular expressions of the file's own, and no unigram models.
 */

type Fields = Readonly<Record<string, unknown>>;

/** Normalisers and splitters without settings that matter, and the key under which a sequence holds its members. */
const PARTS = {
  normalizer: {
    types: ["BertNormalizer", "Lowercase", "NFC", "NFD", "NFKC", "NFKD", "StripAccents"],
    members: "normalizers",
  },
  pre_tokenizer: {
    types: ["BertPreTokenizer", "ByteLevel", "Whitespace", "WhitespaceSplit"],
    members: "pretokenizers",
  },
  post_processor: {
    types: ["TemplateProcessing", "BertProcessing", "RobertaProcessing", "ByteLevel"],
    members: "processors",
  },
} as const;

export type PartName = keyof typeof PARTS;

/** The types of a part, a sequence flattened. @throws FormatError for a type that is not read */
export function checkPart(name: PartName, value: unknown, refuse: Refuse): readonly Fields[] {
  const { types, members } = PARTS[name];
  if (value === null || value === undefined) return [];
  const parts =
    isObject(value) && value.type === "Sequence" && Array.isArray(value[members])
      ? value[members].slice(0, 16)
      : [value];
  return parts.map((part: unknown) => {
    const type = isObject(part) ? part.type : undefined;
    if (!isObject(part) || !types.some((t) => t === type))
      return refuse(
        name,
        `${types.join(", ")} or a Sequence of these`,
        isObject(part) ? printJson(part.type) : printJson(part),
        "Only tokenizers of the BERT and RoBERTa families are read: save the tokens as input_ids in an npz file",
      );
    if (type === "TemplateProcessing") checkTemplate(part, refuse);
    if (type === "BertProcessing" || type === "RobertaProcessing") {
      for (const key of ["cls", "sep"]) {
        const token: unknown = part[key];
        if (!Array.isArray(token) || typeof token[0] !== "string")
          refuse(`${name}: ${key}`, "a token and its number", printJson(token));
      }
    }
    return part;
  });
}

function checkTemplate(part: Fields, refuse: Refuse): void {
  for (const [key, sentences] of [
    ["single", "A"],
    ["pair", "AB"],
  ] as const) {
    const items: unknown = part[key];
    const idOf = (item: unknown): string | undefined => {
      const body = isObject(item) ? (item.SpecialToken ?? item.Sequence) : undefined;
      if (!isObject(body) || typeof body.type_id !== "number" || typeof body.id !== "string")
        return undefined;
      return isObject(item) && item.SpecialToken === undefined ? `sentence ${body.id}` : body.id;
    };
    const ids = Array.isArray(items) && items.length <= 64 ? items.map(idOf) : [undefined];
    const found = ids.filter((id) => id?.startsWith("sentence ")).map((id) => id?.slice(9));
    if (ids.includes(undefined) || found.sort().join("") !== sentences)
      refuse(
        `post_processor: ${key}`,
        `special tokens and the sentence${key === "pair" ? "s A and B" : " A"} once`,
        "something else",
      );
  }
}

/** A table of tokens and their numbers. @throws FormatError */
export function checkVocabulary(value: unknown, refuse: Refuse): ReadonlyMap<string, number> {
  if (!isObject(value)) return refuse("model: vocab", "an object of tokens and numbers", "something else");
  const entries = Object.entries(value);
  if (entries.length === 0 || entries.length > limits.vocabularyTokens)
    refuse("model: vocab", `1 to ${limits.vocabularyTokens} tokens`, `${entries.length}`);
  const taken = new Set<number>();
  return new Map(
    entries.map(([token, number]) => {
      checkNumber(`model: vocab: ${quote(token)}`, number, refuse);
      if (taken.has(number))
        refuse(`model: vocab: ${quote(token)}`, "a number of its own", `${number}, which another token has`);
      taken.add(number);
      return [token, number];
    }),
  );
}

/** Special tokens and others that are found in the text before it is split. @throws FormatError */
export function checkAddedTokens(value: unknown, refuse: Refuse): ReadonlyMap<string, number> {
  if (value === undefined || value === null) return new Map();
  if (!Array.isArray(value) || value.length > limits.vocabularyTokens)
    return refuse("added_tokens", `a list of at most ${limits.vocabularyTokens}`, "something else");
  return new Map(
    value.map((token: unknown, i): [string, number] => {
      const content = isObject(token) ? token.content : undefined;
      if (
        !isObject(token) ||
        typeof content !== "string" ||
        content === "" ||
        content.length > limits.nameLength
      )
        return refuse(`added_tokens: ${i}`, "an object with its content", "something else");
      const number: unknown = token.id;
      checkNumber(`added_tokens: ${quote(content)}`, number, refuse);
      return [content, number];
    }),
  );
}

function checkNumber(where: string, value: unknown, refuse: Refuse): asserts value is number {
  if (typeof value === "number" && Number.isInteger(value) && value >= 0 && value < limits.vocabularyTokens)
    return;
  refuse(where, `a whole number below ${limits.vocabularyTokens}`, printJson(value));
}

export interface CheckedModel {
  readonly type: "WordPiece" | "BPE";
  /** Null for pairs. */
  readonly wordPieces: WordPieces | null;
}

/**
 * @param vocabulary of the model
 * @throws FormatError for other models, and for settings that are not those of BERT or RoBERTa
 */
export function checkModel(
  model: Fields,
  vocabulary: ReadonlyMap<string, number>,
  refuse: Refuse,
): CheckedModel {
  const type = model.type ?? (Array.isArray(model.merges) ? "BPE" : "WordPiece");
  const { unk_token: unknown } = model;
  if (type === "WordPiece") {
    const { continuing_subword_prefix: prefix = "##", max_input_chars_per_word: longest = 100 } = model;
    if (typeof unknown !== "string" || !vocabulary.has(unknown))
      return refuse("model: unk_token", "a token of the vocabulary", printJson(unknown));
    if (typeof prefix !== "string" || prefix.length > 8)
      return refuse("model: continuing_subword_prefix", "at most 8 characters", printJson(prefix));
    if (typeof longest !== "number" || !(longest >= 1 && longest <= limits.wordCharacters))
      return refuse("model: max_input_chars_per_word", `1 to ${limits.wordCharacters}`, printJson(longest));
    return { type, wordPieces: { vocabulary, prefix, unknown, longest } };
  }
  if (type !== "BPE")
    return refuse(
      "model: type",
      "WordPiece or BPE",
      printJson(type),
      "Only tokenizers of the BERT and RoBERTa families are read: save the tokens as input_ids in an npz file",
    );
  const { merges, dropout } = model;
  if (dropout !== null && dropout !== undefined && dropout !== 0)
    refuse("model: dropout", "none, or the tokens would be random", printJson(dropout));
  for (const key of ["unk_token", "continuing_subword_prefix", "end_of_word_suffix"]) {
    const text = model[key] ?? "";
    if (typeof text !== "string" || text.length > limits.nameLength)
      refuse(`model: ${key}`, `a text of at most ${limits.nameLength} characters, or null`, printJson(text));
  }
  if (!Array.isArray(merges) || merges.length > limits.vocabularyTokens)
    return refuse("model: merges", `a list of at most ${limits.vocabularyTokens}`, "something else");
  const paired = Array.isArray(merges[0]);
  const bad = merges.findIndex((merge: unknown) => {
    if (!paired) return typeof merge !== "string" || !/^\S+ \S+$/.test(merge);
    return !Array.isArray(merge) || merge.length !== 2 || !merge.every((part) => typeof part === "string");
  });
  if (bad >= 0) refuse(`model: merges: ${bad}`, "two tokens", printJson(merges[bad]));
  return { type, wordPieces: null };
}
