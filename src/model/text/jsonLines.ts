import { quote, type Refuse } from "../errors.ts";
import { checkRowCount, type Row, type Table } from "./rows.ts";

/** JSON Lines: an object a line. The columns are the keys of the first. */
export function readJsonLines(text: string, refuse: Refuse): Table {
  let columns: string[] | null = null;
  const rows: Row[] = [];
  let line = 0;
  for (const source of text.split("\n")) {
    line++;
    if (source.trim() === "") continue;
    const fields = parseObject(source, line, refuse);
    columns ??= Object.keys(fields);
    rows.push({ line, cells: columns.map((name) => cellOf(fields, name)) });
    checkRowCount(rows, refuse);
  }
  return { columns: columns ?? [], rows };
}

function parseObject(source: string, line: number, refuse: Refuse): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(source);
  } catch {
    return refuse(`line ${line}`, "a JSON object", quote(source.trim()));
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    return refuse(`line ${line}`, "a JSON object", quote(source.trim()));
  return value as Readonly<Record<string, unknown>>;
}

function cellOf(fields: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const value = Object.hasOwn(fields, name) ? fields[name] : undefined;
  if (typeof value === "string") return value;
  return typeof value === "number" || typeof value === "boolean" ? String(value) : undefined;
}
