import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { refuser } from "../../src/model/errors.ts";
import { jsonFault } from "../../src/model/jsonFault.ts";
import { readJsonObject } from "../../src/model/jsonObject.ts";
import { readUtf8 } from "../../src/model/utf8.ts";
import { refusal } from "./files.ts";

const refuse = refuser("f", "Write it again");

/** Whether JSON.parse takes it. */
function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

describe("the fault of a text that is no JSON", () => {
  it("is found where the browser finds one, and nowhere else", () => {
    fc.assert(
      fc.property(fc.json(), fc.nat(), fc.constantFrom(...'{}[]",:\\ntfu0-.e1 \u0001é'), (text, at, put) => {
        expect(jsonFault(text)).toBeNull();
        const place = at % (text.length + 1);
        for (const other of [text.slice(0, place) + put + text.slice(place), text.slice(0, place)])
          expect(jsonFault(other) === null, other).toBe(isJson(other));
      }),
      { numRuns: 300, seed: 1 },
    );
  });

  test.each([
    ["", 0, "a value"],
    ["[1,]", 3, "a value"],
    ['{"a":1,}', 7, "a key in double quotes"],
    ['{"a" 1}', 5, '":"'],
    ["[1 2]", 3, '"," or "]"'],
    ["01", 1, "the end"],
    ['"\\x"', 1, "a string with its closing quote, without control characters"],
  ])("%s", (text, at, expected) => {
    expect(jsonFault(text)).toEqual({ at, expected });
  });

  it("is found in linear time, in deep nesting and in long strings, spaces and numbers", () => {
    const n = 2 ** 18;
    expect(jsonFault("[".repeat(n))?.at).toBe(n);
    expect(jsonFault(`"${"a".repeat(n)}`)?.at).toBe(n + 1);
    expect(jsonFault(`${" ".repeat(n)}x`)?.at).toBe(n);
    expect(jsonFault(`${"9".repeat(n)}x`)?.at).toBe(n);
  });

  it("is told by its byte, whatever stands before it", () => {
    const bytes = new TextEncoder().encode('\ufeff{"é": x}');
    expect(refusal(() => readJsonObject(bytes, 100, refuse))).toBe(
      'f: byte 10: expected JSON: a value, file has "x". Write it again.',
    );
  });
});

test("the first byte that is no UTF-8 is named, wherever a decoder would stop", () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 12 }),
      fc.string({ unit: "binary", maxLength: 6 }),
      (bytes, text) => {
        const sound = new TextEncoder().encode(text.replace(/\p{Cs}|\ufeff/gu, ""));
        const whole = Uint8Array.of(...sound, ...bytes);
        const decoded = new TextDecoder().decode(whole);
        if (!decoded.includes("\ufffd")) {
          expect(readUtf8(whole, refuse)).toBe(decoded);
          return;
        }
        const before = new TextEncoder().encode(decoded.slice(0, decoded.indexOf("\ufffd"))).length;
        const mark = whole[0] === 0xef && whole[1] === 0xbb && whole[2] === 0xbf ? 3 : 0;
        // A replacement character may also stand in the text itself.
        if (!text.includes("\ufffd"))
          expect(refusal(() => readUtf8(whole, refuse))).toContain(
            `f: byte ${before + mark}: expected text in UTF-8`,
          );
      },
    ),
    { numRuns: 500, seed: 1 },
  );
});
