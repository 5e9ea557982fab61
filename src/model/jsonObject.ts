import { printJson, type Refuse } from "./errors.ts";

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
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    return refuse("text", "JSON in UTF-8", "something else");
  }
  if (!isObject(value)) return refuse("text", "a JSON object", printJson(value));
  return value;
}

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
