import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { FRAMES } from "../../e2e/frameRows.ts";
import { type Claim, ROWS } from "../../e2e/rows.ts";

/** The titles of the tests of a file, with {} for what a template puts in. */
function titlesOf(file: string): ReadonlySet<string> {
  const source = readFileSync(new URL(`../../${file}`, import.meta.url), "utf8");
  const found = source.matchAll(
    /\b(?:test|it)(?:\.each\((?:[^()]|\([^()]*\))*\))?\(\s*(?:"((?:[^"\\]|\\.)*)"|`((?:[^`\\]|\\.)*)`)/g,
  );
  return new Set([...found].map(([, plain, template]) => plain ?? template.replaceAll(/\$\{[^}]*\}/g, "{}")));
}

const missing = (claims: readonly Claim[]): string[] =>
  claims.flatMap(({ claim, by }) =>
    Object.entries(by).flatMap(([file, titles]) => {
      const known = titlesOf(file);
      return titles.filter((title) => !known.has(title)).map((title) => `${claim}: ${file}: ${title}`);
    }),
  );

describe("the list of promises", () => {
  it("has all twenty, each with claims, and names tests that exist", () => {
    expect(ROWS.map(({ number }) => number)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
    for (const { promise, claims } of ROWS) expect(claims.length, promise).toBeGreaterThan(0);
    const claims = [...ROWS.flatMap((row) => row.claims), ...FRAMES];
    for (const { claim, by } of claims) expect(Object.values(by).flat().length, claim).toBeGreaterThan(0);
    expect(missing(claims)).toEqual([]);
  });

  it("holds every promise to a test in a browser", () => {
    const browsers = (claims: readonly Claim[]) =>
      claims.some(({ by }) => Object.keys(by).some((file) => file.startsWith("e2e/")));
    expect(ROWS.filter(({ claims }) => !browsers(claims))).toEqual([]);
  });

  it("notices a title that no test has", () => {
    expect(missing([{ claim: "c", by: { "test/tools/rows.test.ts": ["no such test"] } }])).toHaveLength(1);
  });
});

it("every spec watches its browser: all take their test from e2e/page.ts", () => {
  const folder = new URL("../../e2e/", import.meta.url);
  const specs = readdirSync(folder).filter((name) => name.endsWith(".spec.ts"));
  expect(specs.length).toBeGreaterThan(25);
  for (const spec of specs) {
    const source = readFileSync(new URL(spec, folder), "utf8");
    expect(source, spec).toMatch(/import \{[^}]*\btest\b[^}]*\} from "\.\/page\.ts"/);
    expect(source, spec).not.toMatch(/import \{[^}]*\btest\b[^}]*\} from "@playwright\/test"/);
  }
});
