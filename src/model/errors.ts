/**
 * The refusal of a file. Every reader of this folder throws this and nothing else for bytes it does not accept, so
 * that the page can show the sentence as it is and a test can compare it word for word.
 */

export interface FormatErrorParts {
  /** File name as the user knows it. */
  readonly file: string;
  /** Tensor, zip entry or byte the sentence is about, e.g. `conv1.weight`, `byte 8`. */
  readonly where: string;
  readonly expected: string;
  readonly found: string;
  /** What the user can do, as a sentence in the imperative without its full stop. */
  readonly remedy: string;
}

export class FormatError extends Error implements FormatErrorParts {
  override readonly name = "FormatError";
  readonly file: string;
  readonly where: string;
  readonly expected: string;
  readonly found: string;
  readonly remedy: string;

  constructor(parts: FormatErrorParts) {
    super(
      `${parts.file}: ${parts.where}: expected ${parts.expected}, file has ${parts.found}. ${parts.remedy}.`,
    );
    this.file = parts.file;
    this.where = parts.where;
    this.expected = parts.expected;
    this.found = parts.found;
    this.remedy = parts.remedy;
  }
}

/** How much of a hostile name a message repeats: characters. */
const quotedLength = 80;

/** A name from the file, quoted, escaped and shortened so that it cannot disturb the sentence around it. */
export function quote(text: string): string {
  return JSON.stringify(text.length > quotedLength ? `${text.slice(0, quotedLength)}...` : text);
}

/** A value of a JSON file in a few characters: a deep one would overflow the stack of JSON.stringify. */
export function printJson(value: unknown): string {
  if (typeof value === "string") return quote(value);
  if (typeof value !== "object" || value === null) return String(value);
  return Array.isArray(value) ? "an array" : "an object";
}

export const printShape = (shape: readonly number[]): string => `[${shape.join(",")}]`;

/** Throws a FormatError about the reader's file; `remedy` replaces the usual one. */
export type Refuse = (where: string, expected: string, found: string, remedy?: string) => never;

/** The refusals of one file, with the remedy that fits most of them. */
export const refuser =
  (file: string, usualRemedy: string): Refuse =>
  (where, expected, found, remedy = usualRemedy) => {
    throw new FormatError({ file, where, expected, found, remedy });
  };
