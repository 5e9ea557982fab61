import { describe, expect, test } from "vitest";
import { Builder } from "../../src/autograd/builder.ts";
import { multiplyAccumulates } from "../../src/autograd/macs.ts";
import { tinyConvNet, tinyMlp } from "./nets.ts";

describe("multiply-accumulates of a forward graph", () => {
  test("are m k n per matrix product, and nothing for biases", () => {
    expect([...multiplyAccumulates(tinyMlp("tanh", 2))]).toEqual([
      ["fc1.weight", 2 * 3 * 4],
      ["fc2.weight", 2 * 4 * 2],
    ]);
  });

  test("are outputs times taps times input channels per convolution, for every sample", () => {
    const counts = [2, 6].map((n) => multiplyAccumulates(tinyConvNet("relu", "eval", n)));
    expect([...counts[0]]).toEqual([
      ["conv1.weight", 2 * 5 * 5 * 3 * (3 * 3 * 2)],
      ["conv2.weight", 2 * 3 * 3 * 4 * (3 * 3 * 3)],
      ["fc.weight", 2 * 4 * 2],
    ]);
    expect([...counts[1].values()]).toEqual([...counts[0].values()].map((count) => 3 * count));
  });

  test("follow a weight through movements and skip look-ups; grouped kernels count their own channels", () => {
    const b = new Builder();
    const table = b.param("table", [10, 4]);
    const words = b.op("gather", [table, b.input("ids", [6], "data", "i32")]);
    const split = b.op("reshape", [b.param("w", [2, 8])], { shape: [4, 4] });
    const turned = b.op("transpose", [split], { perm: [1, 0] });
    b.output("y", b.op("matmul", [words, turned], { ta: false, tb: false }));
    const images = b.input("x", [1, 4, 4, 6], "data");
    const kernel = b.param("depthwise", [6, 1, 3, 3], [2, 3, 1, 0]);
    const conv = { mode: "forward", pad: [0, 0, 0, 0], stride: [1, 1], groups: 6 };
    b.output("z", b.op("conv2d", [images, kernel], conv));
    expect(Object.fromEntries(multiplyAccumulates(b.finish()))).toEqual({
      w: 6 * 4 * 4,
      depthwise: 2 * 2 * 6 * 9,
    });
  });
});
