import { damagedRuns as words } from "../../strings/en.ts";

/** A damaged record as JSON text, with what JSON does not have written out: the file says what it leaves out. */
export function rawRecord(record: unknown): string {
  const open: object[] = [];
  let left = MOST;
  const written = (value: unknown): unknown => {
    if (typeof value === "bigint") return `${value}n`;
    if (typeof value === "number" && !Number.isFinite(value)) return String(value);
    if (value === undefined) return "undefined";
    if (typeof value !== "object" || value === null) return value;
    if (open.includes(value)) return words.within;
    if (open.length === DEEPEST || left-- <= 0) return words.more;
    open.push(value);
    const entries = entriesOf(value);
    const inside = entries.map(([key, entry]) => [key, written(entry)] as const);
    open.pop();
    // As in `JSON.parse`, a key may be __proto__.
    return Array.isArray(value) ? inside.map(([, entry]) => entry) : Object.fromEntries(inside);
  };
  return JSON.stringify(written(record), null, 1);
}

/** Levels of nesting: a result has 10. */
const DEEPEST = 100;
/** Objects and lists: a result has some thousands. */
const MOST = 2 ** 18;

function entriesOf(value: object): readonly (readonly [string, unknown])[] {
  if (value instanceof Date || value instanceof RegExp) return [["text", String(value)]];
  if (value instanceof Map || value instanceof Set) return [["entries", [...value]]];
  if (value instanceof ArrayBuffer) return [["bytes", [...new Uint8Array(value)]]];
  return Object.entries(value);
}
