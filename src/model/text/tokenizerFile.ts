import { quote, type Refuse, refuser } from "../errors.ts";
import { isObject, readJsonObject } from "../jsonObject.ts";
import { limits } from "../limits.ts";
import { readUtf8 } from "../utf8.ts";
import { checkAddedTokens, checkModel, checkPart, checkVocabulary } from "./parts.ts";
import type { WordPieces } from "./wordPiece.ts";

/** The files of a tokenizer to one checked description in the terms of tokenizer.json. */

export interface TokenizerBytes {
  readonly name: string;
  readonly bytes: Uint8Array;
}

export interface TokenizerFile {
  /** For messages. */
  readonly name: string;
  /** What the tokenizer library takes, checked. */
  readonly description: Readonly<Record<string, unknown>>;
  /** How words are split; null where pairs are merged. */
  readonly wordPieces: WordPieces | null;
  /** Token numbers by token, special ones included. */
  readonly numbers: ReadonlyMap<string, number>;
  /** The number of the padding token. */
  readonly padding: number;
  /** Token types are 0 everywhere, as in RoBERTa. */
  readonly untyped: boolean;
  /** Ideographs beyond U+FFFF are words of their own. */
  readonly spacesIdeographs: boolean;
  readonly warnings: readonly string[];
}

const RESAVE = "Save it again: AutoTokenizer.from_pretrained(folder).save_pretrained(folder)";

/**
 * tokenizer.json, or else vocab.txt with tokenizer_config.json if there is one; other files are left alone.
 * @throws FormatError
 */
export function readTokenizerFile(files: readonly TokenizerBytes[]): TokenizerFile {
  const find = (pattern: RegExp): TokenizerBytes | undefined => files.find(({ name }) => pattern.test(name));
  const json = find(/tokenizer\.json$/i);
  const vocabulary = find(/vocab\.txt$/i);
  const settings = find(/tokenizer_config\.json$/i);
  if (json !== undefined) return ofJson(json);
  if (vocabulary !== undefined) return ofVocabulary(vocabulary, settings);
  const refuse: Refuse = refuser(files[0]?.name ?? "files", RESAVE);
  return refuse(
    "files",
    "a tokenizer.json or vocab.txt",
    files.map(({ name }) => quote(name)).join(", ") || "no tokenizer",
  );
}

function ofJson({ name, bytes }: TokenizerBytes): TokenizerFile {
  const refuse: Refuse = refuser(name, RESAVE);
  const fields = readJsonObject(bytes, limits.tokenizerBytes, refuse);
  const { model, normalizer = null, pre_tokenizer = null, post_processor = null } = fields;
  if (!isObject(model)) return refuse("model", "an object", model === undefined ? "none" : "something else");
  const vocabulary = model.type === "Unigram" ? new Map() : checkVocabulary(model.vocab, refuse);
  const { type, wordPieces } = checkModel(model, vocabulary, refuse);
  const added = checkAddedTokens(fields.added_tokens, refuse);
  const normalizers = checkPart("normalizer", normalizer, refuse);
  checkPart("pre_tokenizer", pre_tokenizer, refuse);
  const processors = checkPart("post_processor", post_processor, refuse);
  const numbers = new Map([...vocabulary, ...added]);
  return {
    name,
    description: {
      ...{ normalizer, pre_tokenizer, post_processor, decoder: null },
      model: { ...model, type },
      added_tokens: fields.added_tokens ?? [],
    },
    wordPieces,
    numbers,
    padding: paddingOf(numbers, refuse),
    untyped: processors.some((part) => part.type === "RobertaProcessing"),
    spacesIdeographs: normalizers.some(
      (part) => part.type === "BertNormalizer" && part.handle_chinese_chars !== false,
    ),
    warnings: [],
  };
}

const SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"] as const;

