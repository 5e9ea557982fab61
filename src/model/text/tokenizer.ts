import { Tokenizer } from "@huggingface/tokenizers";
import { quote, type Refuse, refuser } from "../errors.ts";
import { readTokenizerFile, type TokenizerBytes, type TokenizerFile } from "./tokenizerFile.ts";
import { wordPieceSplitter } from "./wordPiece.ts";

/** Sentences to token numbers, exactly as the model's own tokenizer numbers them. */

/** The tokens of one sample. */
export interface Encoded {
  readonly numbers: readonly number[];
  readonly types: readonly number[];
  /** Tokens were cut off, because there were more than the model has positions. */
  readonly cut: boolean;
}

export interface SentenceTokenizer {
  readonly file: string;
  readonly padding: number;
  readonly warnings: readonly string[];
  /**
   * One sentence, or a pair, between its special tokens. Of more than `most` tokens the last ones are left out: of a
   * pair those of the longer sentence first.
   */
  encode(first: string, second: string | null, most: number): Encoded;
}

/** @throws FormatError */
export function openTokenizer(files: readonly TokenizerBytes[]): SentenceTokenizer {
  const file = readTokenizerFile(files);
  const library = new Tokenizer(file.description, {});
  // The library tries every end of a word: a long one that is unknown takes milliseconds.
  if (file.wordPieces !== null && library.model !== null)
    library.model.encode = wordPieceSplitter(file.wordPieces);
  return {
    file: file.name,
    padding: file.padding,
    warnings: file.warnings,
    encode: (first, second, most) => encode(library, file, first, second, most),
  };
}

/** The blocks of ideographs beyond U+FFFF around which BERT puts spaces; the library looks at UTF-16 units. */
const IDEOGRAPHS = /[\u{20000}-\u{2a6df}\u{2a700}-\u{2ceaf}\u{2f800}-\u{2fa1f}]/gu;

function encode(
  library: Tokenizer,
  file: TokenizerFile,
  first: string,
  second: string | null,
  most: number,
): Encoded {
  const split = (text: string): string[] =>
    library.tokenize(file.spacesIdeographs ? text.replace(IDEOGRAPHS, " $& ") : text);
  const one = split(first);
  const two = second === null ? null : split(second);
  const [a, b] = kept(one.length, two?.length ?? null, most - join(library, [], two && []).tokens.length);
  const { tokens, token_type_ids: types } = join(library, one.slice(0, a), two?.slice(0, b) ?? null);
  return {
    numbers: tokens.map((token) => file.numbers.get(token) ?? unknown(file, token)),
    types: file.untyped || types === undefined ? tokens.map(() => 0) : types,
    cut: a < one.length || b < (two?.length ?? 0),
  };
}

function join(
  library: Tokenizer,
  one: string[],
  two: string[] | null,
): { readonly tokens: readonly string[]; readonly token_type_ids?: readonly number[] } {
  return library.post_processor?.post_process(one, two, true) ?? { tokens: [...one, ...(two ?? [])] };
}

/** How many tokens of each sentence stay, as the Hugging Face library's "longest first" decides. */
function kept(one: number, two: number | null, room: number): readonly [number, number] {
  const target = Math.max(0, room);
  if (two === null) return [Math.min(one, target), 0];
  const [short, long] = [Math.min(one, two), Math.max(one, two)];
  if (short + long <= target) return [one, two];
  let [small, large] = [short, Math.max(short, target - short)];
  if (short > target) large = short;
  if (small + large > target) {
    small = Math.floor(target / 2);
    large = small + (target % 2);
  }
  return one > two ? [large, small] : [small, large];
}

function unknown(file: TokenizerFile, token: string): never {
  const refuse: Refuse = refuser(file.name, "Use the tokenizer of this very model");
  return refuse("vocabulary", "each token that its own rules make", `no ${quote(token)}`);
}
