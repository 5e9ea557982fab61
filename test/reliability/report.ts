/** The report of a command, which later sessions add to. */

import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";

/** Reads a report, or begins one; the file is in the root unless the user names another. */
export function openReport<T>(
  file: string,
  fresh: boolean,
): { readonly path: string; readonly sessions: T[] } {
  const path = resolve(process.env.EIGENSCOPE_ROOT ?? ".", file);
  const known = !fresh && existsSync(path);
  return { path, sessions: known ? (JSON.parse(readFileSync(path, "utf8")) as T[]) : [] };
}

export function writeReport(path: string, sessions: readonly unknown[]): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${JSON.stringify(sessions, null, 1)}\n`);
}

/** Numbers of one column right-aligned under one another. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0].map((_, c) => Math.max(...rows.map((row) => row[c].length)));
  return rows
    .map((row) =>
      row.map((cell, c) => (c === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[c]))).join("   "),
    )
    .join("\n");
}

/** A whole number of a flag. */
export function whole(text: string, name: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0)
    throw new Error(`--${name} takes a whole number from 0 on, not "${text}".`);
  return value;
}

/** A number of minutes, as milliseconds. */
export function minutes(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value <= 24 * 60)) throw new Error(`--minutes takes 0 to 1440, not "${text}".`);
  return 60_000 * value;
}
