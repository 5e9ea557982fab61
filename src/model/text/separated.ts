import { quote, type Refuse } from "../errors.ts";
import { checkRowCount, type Row, type Table } from "./rows.ts";

/**
 * CSV by RFC 4180: cells in double quotes may hold commas, line breaks and doubled quotes. TSV as GLUE writes it: tabs
 * separate, and quotes are text. Lines end with LF or CRLF; empty lines are left out.
 */
export function readSeparated(
  text: string,
  kind: "csv" | "tsv",
  isHeader: (cells: readonly string[]) => boolean,
  refuse: Refuse,
): Table {
  const lines = kind === "csv" ? csvLines(text, refuse) : tsvLines(text);
  let columns: readonly string[] | null = null;
  let first: { readonly line: number; readonly width: number } | null = null;
  const rows: Row[] = [];
  for (const { line, cells } of lines) {
    if (cells.length === 1 && cells[0].trim() === "") continue;
    if (first === null) {
      first = { line, width: cells.length };
      if (isHeader(cells)) {
        columns = cells.map((name) => name.trim());
        continue;
      }
    }
    if (cells.length !== first.width) {
      const remedy =
        kind === "csv" ? "Put cells that hold commas in double quotes" : "Separate the cells by single tabs";
      refuse(`line ${line}`, `${first.width} cells as in line ${first.line}`, `${cells.length}`, remedy);
    }
    rows.push({ line, cells });
    checkRowCount(rows, refuse);
  }
  return { columns, rows };
}

interface Line {
  readonly line: number;
  readonly cells: readonly string[];
}

function* tsvLines(text: string): Generator<Line> {
  let line = 0;
  for (const source of text.split("\n")) {
    line++;
    yield { line, cells: source.replace(/\r$/, "").split("\t") };
  }
}

function* csvLines(text: string, refuse: Refuse): Generator<Line> {
  let at = 0;
  let line = 1;
  while (at < text.length) {
    const begin = line;
    const cells: string[] = [];
    for (;;) {
      if (text[at] === '"') {
        const cell = quotedCell(text, at, line, refuse);
        cells.push(cell.text);
        at = cell.end;
        line += cell.breaks;
      } else {
        const end = endOfCell(text, at);
        const cell = text.slice(at, end);
        if (cell.includes('"')) refuse(`line ${line}`, "quotes around whole cells only", quote(cell));
        cells.push(cell);
        at = end;
      }
      if (text[at] !== ",") break;
      at++;
    }
    if (text[at] === "\r") at++;
    if (at < text.length && text[at] !== "\n")
      refuse(`line ${line}`, "a comma or the end of the line after a quoted cell", quote(text[at]));
    at++;
    yield { line: begin, cells };
    line++;
  }
}

/** Where a cell without quotes ends: at a comma, at the end of its line, or at that of the text. */
function endOfCell(text: string, at: number): number {
  let end = at;
  while (end < text.length && text[end] !== "," && text[end] !== "\n") end++;
  return text[end] !== "," && end > at && text[end - 1] === "\r" ? end - 1 : end;
}

/** A cell in quotes that begins at `at`, its end, and the line breaks in it. */
function quotedCell(
  text: string,
  at: number,
  line: number,
  refuse: Refuse,
): { readonly text: string; readonly end: number; readonly breaks: number } {
  let end = at + 1;
  for (;;) {
    end = text.indexOf('"', end);
    if (end < 0) refuse(`line ${line}`, "a closing quote", "none to the end of the file");
    if (text[end + 1] !== '"') break;
    end += 2;
  }
  const inside = text.slice(at + 1, end);
  return {
    text: inside.replaceAll('""', '"'),
    end: end + 1,
    breaks: inside.split("\n").length - 1,
  };
}
