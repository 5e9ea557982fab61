/** node tools/limitsTable.mjs: the caps of src/model/limits.ts with their reasons, into docs/security.md. */

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./setup.mjs";

const DOCUMENT = join(ROOT, "docs", "security.md");
const MARKS = ["<!-- limits:begin -->", "<!-- limits:end -->"];

if (process.argv[1] === import.meta.filename) {
  writeFileSync(DOCUMENT, withLimits(readFileSync(DOCUMENT, "utf8"), limitsSource()));
}

export function limitsSource() {
  return readFileSync(join(ROOT, "src", "model", "limits.ts"), "utf8");
}

/**
 * The document with the table between its marks.
 * @param {string} document
 * @param {string} source of limits.ts
 */
export function withLimits(document, source) {
  const [begin, end] = MARKS.map((mark) => document.indexOf(mark));
  if (begin < 0 || end < begin) throw new Error(`The document has no ${MARKS.join(" and ")}.`);
  const rows = limitsOf(source).map(({ name, value, about }) => `| \`${name}\` | ${value} | ${about} |`);
  const table = ["| cap | value | of what, and why |", "|---|---|---|", ...rows].join("\n");
  return `${document.slice(0, begin)}${MARKS[0]}\n${table}\n${document.slice(end)}`;
}

/**
 * Each cap with the comment before it.
 * @param {string} source
 */
export function limitsOf(source) {
  const body = source.slice(source.indexOf("export const limits"));
  return [...body.matchAll(/\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*(\w+): ([^,\n]+),/g)].map(
    ([, about, name, value]) => ({
      name,
      value: value
        .replaceAll("_", ",")
        .replace(/(\d+) \* (KiB|MiB|GiB)/, "$1 $2")
        .replace(/^([KMG]iB)$/, "1 $1"),
      about: about
        .replace(/\s*\n\s*\*/g, " ")
        .replace(/\s+/g, " ")
        .trim()
        .replaceAll("|", "\\|"),
    }),
  );
}
