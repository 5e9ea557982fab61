import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { snippets } from "../../../src/ui/embed/snippets.ts";

const shot = {
  folder: "https://example.org/eigenscope/",
  hash: "#model=resnet20-nobn&x=linear",
  title: "ResNet-20 without BatchNorm: Hessian spectrum",
  file: "resnet-20-without-batchnorm-density",
};
const docs = readFileSync("docs/embedding.md", "utf8");

test.each(snippets(shot))("the documentation shows the $name snippet as the page makes it", ({ code }) => {
  expect(docs).toContain(code);
});

test("text from elsewhere stays text in HTML, TeX and Python", () => {
  const hostile = { ...shot, title: `"><script>&</script> 100% \\input{x} #1 [a](b)`, hash: '#a="b"&c=%20' };
  const code = Object.fromEntries(snippets(hostile).map((snippet) => [snippet.name, snippet.code]));
  for (const name of ["HTML", "reveal.js"]) {
    expect(code[name]).toContain('title="&quot;&gt;&lt;script&gt;&amp;&lt;/script&gt; 100%');
    expect(code[name]).toContain("embed.html#a=&quot;b&quot;&amp;c=%20");
  }
  expect(code.LaTeX).toContain("100\\% \\textbackslash{}input\\{x\\} \\#1");
  expect(code.LaTeX).toContain('\\#a="b"\\&c=\\%20}{Live figure}');
  expect(code.Jupyter).toContain('embed.html#a=\\"b\\"&c=%20"');
  expect(code.Quarto).toContain("\\[a\\](b)](");
});
