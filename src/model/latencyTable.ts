import { printJson, quote, type Refuse, refuser } from "./errors.ts";
import { isObject, readJsonObject } from "./jsonObject.ts";
import { limits } from "./limits.ts";
import { readSeparated } from "./text/separated.ts";
import { readUtf8 } from "./utf8.ts";

/** How long a layer takes at some bits: one measurement of the user. */
export interface Latency {
  readonly layer: string;
  readonly bits: number;
  readonly ms: number;
}

const COLUMNS = ["layer", "bits", "ms"] as const;

/**
 * A latency table: CSV with the columns layer, bits and ms in any order, or JSON such as
 * `{"conv1.weight": {"4": 0.11, "8": 0.19}}`.
 * @throws FormatError
 */
export function readLatencyTable(bytes: Uint8Array, file: string): Latency[] {
  const refuse = refuser(file, "Write a line layer,bits,ms for each layer and bit width");
  const isJson = /\.json$/i.test(file);
  const rows = isJson ? fromJson(bytes, refuse) : fromCsv(bytes, refuse);
  const seen = new Set<string>();
  for (const { layer, bits, ms } of rows) {
    const where = `${quote(layer)} at ${bits} bits`;
    if (!Number.isInteger(bits) || bits < 2 || bits > 8) refuse(quote(layer), "2 to 8 bits", String(bits));
    if (!Number.isFinite(ms) || ms < 0) refuse(where, "milliseconds of at least 0", String(ms));
    const key = `${bits} ${layer}`;
    if (seen.has(key)) refuse(where, "one time", "two");
    seen.add(key);
  }
  if (rows.length === 0) refuse(isJson ? "byte 0" : "line 2", "at least one time", "none");
  return rows;
}

function fromJson(bytes: Uint8Array, refuse: Refuse): Latency[] {
  return Object.entries(readJsonObject(bytes, limits.latencyTableBytes, refuse)).flatMap(([layer, times]) => {
    if (!isObject(times)) return refuse(quote(layer), "an object of times by bits", printJson(times));
    return Object.entries(times).map(([bits, ms]) => ({
      layer,
      bits: Number(bits),
      ms:
        typeof ms === "number"
          ? ms
          : refuse(`${quote(layer)} at ${quote(bits)} bits`, "a number", printJson(ms)),
    }));
  });
}

function fromCsv(bytes: Uint8Array, refuse: Refuse): Latency[] {
  const most = limits.latencyTableBytes;
  if (bytes.length > most) refuse("size", `at most ${most} bytes`, `${bytes.length} bytes`);
  const text = readUtf8(bytes, refuse);
  const isHeader = (cells: readonly string[]): boolean => cells.some((cell) => cell.trim() === "layer");
  const { columns, rows } = readSeparated(text, "csv", isHeader, refuse);
  const places = COLUMNS.map((name) => columns?.indexOf(name) ?? -1);
  if (places.includes(-1))
    refuse("first line", `the columns ${COLUMNS.join(", ")}`, quote(text.split("\n", 1)[0]));
  return rows.map(({ cells, line }) => {
    const [layer, bits, ms] = places.map((place) => cells[place]?.trim() ?? "");
    if (bits === "" || ms === "")
      refuse(`line ${line}`, "a number of bits and of milliseconds", "an empty cell");
    return { layer, bits: Number(bits), ms: Number(ms) };
  });
}
