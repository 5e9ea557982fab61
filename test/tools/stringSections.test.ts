import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runInNewContext } from "node:vm";
import { build, type Rolldown } from "vite";
import { describe, expect, test } from "vitest";
import { stringSections } from "../../tools/stringSections.ts";

const FILES = {
  "src/strings/en.ts": `
    const plural = (n: number, one: string): string => n + " " + one;
    export const header = { title: "Above all", unused: "nobody asks" };
    /** Near. */
    export const near = { text: (n: number) => plural(n, "near word"), inner: { deep: "deep" } };
    export const odd = { "no name": "odd" };
    export const far = { text: "a far word" };
  `,
  "src/strings/de.ts": `
    import type * as en from "./en.ts";
    export const header: typeof en.header = { title: "Zuoberst", unused: "" };
    export const near: typeof en.near = { text: (n: number) => String(n) + " nahe", inner: { deep: "tief" } };
    export const odd: typeof en.odd = { "no name": "krumm" };
    export { far } from "./en.ts";
  `,
  "src/main.ts": `
    import { header, near as words } from "./strings/en.ts";
    document.title = header.title + words.text(2);
    void import("./ui/panel.ts");
  `,
  "src/ui/panel.ts": `
    import {
      far,
    } from "../strings/en.ts";
    import { header } from "../strings/en.ts";
    document.body.append(header.title, far.text);
  `,
  "src/used.ts": `
    import { header, near as words, odd, far } from "./strings/en.ts";
    const key = "title" as const;
    const { text } = far;
    globalThis.said = [header.title, header[key], words.text(1), words.inner.deep, odd["no name"], text];
  `,
  "src/whole.ts": `import * as all from "./strings/en.ts"; console.log(all);`,
  "src/lacking.ts": `import { nowhere } from "./strings/en.ts"; console.log(nowhere.title);`,
};

/** @returns the code of each chunk of the little page */
async function built(language: string, entry = "src/main.ts"): Promise<string[]> {
  const root = mkdtempSync(join(tmpdir(), "eigenscope-strings-"));
  try {
    for (const [file, text] of Object.entries(FILES)) {
      mkdirSync(join(root, file, ".."), { recursive: true });
      writeFileSync(join(root, file), text);
    }
    const { output } = (await build({
      ...{ root, configFile: false, logLevel: "silent", plugins: [stringSections(language)] },
      build: { write: false, modulePreload: false, rolldownOptions: { input: join(root, entry) } },
    })) as Rolldown.RolldownOutput;
    return output.flatMap((file) => (file.type === "chunk" ? [file.code] : []));
  } finally {
    rmSync(root, { recursive: true });
  }
}

describe("a build with one file of texts", () => {
  test("puts each section beside those who use it, once", async () => {
    const chunks = await built("src/strings/en.ts");
    const holders = (text: string) => chunks.filter((code) => code.includes(text));
    for (const text of ["Above all", "near word", "a far word"]) expect(holders(text)).toHaveLength(1);
    expect(holders("a far word")[0]).not.toContain("near word");
    expect(chunks.join()).not.toContain("nobody");
  });

  test("takes another language from another file, which may leave a section in English", async () => {
    const code = (await built("src/strings/de.ts")).join();
    for (const text of ["Zuoberst", "nahe", "a far word"]) expect(code).toContain(text);
    expect(code).not.toMatch(/Above all|near word/);
  });

  test("says the same in whatever way a section is used", async () => {
    const [code] = await built("src/strings/en.ts", "src/used.ts");
    const said = ["Above all", "Above all", "1 near word", "deep", "odd", "a far word"];
    expect([...runInNewContext(`${code}; said`)]).toEqual(said);
  });

  test("refuses an import that no section can be told from", async () => {
    await expect(built("src/strings/en.ts", "src/whole.ts")).rejects.toThrow(
      /internal: .*whole\.ts has to import sections of src\/strings\/en\.ts by their names/,
    );
  });

  test("refuses a section that the language lacks", async () => {
    await expect(built("src/strings/de.ts", "src/lacking.ts")).rejects.toThrow(/nowhere/);
  });
});
