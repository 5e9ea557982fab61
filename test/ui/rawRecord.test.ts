import { expect, test } from "vitest";
import { rawRecord } from "../../src/ui/compare/rawRecord.ts";

test("a damaged record is written out with what JSON does not have, and never without end", () => {
  const circle: Record<string, unknown> = { n: 10n, nan: Number.NaN, none: undefined, at: new Date(0) };
  circle.self = circle;
  circle.map = new Map([["a", [1]]]);
  circle.bytes = Uint8Array.of(1, 2);
  Object.defineProperty(circle, "__proto__", { value: "own", enumerable: true });
  const text = rawRecord(circle);
  expect(text).toContain('"n": "10n"');
  expect(text).toContain('"__proto__": "own"');
  expect(JSON.parse(text)).toMatchObject({
    ...{ nan: "NaN", none: "undefined", self: "the value that it lies in" },
    ...{ map: { entries: [["a", [1]]] }, bytes: { 0: 1, 1: 2 } },
  });
  let twice: unknown = "end";
  for (let depth = 0; depth < 60; depth++) twice = [twice, twice];
  expect(rawRecord(twice)).toContain("more than can be written");
  expect(rawRecord(7)).toBe("7");
});
