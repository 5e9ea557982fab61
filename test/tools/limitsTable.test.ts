import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { limits } from "../../src/model/limits.ts";
import { limitsOf, limitsSource, withLimits } from "../../tools/limitsTable.mjs";
import { ROOT } from "../../tools/setup.mjs";

const document = readFileSync(join(ROOT, "docs/security.md"), "utf8");

test("docs/security.md has every cap of the readers with its value and reason", () => {
  expect(limitsOf(limitsSource()).map(({ name }) => name)).toEqual(Object.keys(limits));
  expect(withLimits(document, limitsSource()), "run node tools/limitsTable.mjs").toBe(document);
});

test("docs/security.md tells the policies that the build writes", () => {
  const config = readFileSync(join(ROOT, "vite.config.ts"), "utf8");
  for (const part of config.matchAll(/^ {10}"([a-z-]+) (.+)",$/gm)) {
    const [, directive, value] = part;
    expect(document, directive).toContain(`\`${directive}\``);
    for (const word of value.split(" ")) expect(document, directive).toContain(word);
  }
  const servers = /HUB_SERVERS = "(.+)"/.exec(config)?.[1] ?? "";
  expect(document).toContain(`\`'self' ${servers}\``);
});
