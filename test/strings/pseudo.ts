/** A language for tests: English with every letter replaced, so that a text that does not come from src/strings is seen. */
import type { Strings } from "../../src/strings/en.ts";

/** Fullwidth letters, so that failures can be read; marks (`<b>`) stay. */
export const strange = (text: string): string =>
  text.replace(/<\/?\w+>|[A-Za-z]/g, (found) =>
    found.length > 1 ? found : String.fromCodePoint((found.codePointAt(0) ?? 0) + 0xfee0),
  );

/** Every text, and what every function of a text returns, made strange. */
export const pseudo = (strings: Strings): Strings => wrapped(strings) as Strings;

function wrapped(value: unknown): unknown {
  if (typeof value === "string") return strange(value);
  if (typeof value === "function") return (...given: unknown[]) => wrapped(value(...given));
  if (Array.isArray(value)) return value.map(wrapped);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, wrapped(inner)]));
}
