import { limits } from "./limits.ts";

/**
 * The header of an npy file is a Python dict literal, e.g. `{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }`.
 * numpy evaluates it; this parses exactly the three keys that numpy writes, and evaluates nothing.
 */

export interface NpyHeader {
  /** numpy's type string, e.g. `<f4`; the source text where it is not a string (structured types). */
  readonly descr: string;
  readonly fortranOrder: boolean;
  readonly shape: readonly number[];
}

export class NpyHeaderError extends Error {
  constructor(
    /** Characters from the start of the header. */
    readonly position: number,
    readonly expected: string,
    readonly found: string,
  ) {
    super(`${expected}, found ${found}`);
  }
}

/** Parses the whole header; spaces and one newline may follow the dict, nothing else. Throws NpyHeaderError. */
export function parseNpyHeader(text: string): NpyHeader {
  let at = 0;

  const fail = (expected: string, found = at < text.length ? JSON.stringify(text[at]) : "the end"): never => {
    throw new NpyHeaderError(at, expected, found);
  };
  const match = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const m = pattern.exec(text);
    if (m === null) return undefined;
    at += m[0].length;
    return m[0].trim();
  };
  const need = (pattern: RegExp, expected: string): string => match(pattern) ?? fail(expected);

  const readString = (expected: string): string => need(string, expected).slice(1, -1);

  function readShape(): readonly number[] {
    need(/ *\( */y, "the shape as a tuple");
    const shape: number[] = [];
    let comma = true;
    for (;;) {
      const digits = match(/\d+L? */y);
      if (digits === undefined) break;
      if (!comma) fail('","');
      const length = Number.parseInt(digits, 10);
      if (length > limits.dimension)
        fail(`axes of at most ${limits.dimension} elements`, digits.slice(0, 24));
      shape.push(length);
      comma = match(/, */y) !== undefined;
    }
    // Python reads (3) as a number and not as a tuple.
    if (shape.length === 1 && !comma) fail('"," after the only axis');
    need(/\)/y, 'an axis length or ")"');
    return shape;
  }

  const readOrder = (): boolean => need(/True|False/y, "True or False") === "True";
  // The bracket of a structured type is kept as text, so that the refusal can name it.
  const readDescr = (): string => match(/\[[^\n]{0,60}/y) ?? readString("the type as a string");

  const found: { -readonly [K in keyof NpyHeader]?: NpyHeader[K] } = {};
  need(/\{ */y, 'a dict that starts with "{"');
  while (match(/\} *\n?/y) === undefined) {
    const start = at;
    const key = readString('a key in quotes or "}"');
    need(/ *: */y, '":"');
    if (key === "descr" && found.descr === undefined) {
      found.descr = readDescr();
      // Nothing after a structured type can matter: it is refused whatever follows.
      if (found.descr.startsWith("[")) return { descr: found.descr, fortranOrder: false, shape: [] };
    } else if (key === "fortran_order" && found.fortranOrder === undefined) found.fortranOrder = readOrder();
    else if (key === "shape" && found.shape === undefined) found.shape = readShape();
    else {
      at = start;
      fail("descr, fortran_order and shape, each once", JSON.stringify(key.slice(0, 40)));
    }
    if (match(/ *, */y) === undefined && !/^ *\}/.test(text.slice(at, at + 80))) fail('"," or "}"');
    match(/ +/y);
  }
  if (at < text.length) fail("only spaces after the dict");
  const { descr, fortranOrder, shape } = found;
  if (descr === undefined) return fail("the key descr", "none");
  if (fortranOrder === undefined) return fail("the key fortran_order", "none");
  if (shape === undefined) return fail("the key shape", "none");
  return { descr, fortranOrder, shape };
}

/** A Python string without escapes: none of the words numpy writes here needs one. */
const string = /'[^'\\\n]{0,80}'|"[^"\\\n]{0,80}"/y;
