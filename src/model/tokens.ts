import type { InputSpec } from "./architecture.ts";
import { printShape, type Refuse } from "./errors.ts";
import type { Shape } from "./graph.ts";
import type { Tensor, Tensors } from "./tensor.ts";

/** Sentences as token numbers: what a BERT tokenizer returns, saved with numpy. */

type TokenSpec = Extract<InputSpec, { name: "input_ids" }>;

interface Range {
  /** First sentence, and sentences. */
  readonly start: number;
  readonly count: number;
}

export interface Sentences {
  /** `input_ids`, `token_type_ids` and `attention_mask`, each [count,tokens]. */
  readonly inputs: Readonly<Record<string, Float32Array | Int32Array>>;
  readonly shape: Shape;
}

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
  if (ids.shape.length !== 2 || tokens < 1 || tokens > spec.positions)
    refuse(ids.name, `[N,tokens] with 1 to ${spec.positions} tokens`, printShape(ids.shape));
  const integers = (array: Tensor, bound: number): Int32Array => {
    if (printShape(array.shape) !== printShape(ids.shape))
      refuse(array.name, printShape(ids.shape), printShape(array.shape));
    if (array.data instanceof Float32Array)
      refuse(
        array.name,
        "whole numbers",
        `dtype ${array.dtype}`,
        `Convert them: ${array.name}.astype('int64')`,
      );
    return Int32Array.from({ length: count * tokens }, (_, i) => {
      const value = Number(array.data[start * tokens + i]);
      if (value < 0 || value >= bound) {
        const where = `${value} in sentence ${start + Math.floor(i / tokens)}`;
        refuse(array.name, `numbers from 0 to ${bound - 1}`, where, "Use the tokenizer of this very model");
      }
      return value;
    });
  };
  const mask = arrays.get("attention_mask");
  const types = arrays.get("token_type_ids");
  const attended = mask === undefined ? new Int32Array(count * tokens).fill(1) : integers(mask, 2);
  for (let n = 0; n < count; n++) {
    if (!attended.subarray(n * tokens, (n + 1) * tokens).includes(1))
      refuse("attention_mask", "at least one token in each sentence", `none in sentence ${start + n}`);
  }
  return {
    inputs: {
      input_ids: integers(ids, spec.vocabulary),
      token_type_ids: types === undefined ? new Int32Array(count * tokens) : integers(types, spec.types),
      attention_mask: Float32Array.from(attended),
    },
    shape: [count, tokens],
  };
}
