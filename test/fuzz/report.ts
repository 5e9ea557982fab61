/** What a fuzzer found, format by format: kept as JSON so that a run can go on later, and printed as a table. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { type FormatName, formatNames } from "./formats.ts";
import type { Outcome } from "./fuzz.ts";

export interface Finding {
  /** The first case that showed it. */
  readonly case: number;
  readonly sample: string;
  readonly reason: string;
  count: number;
}

/** Cases 0 to `cases` - 1 of one format. */
export interface Row {
  readonly seed: number;
  /** A hash of the sources that were tried. */
  readonly sources: string;
  /** When the last case ran: ISO 8601, the day alone. */
  day: string;
  cases: number;
  read: number;
  refused: number;
  /** Milliseconds of the slowest case. */
  slowest: number;
  /** Bytes beyond twice the file of the case that took most. */
  most: number;
  readonly findings: Finding[];
}

export interface Report {
  readonly schema: "eigenscope-fuzz";
  readonly version: 1;
  readonly formats: Partial<Record<FormatName, Row>>;
}

export const emptyReport = (): Report => ({ schema: "eigenscope-fuzz", version: 1, formats: {} });

/** @throws Error where there is another file of this name */
export function readReport(path: string): Report {
  if (!existsSync(path)) return emptyReport();
  const report = JSON.parse(readFileSync(path, "utf8")) as Partial<Report>;
  if (report.schema !== "eigenscope-fuzz" || report.version !== 1)
    throw new Error(`${path} is no report of this command: name another file.`);
  return report as Report;
}

export function writeReport(path: string, report: Report): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${JSON.stringify(report, null, 2)}\n`);
}

/** Takes from another report the rows that have more cases. */
export function merge(report: Report, other: Report): void {
  for (const format of formatNames) {
    const row = other.formats[format];
    if (row !== undefined && row.cases > (report.formats[format]?.cases ?? 0)) report.formats[format] = row;
  }
}

/** The row of a format, to be gone on with: begun anew where seed or sources are others. */
export function rowOf(report: Report, format: FormatName, seed: number, sources: string): Row {
  const known = report.formats[format];
  if (known?.seed === seed && known.sources === sources) return known;
  const row: Row = {
    ...{ seed, sources, day: today(), cases: 0, read: 0, refused: 0, slowest: 0, most: 0 },
    findings: [],
  };
  report.formats[format] = row;
  return row;
}

const today = (): string => new Date().toISOString().slice(0, 10);

/** @returns whether it is a finding of a new kind */
export function enter(row: Row, index: number, { sample, result, ms, bytes, reason = "" }: Outcome): boolean {
  row.cases = index + 1;
  row.day = today();
  if (result !== "failed") row[result]++;
  row.slowest = Math.max(row.slowest, ms);
  row.most = Math.max(row.most, bytes);
  if (result !== "failed") return false;
  const kind = (text: string): string => text.split("\n").slice(0, 3).join("\n").replace(/\d+/g, "0");
  const known = row.findings.find((one) => one.sample === sample && kind(one.reason) === kind(reason));
  if (known !== undefined) known.count++;
  else row.findings.push({ case: index, sample, reason, count: 1 });
  return known === undefined;
}

const HEAD = ["format", "cases", "read", "refused", "findings", "slowest", "memory beyond twice the file"];

function cells(report: Report): string[][] {
  return formatNames.flatMap((format) => {
    const row = report.formats[format];
    if (row === undefined) return [];
    const { cases, read, refused, findings, slowest, most } = row;
    const whole = (n: number): string => n.toLocaleString("en-US");
    const found = findings.reduce((sum, { count }) => sum + count, 0);
    const memory = `${(Math.max(0, most) / 2 ** 20).toFixed(1)} MB`;
    return [[format, ...[cases, read, refused, found].map(whole), `${slowest.toFixed(0)} ms`, memory]];
  });
}

/** For the terminal. */
export function printReport(report: Report): string {
  const rows = [HEAD, ...cells(report)];
  const widths = HEAD.map((_, i) => Math.max(...rows.map((row) => row[i].length)));
  return rows
    .map((row) =>
      row.map((text, i) => (i === 0 ? text.padEnd(widths[i]) : text.padStart(widths[i]))).join("  "),
    )
    .join("\n");
}

const MARKS = ["<!-- fuzz:begin -->", "<!-- fuzz:end -->"] as const;

/** The document with the table of the report between its marks. @throws Error where it has none */
export function documented(text: string, report: Report): string {
  const [begin, end] = MARKS.map((mark) => text.indexOf(mark));
  if (begin < 0 || end < begin) throw new Error(`The document has no ${MARKS.join(" and ")}.`);
  const rows = Object.values(report.formats);
  const line = (row: readonly string[]): string => `| ${row.join(" | ")} |`;
  const table = [
    line(HEAD),
    `|${HEAD.map((_, i) => (i === 0 ? "---" : "---:")).join("|")}|`,
    ...cells(report).map(line),
  ];
  const days = [...new Set(rows.map(({ day }) => day))].sort().join(", ");
  const seeds = [...new Set(rows.map(({ seed }) => seed))].join(", ");
  const note = `Seed ${seeds}; ${days}. Written by \`npm run fuzz -- --report docs/security.json --docs\`.`;
  return `${text.slice(0, begin)}${MARKS[0]}\n${note}\n\n${table.join("\n")}\n${text.slice(end)}`;
}
