import { quote, type Refuse } from "../errors.ts";
import { limits } from "../limits.ts";

/** Labels as they stand in a text file to class numbers. */

export interface Label {
  /** In the file. */
  readonly line: number;
  readonly text: string;
}

export interface Numbered {
  readonly labels: Int32Array;
  /** By class number, where the file's own names were numbered; null where numbers or label2id stood for classes. */
  readonly classNames: readonly string[] | null;
  readonly warnings: readonly string[];
}

const isWhole = (text: string): boolean => /^-?\d{1,9}$/.test(text);

/**
 * Names by config.json's label2id, numbers as they are, and names that config.json does not have in sorted order.
 * @throws FormatError for a name that is missing from label2id, and for names among numbers
 */
export function numberLabels(
  found: readonly Label[],
  label2id: Readonly<Record<string, number>> | null,
  refuse: Refuse,
): Numbered {
  const table = label2id === null ? null : new Map(Object.entries(label2id));
  const numbers = (of: (text: string) => number): Int32Array =>
    Int32Array.from(found, ({ text }) => of(text));
  if (table !== null && found.every(({ text }) => table.has(text)))
    return { labels: numbers((text) => table.get(text) ?? -1), classNames: null, warnings: [] };

  const odd = found.find(({ text }) => isWhole(text) !== isWhole(found[0].text));
  if (odd !== undefined) {
    const kind = isWhole(found[0].text) ? "a whole number" : "the name of a class";
    refuse(`line ${odd.line}: label`, `${kind} as in line ${found[0].line}`, quote(odd.text));
  }
  if (isWhole(found[0].text)) return { labels: numbers(Number), classNames: null, warnings: [] };

  const known = [...(table?.keys() ?? [])];
  // Where nobody named the classes, save_pretrained writes LABEL_0, LABEL_1, ...
  if (table !== null && !known.every((name) => /^LABEL_\d+$/.test(name))) {
    const missing = found.find(({ text }) => !table.has(text)) ?? found[0];
    const names = known.slice(0, 8).map(quote).join(" or ");
    refuse(
      `line ${missing.line}: label`,
      names,
      quote(missing.text),
      "These classes are config.json's label2id",
    );
  }
  const names = [...new Set(found.map(({ text }) => text))].sort();
  if (names.length > limits.classes)
    refuse(
      "label",
      `at most ${limits.classes} classes`,
      `${names.length}`,
      "Choose the column of the labels",
    );
  const places = new Map(names.map((name, i) => [name, i]));
  const order = names
    .slice(0, 4)
    .map((name, i) => `${quote(name)} is ${i}`)
    .join(", ");
  return {
    labels: numbers((text) => places.get(text) ?? -1),
    classNames: names,
    warnings: [
      `config.json does not name the classes: they are numbered in sorted order (${order}${names.length > 4 ? ", ..." : ""}).`,
    ],
  };
}
