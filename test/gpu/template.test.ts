import { describe, expect, it } from "vitest";
import { expand, type TemplateValues } from "../../src/gpu/template.ts";

const lines = (text: string[], values: TemplateValues = {}): string[] =>
  expand(text.join("\n"), values).split("\n");

describe("a template", () => {
  it("without directives stays as it is", () => {
    expect(expand("fn main() {\n  // a comment\n}", {})).toBe("fn main() {\n  // a comment\n}");
  });

  it("puts in values, several to a line", () => {
    expect(expand("a{{I}} = {{X}} + {{X}};", { I: 3, X: "b" })).toBe("a3 = b + b;");
  });

  it("adds two numbers, given or by name", () => {
    expect(lines(["//@for i 0 2", "x{{i+N}} = y{{i+1}}", "//@end"], { N: 3 })).toEqual([
      "x3 = y1",
      "x4 = y2",
    ]);
  });

  it("does not expand what it has put in", () => {
    expect(expand("{{A}}", { A: "{{B}}", B: 1 })).toBe("{{B}}");
  });

  it("repeats a block for each number from the first up to but without the last", () => {
    expect(lines(["//@for i 0 N", "x{{i}}", "//@end"], { N: 3 })).toEqual(["x0", "x1", "x2"]);
    expect(lines(["a", "//@for i 2 2", "x{{i}}", "//@end", "b"])).toEqual(["a", "b"]);
  });

  it("nests blocks; the inner bounds may name the outer number", () => {
    expect(lines(["//@for i 1 3", "  //@for j 0 i", "{{i}}{{j}}", "  //@end", "//@end", "end"])).toEqual([
      "10",
      "20",
      "21",
      "end",
    ]);
  });

  it.each([
    [true, ["yes"]],
    [false, ["no"]],
    [0, ["no"]],
    [2, ["yes"]],
  ])("takes a branch by the value %s", (A, branch) => {
    expect(lines(["//@if A", "yes", "//@else", "no", "//@end"], { A })).toEqual(branch);
    expect(lines(["//@if not A", "no", "//@else", "yes", "//@end"], { A })).toEqual(branch);
  });

  it("does not read the branch that is not taken", () => {
    expect(lines(["//@if A", "{{MISSING}}", "//@end", "b"], { A: false })).toEqual(["b"]);
  });

  it("finds the else of its own block, not of one inside", () => {
    const text = ["//@if A", "//@if B", "1", "//@else", "2", "//@end", "//@else", "3", "//@end"];
    expect(lines(text, { A: true, B: false })).toEqual(["2"]);
    expect(lines(text, { A: false, B: true })).toEqual(["3"]);
  });
});

describe("a faulty template is a bug of ours, and is named", () => {
  it.each([
    ["{{A}}", "internal: template: unknown name A"],
    ["//@if A\n//@end", "internal: template: unknown name A"],
    ["//@for i 0 N\n//@end", "internal: template: unknown name N"],
    ["  //@for i 0 2\nx", 'internal: template: no //@end for "//@for i 0 2"'],
    ["x\n//@end", "internal: template: stray //@end at line 2"],
    ["//@while A\n//@end", "internal: template: unknown directive //@while"],
  ])("%j", (text, message) => {
    expect(() => expand(text, {})).toThrow(message);
  });
});
