/** Which tensors a run looks at: patterns over their names, and vectors of a block within vectors of all parameters. */

import { FormatError } from "../model/errors.ts";
import type { Param } from "../model/index.ts";

/** Patterns and tensors that a message repeats. */
const SHOWN = 6;

/**
 * The tensors that the patterns choose, in the order of `names`. `*` stands for any characters, `?` for one; a pattern
 * with `!` or `-` in front takes tensors out. Patterns apply one after the other, beginning with all tensors if there
 * is none or the first one takes out: `-*embeddings*` is all but the embeddings, `layer3.*, -*.bn*` the third stage
 * without its BatchNorm.
 *
 * @throws FormatError for a pattern that no tensor fits, and where no tensor is left
 */
export function selectTensors(names: readonly string[], patterns: readonly string[]): string[] {
  const [first] = patterns;
  const chosen = new Set(first === undefined || EXCLUDES.test(first) ? names : []);
  for (const pattern of patterns) {
    const fits = matcher(pattern.replace(EXCLUDES, ""));
    const matching = names.filter(fits);
    if (matching.length === 0) refuse(JSON.stringify(pattern), "a pattern that fits a tensor", list(names));
    for (const name of matching) {
      if (EXCLUDES.test(pattern)) chosen.delete(name);
      else chosen.add(name);
    }
  }
  if (chosen.size === 0) refuse(patterns.join(" "), "at least one tensor", "none that they leave");
  return names.filter((name) => chosen.has(name));
}

const EXCLUDES = /^[!-]/;

const refuse = (where: string, expected: string, found: string): never => {
  const remedy = "Choose tensors by patterns such as layer3.* or -*embeddings*";
  throw new FormatError({ file: "parameters", where, expected, found, remedy });
};

const list = (names: readonly string[]): string =>
  `${names.slice(0, SHOWN).join(", ")}${names.length > SHOWN ? ` and ${names.length - SHOWN} more` : ""}`;

/** Stars are tried from the left with one place to come back to, so that time is bounded by the product of the lengths. */
function matcher(pattern: string): (name: string) => boolean {
  return (name) => {
    let [p, s, star, after] = [0, 0, -1, 0];
    while (s < name.length) {
      if (pattern[p] === "*") {
        star = p++;
        after = s;
      } else if (p < pattern.length && (pattern[p] === "?" || pattern[p] === name[s])) {
        p++;
        s++;
      } else if (star >= 0) {
        p = star + 1;
        s = ++after;
      } else {
        return false;
      }
    }
    while (pattern[p] === "*") p++;
    return p === pattern.length;
  };
}

/** The chosen parameters as a vector of their own. */
export function blockParams(params: readonly Param[], names: readonly string[]): Param[] {
  let offset = 0;
  return params
    .filter(({ name }) => names.includes(name))
    .map((param) => {
      const own = { ...param, offset };
      offset += param.size;
      return own;
    });
}

/** The block's part of a vector of all parameters, in file order. */
export function blockOf(
  params: readonly Param[],
  block: readonly Param[],
  whole: Float64Array,
): Float64Array {
  const part = new Float64Array(block.reduce((n, { size }) => n + size, 0));
  for (const param of block) {
    const from = offsetIn(params, param);
    part.set(whole.subarray(from, from + param.size), param.offset);
  }
  return part;
}

/** A vector of the block as one of all parameters, zero elsewhere. */
export function embedded(
  params: readonly Param[],
  block: readonly Param[],
  part: Float64Array,
): Float64Array {
  const whole = new Float64Array(params.reduce((n, { size }) => n + size, 0));
  for (const param of block)
    whole.set(part.subarray(param.offset, param.offset + param.size), offsetIn(params, param));
  return whole;
}

function offsetIn(params: readonly Param[], { name }: Param): number {
  const found = params.find((param) => param.name === name);
  if (found === undefined) throw new Error(`internal: no parameter ${name}`);
  return found.offset;
}
