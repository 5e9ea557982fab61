/** A table as CSV by RFC 4180: cells with commas, quotes or line breaks stand in quotes; lines end with CRLF. */
export function csv(columns: readonly string[], rows: Iterable<readonly (string | number)[]>): string {
  const cell = (value: string | number) => {
    const text = String(value);
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return [columns, ...rows].map((row) => `${row.map(cell).join(",")}\r\n`).join("");
}
