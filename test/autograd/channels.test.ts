import { describe, expect, test } from "vitest";
import { Builder } from "../../src/autograd/builder.ts";
import { outputChannels } from "../../src/autograd/channels.ts";
import { tinyConvNet, tinyMlp } from "./nets.ts";

describe("output channels", () => {
  test("stand on the first axis of kernels and of linear layers; those of the logits are the classes", () => {
    expect([...outputChannels(tinyMlp("relu", 2))]).toEqual([["fc1.weight", 0]]);
    expect([...outputChannels(tinyConvNet("relu", "batch", 2))]).toEqual([
      ["conv1.weight", 0],
      ["conv2.weight", 0],
    ]);
  });

  test("are found on either side of a product and through transposes, but not where uses disagree", () => {
    const b = new Builder();
    const product = (x: number, w: number, attrs: object) =>
      b.op("relu", [b.op("matmul", [x, w], { ta: false, tb: false, ...attrs })]);
    const table = b.param("table", [9, 4]);
    let x = b.op("gather", [table, b.input("ids", [4], "data", "i32")]);
    x = product(x, b.param("in-out", [4, 5]), {});
    x = product(x, b.op("transpose", [b.param("turned", [4, 5])], { perm: [1, 0] }), {});
    x = product(b.param("left", [6, 4]), x, {});
    x = product(b.param("left-turned", [6, 4]), x, { ta: true });
    const both = b.param("both", [4, 4]);
    x = product(x, both, {});
    x = product(x, both, { tb: true });
    b.output("logits", b.op("matmul", [x, b.param("last", [4, 3])], { ta: false, tb: false }));
    expect([...outputChannels(b.finish())]).toEqual([
      ["in-out", 1],
      ["turned", 0],
      ["left", 0],
      ["left-turned", 1],
    ]);
  });
});
