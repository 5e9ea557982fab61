/** Where a text stops being JSON (RFC 8259): browsers do not agree on whether and how their errors say so. */

export interface JsonFault {
  /** Characters from the start of the text. */
  readonly at: number;
  readonly expected: string;
}

const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
const SCALAR = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const SPACE = /[ \t\r\n]*/y;

/** The first character that cannot be; null where the text is JSON. Holds one character for each level of nesting. */
export function jsonFault(text: string): JsonFault | null {
  let at = 0;
  const skip = (pattern: RegExp): boolean => {
    pattern.lastIndex = at;
    const [matched] = pattern.exec(text) ?? [null];
    at += matched?.length ?? 0;
    return matched !== null;
  };
  /** Past a string; false at what it may not hold, the end of the text among it. */
  const string = (): boolean => {
    for (at++; text[at] !== '"'; ) {
      if (text[at] === "\\") {
        if (!skip(ESCAPE)) return false;
      } else if (text.charCodeAt(at) >= 0x20) at++;
      else return false;
    }
    return ++at > 0;
  };
  const open: ("{" | "[")[] = [];
  /** What may stand at `at`. */
  let next: "value" | "first value" | "key" | "first key" | "after" = "value";
  for (;;) {
    skip(SPACE);
    const c = text[at];
    if (next === "after") {
      const inside = open.at(-1);
      if (inside === undefined) return at === text.length ? null : { at, expected: "the end" };
      if (c === ",") next = inside === "{" ? "key" : "value";
      else if (c === (inside === "{" ? "}" : "]")) open.pop();
      else return { at, expected: inside === "{" ? '"," or "}"' : '"," or "]"' };
      at++;
    } else if (next === "key" || next === "first key") {
      if (c === "}" && next === "first key") {
        at++;
        open.pop();
        next = "after";
        continue;
      }
      if (c !== '"') return { at, expected: "a key in double quotes" };
      if (!string()) return { at, expected: STRING_WORDS };
      skip(SPACE);
      if (text[at] !== ":") return { at, expected: '":"' };
      at++;
      next = "value";
    } else if (c === "]" && next === "first value") {
      at++;
      open.pop();
      next = "after";
    } else if (c === "{" || c === "[") {
      at++;
      open.push(c);
      next = c === "{" ? "first key" : "first value";
    } else {
      if (c === '"' ? !string() : !skip(SCALAR))
        return { at, expected: c === '"' ? STRING_WORDS : "a value" };
      next = "after";
    }
  }
}

const STRING_WORDS = "a string with its closing quote, without control characters";
