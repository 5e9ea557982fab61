/** A cell by RFC 4180: with commas, quotes or line breaks it stands in quotes. */
const cell = (value: string | number): string => {
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

/** A table as CSV by RFC 4180; lines end with CRLF. */
export function csv(columns: readonly string[], rows: Iterable<readonly (string | number)[]>): string {
  return [columns, ...rows].map((row) => `${row.map(cell).join(",")}\r\n`).join("");
}

/**
 * A table with one more column, last and the same in all rows: a remark that every reader of CSV keeps, as a comment line would
 * not be, and that stays with the rows when they are sorted, filtered or joined.
 * @param table as `csv` writes it
 */
export function withRemark(table: string, column: string, remark: string): string {
  let inQuotes = false;
  let line = 0;
  // Quotes come in pairs inside a cell, so that counting them is enough.
  return table.replace(/"|\r\n/g, (found) => {
    if (found === '"') {
      inQuotes = !inQuotes;
      return found;
    }
    return inQuotes ? found : `,${cell(line++ === 0 ? column : remark)}\r\n`;
  });
}
