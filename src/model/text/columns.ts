import { quote, type Refuse } from "../errors.ts";
import type { Row, Table } from "./rows.ts";

/** Which columns of a table hold the sentences and which the labels. */

/** Names of columns or their numbers from 1, by the user's choice. */
export interface ColumnNames {
  /** One sentence, or two for tasks on pairs. */
  readonly text?: readonly string[];
  readonly label?: string;
}

/** Places of the columns, from 0. */
export interface Columns {
  readonly first: number;
  readonly second: number | null;
  readonly label: number;
}

const SENTENCES: readonly (readonly string[])[] = [
  ["sentence"],
  ["text"],
  ["sentence1", "sentence2"],
  ["premise", "hypothesis"],
  ["question1", "question2"],
];
const LABELS = ["label", "labels"];

/** A first line is a header if one of its cells is a name that is looked for. */
export function headerTest(asked: ColumnNames): (cells: readonly string[]) => boolean {
  const known = new Set([...SENTENCES.flat(), ...LABELS]);
  // A column's number may also be a cell of a first line of samples.
  const own = [...(asked.text ?? []), ...(asked.label === undefined ? [] : [asked.label])].filter(
    (name) => !/^\d+$/.test(name),
  );
  return (cells) => cells.some((cell) => known.has(cell.trim().toLowerCase()) || own.includes(cell.trim()));
}

/** @throws FormatError where a column is missing, or where a table without names does not tell */
export function chooseColumns(table: Table, asked: ColumnNames, refuse: Refuse): Columns {
  const names = table.columns;
  const width = names?.length ?? table.rows[0].cells.length;
  const present = names === null ? `${width} columns without names` : names.map(quote).join(", ") || "none";
  const find = (name: string): number => {
    const exact = names?.indexOf(name) ?? -1;
    const place = /^\d{1,6}$/.test(name) ? Number(name) - 1 : -1;
    if (exact >= 0) return exact;
    if (place >= 0 && place < width) return place;
    return refuse("columns", quote(name), present, "Choose the columns by their names or numbers");
  };
  const usual = (name: string): number => names?.findIndex((n) => n.toLowerCase() === name) ?? -1;
  const guess = names === null ? guessed(table.rows, width) : null;

  const sentences =
    asked.text?.map(find) ??
    guess?.sentences ??
    SENTENCES.map((set) => set.map(usual)).find((set) => set.every((i) => i >= 0));
  const label =
    asked.label === undefined ? (guess?.label ?? LABELS.map(usual).find((i) => i >= 0)) : find(asked.label);
  const remedy = "Name the columns in the first line, or choose them";
  if (sentences === undefined || sentences.length === 0 || sentences.length > 2)
    return refuse("columns", "sentence, text, or sentence1 and sentence2", present, remedy);
  if (label === undefined) return refuse("columns", "label", present, remedy);
  return { first: sentences[0], second: sentences[1] ?? null, label };
}

/** Of a table without names: the labels are the only column of whole numbers, the sentences one or two others. */
function guessed(
  rows: readonly Row[],
  width: number,
): { readonly sentences?: readonly number[]; readonly label?: number } {
  const places = Array.from({ length: Math.min(width, 3) }, (_, i) => i);
  const whole = places.filter((i) => rows.every(({ cells }) => /^-?\d+$/.test(cells[i]?.trim() ?? "")));
  if (whole.length !== 1 || width < 2 || width > 3) return {};
  return { sentences: places.filter((i) => i !== whole[0]), label: whole[0] };
}
