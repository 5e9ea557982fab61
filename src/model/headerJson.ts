import { limits } from "./limits.ts";

/**
 * The part of JSON that a safetensors header is made of: objects, arrays, strings and whole numbers. `JSON.parse`
 * would quietly keep the last of two equal keys, which lets one file mean two things to two readers; here it is an
 * error, and every error knows its place.
 */

export type HeaderValue = string | number | readonly HeaderValue[] | HeaderObject;
export type HeaderObject = ReadonlyMap<string, HeaderValue>;

export class HeaderSyntaxError extends Error {
  constructor(
    /** Characters from the start of the text. */
    readonly position: number,
    readonly expected: string,
    readonly found: string,
  ) {
    super(`${expected}, found ${found}`);
  }
}

const isSpace = (c: string): boolean => c === " " || c === "\n" || c === "\r" || c === "\t";
const isDigit = (c: string): boolean => c >= "0" && c <= "9";

/** Parses the whole text; spaces may follow, nothing else. Throws HeaderSyntaxError. */
export function parseHeader(text: string): HeaderValue {
  let at = 0;

  const fail = (expected: string, found = at < text.length ? quoteChar(text, at) : "the end"): never => {
    throw new HeaderSyntaxError(at, expected, found);
  };
  const skipSpace = (): void => {
    while (at < text.length && isSpace(text[at])) at++;
  };
  const take = (c: string): boolean => {
    skipSpace();
    if (text[at] !== c) return false;
    at++;
    return true;
  };

  function value(depth: number): HeaderValue {
    skipSpace();
    const c = text[at];
    if (c === '"') return string();
    if (c !== undefined && isDigit(c)) return whole();
    if (c !== "{" && c !== "[") return fail("a string, a whole number, an array or an object");
    if (depth >= limits.jsonDepth) return fail(`at most ${limits.jsonDepth} levels of nesting`, "more");
    at++;
    return c === "{" ? object(depth + 1) : array(depth + 1);
  }

  function object(depth: number): HeaderObject {
    const map = new Map<string, HeaderValue>();
    if (take("}")) return map;
    do {
      skipSpace();
      const start = at;
      if (text[at] !== '"') fail("a key in double quotes");
      const key = string();
      if (map.has(key)) {
        at = start;
        fail("every key once", `${JSON.stringify(key.slice(0, 80))} twice`);
      }
      if (!take(":")) fail('":"');
      map.set(key, value(depth));
    } while (take(","));
    if (!take("}")) fail('"," or "}"');
    return map;
  }

  function array(depth: number): readonly HeaderValue[] {
    const items: HeaderValue[] = [];
    if (take("]")) return items;
    do items.push(value(depth));
    while (take(","));
    if (!take("]")) fail('"," or "]"');
    return items;
  }

  function whole(): number {
    const start = at;
    while (at < text.length && isDigit(text[at])) at++;
    const digits = text.slice(start, at);
    const number = Number(digits);
    // A leading zero, a fraction or an exponent is another number to another reader.
    if (/[.eE]/.test(text[at] ?? "") || (digits.length > 1 && digits[0] === "0")) fail("a whole number");
    if (!Number.isSafeInteger(number)) {
      at = start;
      fail("a whole number below 2^53", digits.slice(0, 24));
    }
    return number;
  }

  function string(): string {
    const start = at++;
    for (;;) {
      if (at >= text.length) fail("a closing quote");
      const code = text.charCodeAt(at);
      if (code < 0x20) fail("an escaped control character", `U+${code.toString(16).padStart(4, "0")}`);
      if (code === 0x22) break;
      at += code === 0x5c ? escapeLength() : 1;
    }
    at++;
    // The scan above has checked the grammar, so this only resolves the escapes.
    return JSON.parse(text.slice(start, at)) as string;
  }

  function escapeLength(): number {
    if (/^[0-9a-fA-F]{4}$/.test(text.slice(at + 2, at + 6)) && text[at + 1] === "u") return 6;
    if (!'"\\/bfnrt'.includes(text[at + 1] ?? "none")) fail("an escape that JSON knows");
    return 2;
  }

  const root = value(0);
  skipSpace();
  if (at < text.length) fail("only spaces after the closing brace");
  return root;
}

const quoteChar = (text: string, at: number): string =>
  JSON.stringify(String.fromCodePoint(text.codePointAt(at) ?? 0));
