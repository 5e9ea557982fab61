import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ROOT } from "../../tools/setup.mjs";
import { visibleTexts } from "./visibleText.ts";

/** Files whose texts are not those of the page: each is code or a paper's text, in the one language that it has. */
const PAPERS = ["ui/embed/snippets.ts", "ui/export/words.ts"];

/** Texts that stand where they are used, each with its reason. */
const EXCEPTIONS: readonly { readonly file: string; readonly text: string; readonly why: string }[] = [
  { file: "store/listView.ts", text: "not yet", why: "a state" },
  { file: "ui/DropZone.tsx", text: "Files", why: "what the browser calls dragged files" },
  { file: "ui/figures.ts", text: ".chart > svg", why: "a selector" },
  { file: "ui/print.ts", text: ".chart > svg", why: "a selector" },
  {
    file: "ui/keys/table.ts",
    text: "select, textarea, [contenteditable], input:not([type=radio], [type=checkbox], [type=range], [type=button])",
    why: "a selector",
  },
  { file: "ui/keys/table.ts", text: "button, summary, a", why: "a selector" },
  { file: "store/comparison.ts", text: "random", why: "a key that tells batches apart" },
  { file: "ui/compare/strokes.ts", text: "line beside-", why: "classes" },
  {
    file: "ui/embed/keys.ts",
    text: "input, select, textarea, [role=slider], .scroll",
    why: "a selector",
  },
  { file: "ui/export/figureSvg.ts", text: "Arial, Helvetica, sans-serif", why: "fonts" },
  { file: "ui/export/figureSvg.ts", text: '<?xml version="1.0" encoding="UTF-8"?>', why: "markup" },
  { file: "ui/lesson/LanczosLesson.tsx", text: "all vectors", why: "a setting of the lesson's Lanczos" },
  { file: "ui/lesson/LanczosLesson.tsx", text: "two vectors", why: "a setting of the lesson's Lanczos" },
  { file: "ui/tours/TourStrip.tsx", text: "main .", why: "a selector" },
];

const sources = readdirSync(join(ROOT, "src"), { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
  .map((entry) =>
    join(entry.parentPath, entry.name)
      .slice(join(ROOT, "src").length + 1)
      .replaceAll("\\", "/"),
  );
const isOfPage = (file: string): boolean => /^(store|ui)\//.test(file) && !PAPERS.includes(file);

describe("the texts of the page", () => {
  const found = sources
    .filter(isOfPage)
    .flatMap((file) =>
      visibleTexts(file, readFileSync(join(ROOT, "src", file), "utf8")).map((text) => ({ file, text })),
    );
  const isExcepted = (a: { file: string; text: string }) =>
    EXCEPTIONS.some(({ file, text }) => file === a.file && text === a.text);

  test("stand in src/strings, not where they are used", () => {
    expect(sources.filter(isOfPage).length).toBeGreaterThan(100);
    expect(found.filter((text) => !isExcepted(text))).toEqual([]);
  });

  test("have no exception that is not there any more", () => {
    expect(
      EXCEPTIONS.filter(({ file, text }) => !found.some((a) => a.file === file && a.text === text)),
    ).toEqual([]);
  });
});

describe("the search finds", () => {
  const caught: readonly [title: string, source: string, texts: readonly string[]][] = [
    ["what stands between tags", "<p>Trace of <b>all</b> λ</p>", ["Trace of", "all"]],
    [
      "words chosen between tags",
      '<p>{on ? "resume" : `paused`} {n > 1 && " of"}</p>',
      ["resume", "paused", "of"],
    ],
    [
      "the words of naming attributes",
      `<i title="loss" aria-label={\`\${n} bits\`} lead="λ" />`,
      ["loss", "bits"],
    ],
    [
      "the words of naming properties",
      'f({ label: "size", value: "size", note: a ?? "none" })',
      ["size", "none"],
    ],
    ["lists of columns", 'f({ columns: ["Tensor", `mean`] })', ["Tensor", "mean"]],
    [
      "sentences anywhere",
      `say(\`\${n} of them are left\` + "and one more")`,
      ["of them are left", "and one more"],
    ],
    ["titles anywhere", 'const a = { b: "Loss" }', ["Loss"]],
  ];
  for (const [title, source, texts] of caught) {
    test(title, () => expect(visibleTexts("a.tsx", source)).toEqual(texts));
  }

  test("no types, paths, class names, formulas, keys, states and messages of our own bugs", () => {
    const source = `
      import a from "./Some Module.tsx";
      type A = "Big Word" | B["Other Words"];
      if (key === "Enter" || kind !== "Two Words") throw new Error("internal: no such thing");
      throw new Error(\`internal: \${a} is not there\`);
      const b = <p className="calm apart" role="note" data-x="x">λ = {c} · 2/η, n</p>;
      const d = [\`M\${x} 0H\${y}\`, "line", \`beside-\${n}\`];
    `;
    expect(visibleTexts("a.tsx", source)).toEqual([]);
  });
});
