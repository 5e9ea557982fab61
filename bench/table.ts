/** Tables for the terminal and for documents. */

export type Columns<T> = readonly (readonly [name: string, text: (row: T) => string])[];

const cellsOf = <T>(columns: Columns<T>, rows: readonly T[]): string[][] => [
  columns.map(([name]) => name),
  ...rows.map((row) => columns.map(([, text]) => text(row))),
];

/** Columns aligned at the right. */
export function table<T>(columns: Columns<T>, rows: readonly T[]): string {
  const cells = cellsOf(columns, rows);
  const widths = columns.map((_, c) => Math.max(...cells.map((line) => line[c].length)));
  return `${cells.map((line) => line.map((text, c) => text.padStart(widths[c])).join("  ")).join("\n")}\n`;
}

export function markdown<T>(columns: Columns<T>, rows: readonly T[]): string {
  const [head, ...lines] = cellsOf(columns, rows).map((cells) => `| ${cells.join(" | ")} |`);
  return `${[head, `|${columns.map(() => "---|").join("")}`, ...lines].join("\n")}\n`;
}
