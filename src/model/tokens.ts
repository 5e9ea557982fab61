import type { InputSpec } from "./architecture.ts";
import { printShape, type Refuse } from "./errors.ts";
import type { Shape } from "./graph.ts";
import { limits } from "./limits.ts";
import type { Tensor, Tensors } from "./tensor.ts";

/** Sentences as token numbers: what a BERT tokenizer returns, saved with numpy. */

type TokenSpec = Extract<InputSpec, { name: "input_ids" }>;

interface Range {
  /** First sentence, and sentences. */
  readonly start: number;
  readonly count: number;
}

export interface Sentences {
  /**
   * `input_ids` and `attention_mask`, `token_type_ids` where tokens have types, and `position_ids` where padding is not
   * counted, each [count,tokens].
   */
  readonly inputs: Readonly<Record<string, Float32Array | Int32Array>>;
  readonly shape: Shape;
}

/** Tokens of the longest sentence that the model takes. */
export const mostTokens = ({ positions, padding }: TokenSpec): number =>
  padding === undefined ? positions : positions - padding - 1;

/**
 * `attention_mask` may be absent where nothing is padded, `token_type_ids` where all are 0.
 * @throws FormatError where shapes differ, a number lies outside its table, or a sentence has no token
 */
export function readSentences(
  ids: Tensor,
  arrays: Tensors,
  spec: TokenSpec,
  { start, count }: Range,
  refuse: Refuse,
): Sentences {
  const tokens = ids.shape[1];
  const most = mostTokens(spec);
  if (ids.shape.length !== 2 || tokens < 1 || tokens > most)
    refuse(ids.name, `[N,tokens] with 1 to ${most} tokens`, printShape(ids.shape));
  const integers = (array: Tensor, bound: number, width: number): Int32Array => {
    if (printShape(array.shape) !== printShape(ids.shape))
      refuse(array.name, printShape(ids.shape), printShape(array.shape));
    if (array.data instanceof Float32Array)
      refuse(
        array.name,
        "whole numbers",
        `dtype ${array.dtype}`,
        `Convert them: ${array.name}.astype('int64')`,
      );
    return Int32Array.from({ length: count * width }, (_, i) => {
      const sentence = start + Math.floor(i / width);
      const value = Number(array.data[sentence * tokens + (i % width)]);
      if (value < 0 || value >= bound) {
        const where = `${value} in sentence ${sentence}`;
        refuse(array.name, `numbers from 0 to ${bound - 1}`, where, "Use the tokenizer of this very model");
      }
      return value;
    });
  };
  const mask = arrays.get("attention_mask");
  const types = spec.types === 0 ? undefined : arrays.get("token_type_ids");
  const marks = mask === undefined ? null : integers(mask, 2, tokens);
  let longest = marks === null ? tokens : 0;
  for (let n = 0; marks !== null && n < count; n++) {
    const last = marks.subarray(n * tokens, (n + 1) * tokens).lastIndexOf(1);
    if (last < 0)
      refuse("attention_mask", "at least one token in each sentence", `none in sentence ${start + n}`);
    longest = Math.max(longest, last + 1);
  }
  // Nothing attends to what is left out, so that neither the loss nor any derivative changes.
  const width = spec.anyLength ? longest : tokens;
  const attended = mask === undefined ? new Int32Array(count * width).fill(1) : integers(mask, 2, width);
  const words = integers(ids, spec.vocabulary, width);
  const kinds = types === undefined ? new Int32Array(count * width) : integers(types, spec.types, width);
  return {
    inputs: {
      input_ids: words,
      ...(spec.types === 0 ? {} : { token_type_ids: kinds }),
      ...(spec.padding === undefined ? {} : { position_ids: countedPositions(words, width, spec.padding) }),
      attention_mask: Float32Array.from(attended),
    },
    shape: [count, width],
  };
}

/** As RoBERTa numbers them: the k-th token (from 1) that is not padding stands at padding + k, padding at its own number. */
function countedPositions(ids: Int32Array, tokens: number, padding: number): Int32Array {
  let last = padding;
  return ids.map((id, i) => {
    if (i % tokens === 0) last = padding;
    return id === padding ? padding : ++last;
  });
}

/** The label that says "none": PyTorch's `ignore_index`. */
const IGNORED = -100;

export interface TokenLabels {
  /** Places of the labelled tokens, n*tokens + t, ascending. */
  readonly places: Int32Array;
  /** Their words. */
  readonly labels: Int32Array;
}

/**
 * Labels [N,tokens] of single tokens, -100 where there is none.
 * @param shape of `input_ids`
 * @throws FormatError where the shape differs, a number is no word, or too few or too many tokens have a label
 */
export function readTokenLabels(
  array: Tensor,
  shape: Shape,
  vocabulary: number,
  { start, count }: Range,
  refuse: Refuse,
): TokenLabels {
  if (printShape(array.shape) !== printShape(shape))
    refuse("labels", `${printShape(shape)}, a word or ${IGNORED} for each token`, printShape(array.shape));
  const tokens = shape[1];
  const most = Math.floor(limits.targetElements / vocabulary);
  const places: number[] = [];
  const labels: number[] = [];
  for (let i = 0; i < count * tokens; i++) {
    const label = Number(array.data[start * tokens + i]);
    if (label === IGNORED) continue;
    if (label < 0 || label >= vocabulary) {
      const where = `${label} in sentence ${start + Math.floor(i / tokens)}`;
      const expected = `words from 0 to ${vocabulary - 1}, or ${IGNORED}`;
      refuse("labels", expected, where, "Use the tokenizer of this very model");
    }
    places.push(i);
    labels.push(label);
  }
  if (labels.length === 0)
    refuse("labels", "a label for at least one token", `${IGNORED} everywhere`, "Choose other sentences");
  if (labels.length > most)
    refuse(
      "labels",
      `at most ${most} labelled tokens for a vocabulary of ${vocabulary}`,
      `${labels.length}`,
      "Choose a smaller batch size",
    );
  return { places: Int32Array.from(places), labels: Int32Array.from(labels) };
}