/** BERT's tokenizer from its list of tokens, one a line, numbered from 0. */
function ofVocabulary({ name, bytes }: TokenizerBytes, settings: TokenizerBytes | undefined): TokenizerFile {
  const refuse: Refuse = refuser(name, "Use the vocab.txt that belongs to the checkpoint");
  const numbers = readVocabulary(bytes, refuse);
  for (const token of SPECIAL)
    if (!numbers.has(token)) refuse("tokens", `${SPECIAL.join(", ")} among them`, `no ${token}`);
  const number = (token: string): number => numbers.get(token) ?? -1;
  const wordPieces = { vocabulary: numbers, prefix: "##", unknown: "[UNK]", longest: 100 };

  const fields =
    settings === undefined
      ? {}
      : readJsonObject(settings.bytes, limits.configBytes, refuser(settings.name, RESAVE));
  const cased = [...numbers.keys()].some((token) => !/^\[.*\]$/.test(token) && token !== token.toLowerCase());
  const lowercase = typeof fields.do_lower_case === "boolean" ? fields.do_lower_case : !cased;
  const guess = cased
    ? "is not lower-cased, because the vocabulary has capitals"
    : "is lower-cased, because the vocabulary has no capitals";
  const template = (...items: readonly (readonly [string, number])[]) =>
    items.map(([id, type_id]) =>
      id.length === 1 ? { Sequence: { id, type_id } } : { SpecialToken: { id, type_id } },
    );
  return {
    name,
    description: {
      normalizer: {
        type: "BertNormalizer",
        clean_text: true,
        handle_chinese_chars: fields.tokenize_chinese_chars !== false,
        strip_accents: typeof fields.strip_accents === "boolean" ? fields.strip_accents : null,
        lowercase,
      },
      pre_tokenizer: { type: "BertPreTokenizer" },
      post_processor: {
        type: "TemplateProcessing",
        single: template(["[CLS]", 0], ["A", 0], ["[SEP]", 0]),
        pair: template(["[CLS]", 0], ["A", 0], ["[SEP]", 0], ["B", 1], ["[SEP]", 1]),
      },
      decoder: null,
      model: {
        type: "WordPiece",
        unk_token: wordPieces.unknown,
        continuing_subword_prefix: wordPieces.prefix,
        max_input_chars_per_word: wordPieces.longest,
        vocab: Object.fromEntries(numbers),
      },
      added_tokens: [...SPECIAL, "[MASK]"]
        .filter((token) => numbers.has(token))
        .map((content) => ({ id: number(content), content, special: true })),
    },
    wordPieces,
    numbers,
    padding: number("[PAD]"),
    untyped: false,
    spacesIdeographs: fields.tokenize_chinese_chars !== false,
    warnings: typeof fields.do_lower_case === "boolean" ? [] : [`${name} does not say it: text ${guess}.`],
  };
}

function readVocabulary(bytes: Uint8Array, refuse: Refuse): ReadonlyMap<string, number> {
  if (bytes.length > limits.tokenizerBytes)
    refuse("size", `at most ${limits.tokenizerBytes} bytes`, `${bytes.length} bytes`);
  const lines = readUtf8(bytes, refuse)
    .split("\n")
    .map((line) => line.replace(/\r$/, ""));
  if (lines.at(-1) === "") lines.pop();
  if (lines.length > limits.vocabularyTokens)
    refuse("tokens", `at most ${limits.vocabularyTokens}`, `${lines.length}`);
  const numbers = new Map<string, number>();
  lines.forEach((token, i) => {
    if (token === "" || token.length > limits.nameLength)
      refuse(`line ${i + 1}`, `a token of 1 to ${limits.nameLength} characters`, `${token.length}`);
    const before = numbers.get(token);
    if (before !== undefined)
      refuse(`line ${i + 1}`, "each token once", `${quote(token)}, which stands in line ${before + 1}`);
    numbers.set(token, i);
  });
  return numbers;
}

function paddingOf(numbers: ReadonlyMap<string, number>, refuse: Refuse): number {
  for (const token of ["[PAD]", "<pad>"]) {
    const number = numbers.get(token);
    if (number !== undefined) return number;
  }
  return refuse("vocabulary", "[PAD] or <pad>", "neither");
}
