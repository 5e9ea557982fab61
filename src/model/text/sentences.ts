import { type Refuse, refuser } from "../errors.ts";
import { limits } from "../limits.ts";
import type { Tensor, Tensors } from "../tensor.ts";
import { type ColumnNames, chooseColumns, headerTest } from "./columns.ts";
import { numberLabels } from "./labels.ts";
import { readTable, TEXT_REMEDY } from "./table.ts";
import type { Encoded, SentenceTokenizer } from "./tokenizer.ts";

/** A text file with labels to the arrays that an npz file of tokens holds. */

export interface TextOptions {
  /** File name for messages; its ending decides the format: .csv, .tsv, .jsonl. */
  readonly file: string;
  readonly tokenizer: SentenceTokenizer;
  readonly columns: ColumnNames;
  /** Class numbers by their names, of config.json; null if unknown. */
  readonly label2id: Readonly<Record<string, number>> | null;
  /** Tokens of the longest sentence that the model takes; more are cut off. */
  readonly positions: number;
}

export interface TextArrays {
  /** `input_ids`, `attention_mask`, `token_type_ids` [N,S], padded on the right to the longest sample, and `labels` [N]. */
  readonly arrays: Tensors;
  /** By class number; null where numbers or config.json stood for classes. */
  readonly classNames: readonly string[] | null;
  readonly warnings: readonly string[];
}

/** @throws FormatError with the line that does not fit */
export function readText(bytes: Uint8Array, options: TextOptions): TextArrays {
  const { file, tokenizer, columns, label2id, positions } = options;
  const refuse: Refuse = refuser(file, TEXT_REMEDY);
  const table = readTable(bytes, file, headerTest(columns));
  const { first, second, label } = chooseColumns(table, columns, refuse);
  const nameOf = (column: number): string => table.columns?.[column] ?? `column ${column + 1}`;
  const cell = (row: (typeof table.rows)[number], column: number): string => {
    const text = row.cells[column];
    if (text === undefined)
      return refuse(`line ${row.line}: ${nameOf(column)}`, "a text or a number", "none");
    if (text.length > limits.textCharacters)
      refuse(
        `line ${row.line}: ${nameOf(column)}`,
        `at most ${limits.textCharacters} characters`,
        `${text.length}`,
      );
    return text;
  };
  const labels = numberLabels(
    table.rows.map((row) => ({ line: row.line, text: cell(row, label).trim() })),
    label2id,
    refuse,
  );
  const samples = table.rows.map((row) =>
    tokenizer.encode(cell(row, first), second === null ? null : cell(row, second), positions),
  );
  const cut = samples.filter((sample) => sample.cut).length;
  const cutWarning = `${cut} of ${samples.length} texts are longer than the model's ${positions} positions: their ends are cut off.`;
  return {
    arrays: new Map([
      ...padded(samples, tokenizer.padding, refuse).map((tensor) => [tensor.name, tensor] as const),
      ["labels", { name: "labels", dtype: "<i4", shape: [samples.length], data: labels.labels }],
    ]),
    classNames: labels.classNames,
    warnings: [...tokenizer.warnings, ...labels.warnings, ...(cut > 0 ? [cutWarning] : [])],
  };
}

function padded(samples: readonly Encoded[], padding: number, refuse: Refuse): Tensor[] {
  const longest = samples.reduce((most, { numbers }) => Math.max(most, numbers.length), 1);
  const shape = [samples.length, longest];
  const size = samples.length * longest;
  if (size > limits.textTokens)
    refuse(
      "tokens",
      `at most ${limits.textTokens} with their padding`,
      `${samples.length} texts of up to ${longest}`,
      "Keep the lines that you need in a smaller file",
    );
  const ids = new Int32Array(size).fill(padding);
  const mask = new Uint8Array(size);
  const types = new Uint8Array(size);
  samples.forEach(({ numbers, types: kinds }, n) => {
    ids.set(numbers, n * longest);
    types.set(kinds, n * longest);
    mask.fill(1, n * longest, n * longest + numbers.length);
  });
  return [
    { name: "input_ids", dtype: "<i4", shape, data: ids },
    { name: "attention_mask", dtype: "|u1", shape, data: mask },
    { name: "token_type_ids", dtype: "|u1", shape, data: types },
  ];
}
