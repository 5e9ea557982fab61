import { afterAll, describe, expect, it } from "vitest";
import { Builder } from "../../src/autograd/builder.ts";
import type { Attrs, Graph, NodeId } from "../../src/model/graph.ts";
import { globalAveragePool, softmaxCrossEntropy } from "../../src/model/layers.ts";
import { averagePool, maxPool } from "../../src/model/pooling.ts";
import { dawn } from "./dawn.ts";
import { example, hessianOf, inFloat64, products, randomVector, relativeError } from "./examples.ts";

afterAll(async () => {
  expect((await dawn()).faults, "errors that no call reported").toEqual([]);
});

type Layer = (b: Builder, x: NodeId, name: string) => NodeId;

/** Image [2,9,8,C] -> a scale per channel -> tanh -> layers with tanh between them -> mean: the logits. */
function net(channels: number, layers: readonly Layer[]): Graph {
  const b = new Builder();
  let x = b.mul(b.input("x", [2, 9, 8, channels], "data"), b.param("scale", [channels]));
  layers.forEach((layer, i) => {
    x = layer(b, b.op("tanh", [x]), `layer${i}`);
  });
  const logits = globalAveragePool(b, b.op("tanh", [x]));
  b.output("logits", logits);
  const targets = b.input("targets", b.shape(logits), "target");
  b.output("loss", softmaxCrossEntropy(b, logits, targets));
  return b.finish();
}

/** A convolution 3x3 with `per` output channels per group. */
const grouped =
  (groups: number, per: number, attrs: Attrs): Layer =>
  (b, x, name) => {
    const into = b.shape(x)[3] / groups;
    const w = b.param(name, [groups * per, into, 3, 3], [2, 3, 1, 0]);
    return b.op("conv2d", [x, w], { mode: "forward", stride: [1, 1], pad: [1, 1, 1, 1], groups, ...attrs });
  };

const pool = { kernel: [3, 3], stride: [2, 2], pad: [1, 1, 1, 1] };

const cases: [string, number, Layer[]][] = [
  [
    "depthwise, unlike strides, dilations and pads",
    5,
    [
      grouped(5, 1, { dilation: [2, 1], stride: [1, 2], pad: [2, 0, 1, 2] }),
      grouped(5, 1, { stride: [2, 2] }),
    ],
  ],
  ["groups of several channels", 6, [grouped(3, 4, { stride: [2, 1] }), grouped(2, 1, { dilation: [1, 2] })]],
  ["dilated", 5, [grouped(1, 4, { dilation: [2, 3], pad: [2, 3, 2, 3] })]],
  ["dilated and strided", 4, [grouped(1, 4, { dilation: [2, 2], stride: [2, 2], pad: [2, 2, 2, 2] })]],
  [
    "maximum and average pooling",
    5,
    [(b, x) => maxPool(b, x, pool), (b, x) => averagePool(b, x, { ...pool, ceilMode: true }, false)],
  ],
];

describe("products through windows and groups agree with float64", () => {
  it.each(cases)("%s", async (_title, channels, layers) => {
    const problem = example(net(channels, layers), 5);
    const vectors = [1, 2].map((seed) => randomVector(problem.parameters.length, seed));
    const operator = await hessianOf(problem, 2);
    const want = vectors.map((v) => inFloat64(problem, v));
    expect(relativeError([await operator.loss()], [want[0].loss])).toBeLessThan(1e-6);
    expect(relativeError(await operator.gradient(), want[0].gradient)).toBeLessThan(1e-5);
    (await products(operator, vectors)).forEach((hv, i) => {
      expect(relativeError(hv, want[i].hv)).toBeLessThan(1e-5);
    });
    operator.destroy();
  });
});
