import { printJson, quote, type Refuse } from "./errors.ts";
import { jsonFault } from "./jsonFault.ts";
import { readUtf8 } from "./utf8.ts";

/**
 * The one JSON object that a file must be.
 * @throws FormatError for other bytes, and for more than `mostBytes` of them
 */
export function readJsonObject(
  bytes: Uint8Array,
  mostBytes: number,
  refuse: Refuse,
): Readonly<Record<string, unknown>> {
  if (bytes.length > mostBytes) refuse("size", `at most ${mostBytes} bytes`, `${bytes.length} bytes`);
  const value = parseJson(bytes, refuse);
  if (!isObject(value)) return refuse("byte 0", "a JSON object", printJson(value));
  return value;
}

/** @throws FormatError with the byte from which on the text is no JSON */
function parseJson(bytes: Uint8Array, refuse: Refuse): unknown {
  const text = readUtf8(bytes, refuse);
  try {
    return JSON.parse(text);
  } catch {
    const { at, expected } = jsonFault(text) ?? { at: 0, expected: "JSON that the browser reads" };
    // A byte order mark is no part of the text.
    const mark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
    const byte = mark + new TextEncoder().encode(text.slice(0, at)).length;
    const found = at < text.length ? quote(String.fromCodePoint(text.codePointAt(at) ?? 0)) : "its end";
    return refuse(`byte ${byte}`, `JSON: ${expected}`, found);
  }
}

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
