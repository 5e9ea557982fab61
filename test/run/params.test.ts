import { describe, expect, it } from "vitest";
import type { Param } from "../../src/model/graph.ts";
import { blockOf, blockParams, embedded, selectTensors } from "../../src/run/params.ts";

const names = [
  "embeddings.words",
  "embeddings.norm.bias",
  "layer.0.weight",
  "layer.0.bias",
  "layer.1.weight",
  "head.weight",
];

describe("patterns over tensor names", () => {
  it.each([
    [[], names],
    [["*"], names],
    [["head.weight"], ["head.weight"]],
    [["layer.?.weight"], ["layer.0.weight", "layer.1.weight"]],
    [["-embeddings.*"], names.slice(2)],
    [["!embeddings.*"], names.slice(2)],
    [
      ["layer.*", "-*.bias"],
      ["layer.0.weight", "layer.1.weight"],
    ],
    [
      ["-*.weight", "head.*"],
      ["embeddings.words", "embeddings.norm.bias", "layer.0.bias", "head.weight"],
    ],
    [
      ["head.weight", "embeddings.words"],
      ["embeddings.words", "head.weight"],
    ],
    [["*0*"], ["layer.0.weight", "layer.0.bias"]],
  ])("%j choose in the order of the names", (patterns, chosen) => {
    expect(selectTensors(names, patterns)).toEqual(chosen);
  });

  it("know no other special characters, and fit the whole name", () => {
    expect(() => selectTensors(names, ["layer.[01].weight"])).toThrow(
      "expected a pattern that fits a tensor",
    );
    expect(() => selectTensors(names, ["layer"])).toThrow(
      'parameters: "layer": expected a pattern that fits a tensor, file has embeddings.words, embeddings.norm.bias, ' +
        "layer.0.weight, layer.0.bias, layer.1.weight, head.weight. " +
        "Choose tensors by patterns such as layer3.* or -*embeddings*.",
    );
  });

  it("must leave a tensor", () => {
    expect(() => selectTensors(names, ["-*"])).toThrow("expected at least one tensor");
  });

  it("take no longer for many stars", () => {
    const long = "a".repeat(2000);
    const began = performance.now();
    expect(() => selectTensors([long], [`${"*a".repeat(500)}b`])).toThrow("fits a tensor");
    expect(performance.now() - began).toBeLessThan(500);
  });
});

describe("vectors of a block", () => {
  const params: Param[] = [3, 2, 4].map((size, i) => ({
    ...{ name: `p${i}`, fileShape: [size], axes: [0], size, offset: [0, 3, 5][i], node: i },
  }));
  const block = blockParams(params, ["p2", "p0"]);

  it("follow each other in the order of the parameters, and come back into their places", () => {
    expect(block.map(({ name, offset }) => [name, offset])).toEqual([
      ["p0", 0],
      ["p2", 3],
    ]);
    const whole = Float64Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9);
    const part = blockOf(params, block, whole);
    expect(Array.from(part)).toEqual([1, 2, 3, 6, 7, 8, 9]);
    expect(Array.from(embedded(params, block, part))).toEqual([1, 2, 3, 0, 0, 6, 7, 8, 9]);
  });
});
