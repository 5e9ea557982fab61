/** Patterns worth suggesting for the tensors of a model: its stages and heads, and all but its embeddings. */

const EMBEDDINGS = /embeddings?\b/i;
/** More would be a list, not a suggestion. */
const MOST = 24;

export function tensorPatterns(names: readonly string[]): string[] {
  const heads = new Map<string, number>();
  for (const name of names) {
    // Up to the first number, or the first part of the name: layer1, encoder.layer.0, fc.
    const head = /^(.*?\.\d+|[^.]+)\./.exec(name)?.[1];
    if (head !== undefined) heads.set(head, (heads.get(head) ?? 0) + 1);
  }
  const groups = [...heads].filter(([, tensors]) => tensors < names.length).map(([head]) => `${head}.*`);
  const without = names.some((name) => EMBEDDINGS.test(name)) ? ["-*embedding*"] : [];
  return [...without, ...groups].slice(0, MOST);
}

/** A pattern that fits this tensor alone and that a list of patterns can hold; null where there is none. */
export function exactPattern(name: string, names: readonly string[]): string | null {
  // What separates patterns, or is none of their letters, becomes any one character.
  const pattern = name.replace(/[^\w./:[\]-]|^[!-]/g, "?");
  const alike = names.filter((other) => other.length === name.length && isLike(other, pattern));
  return alike.length === 1 ? pattern : null;
}

const isLike = (name: string, pattern: string): boolean =>
  [...pattern].every((character, i) => character === "?" || character === name[i]);
