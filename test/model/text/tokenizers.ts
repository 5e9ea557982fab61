/** Small tokenizers for tests, written by hand in the terms of the Hugging Face files. */

export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

export const vocabulary = (...tokens: readonly string[]) => ({
  name: "vocab.txt",
  bytes: bytes(`${["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", ...tokens].join("\n")}\n`),
});

/** RoBERTa's layout: byte-level pairs, special tokens first. The merges build "hello" and " world". */
export const byteLevel = (changes: Readonly<Record<string, unknown>> = {}) => {
  const merges = ["h e", "l l", "he ll", "hell o", "Ġ w", "o r", "Ġw or", "l d", "Ġwor ld", "Ã ©"];
  const special = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"];
  const letters = [..."abcdefghijklmnopqrstuvwxyzĠ!Ã©"];
  const tokens = [
    ...special.slice(0, 4),
    ...letters,
    ...merges.map((pair) => pair.replace(" ", "")),
    "<mask>",
  ];
  return {
    name: "tokenizer.json",
    bytes: bytes(
      JSON.stringify({
        version: "1.0",
        added_tokens: special.map((content) => ({
          id: tokens.indexOf(content),
          content,
          special: true,
          normalized: false,
          lstrip: content === "<mask>",
        })),
        normalizer: null,
        pre_tokenizer: { type: "ByteLevel", add_prefix_space: false, trim_offsets: true },
        post_processor: {
          type: "RobertaProcessing",
          sep: ["</s>", 2],
          cls: ["<s>", 0],
          trim_offsets: true,
          add_prefix_space: false,
        },
        decoder: { type: "ByteLevel" },
        model: {
          type: "BPE",
          dropout: null,
          unk_token: null,
          continuing_subword_prefix: "",
          end_of_word_suffix: "",
          fuse_unk: false,
          vocab: Object.fromEntries(tokens.map((token, i) => [token, i])),
          merges,
        },
        ...changes,
      }),
    ),
    tokens,
  };
};
