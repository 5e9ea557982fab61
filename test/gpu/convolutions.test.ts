import { afterAll, describe, expect, it } from "vitest";
import { Builder } from "../../src/autograd/builder.ts";
import type { Graph } from "../../src/model/graph.ts";
import { globalAveragePool, linear, softmaxCrossEntropy } from "../../src/model/layers.ts";
import { dawn } from "./dawn.ts";
import { example, hessianOf, inFloat64, products, randomVector, relativeError } from "./examples.ts";

afterAll(async () => {
  expect((await dawn()).faults, "errors that no call reported").toEqual([]);
});

interface Layer {
  readonly kernel: readonly [number, number];
  readonly stride: readonly [number, number];
  /** top, left, bottom, right */
  readonly pad: readonly [number, number, number, number];
}

/** Image -> convolution -> tanh -> the same convolution geometry again -> tanh -> pool -> 3 classes. */
function net(layer: Layer, size: readonly [number, number], channels: readonly number[], n: number): Graph {
  const b = new Builder();
  let x = b.input("x", [n, ...size, channels[0]], "data");
  const [kh, kw] = layer.kernel;
  channels.slice(1).forEach((to, i) => {
    const w = b.param(`conv${i}`, [to, channels[i], kh, kw], [2, 3, 1, 0]);
    x = b.op("tanh", [
      b.op("conv2d", [x, w], { mode: "forward", stride: [...layer.stride], pad: [...layer.pad] }),
    ]);
  });
  const logits = linear(
    b,
    globalAveragePool(b, x),
    b.param("fc.weight", [3, channels[channels.length - 1]]),
    b.param("fc.bias", [3]),
  );
  b.output("logits", logits);
  b.output("loss", softmaxCrossEntropy(b, logits, b.input("targets", [n, 3], "target")));
  return b.finish();
}

const layer = (kernel: number, stride: number, pad: number): Layer => ({
  kernel: [kernel, kernel],
  stride: [stride, stride],
  pad: [pad, pad, pad, pad],
});

const cases: [string, Layer, [number, number], number[], number][] = [
  ["1x1, odd image, odd channels", layer(1, 1, 0), [5, 7], [3, 5, 1], 2],
  ["1x1, stride 2", layer(1, 2, 0), [9, 8], [3, 5, 4], 1],
  ["3x3, pad 0", layer(3, 1, 0), [7, 9], [1, 3, 5], 3],
  ["3x3, pad 1, stride 2, odd image", layer(3, 2, 1), [9, 7], [3, 5, 7], 2],
  ["3x3, pad 1, stride 2, even image", layer(3, 2, 1), [8, 12], [5, 4, 8], 2],
  ["3x3, pad 2", layer(3, 1, 2), [5, 5], [3, 1, 3], 2],
  ["3x3, stride 3 greater than needed", layer(3, 3, 1), [11, 10], [2, 3, 4], 1],
  ["5x5, pad 2", layer(5, 1, 2), [7, 5], [3, 4, 5], 2],
  ["5x5, pad 0, stride 2", layer(5, 2, 0), [15, 13], [1, 5, 3], 1],
  ["7x7, pad 3, stride 2", layer(7, 2, 3), [13, 11], [3, 8, 5], 1],
  ["2x2, pad 0, stride 2", layer(2, 2, 0), [9, 8], [3, 5, 3], 2],
  ["unlike in height and width", { kernel: [3, 1], stride: [1, 2], pad: [1, 0, 1, 0] }, [6, 9], [3, 5, 4], 2],
  ["unlike before and after", { kernel: [3, 4], stride: [2, 1], pad: [0, 1, 1, 2] }, [8, 7], [3, 4, 5], 1],
  // Taps share the pixels that they read where eight neighbours lie in a row.
  ["3x3, pad 1, rows of eight, odd channels", layer(3, 1, 1), [3, 8], [3, 5, 9], 2],
  ["2x3, rows of sixteen", { kernel: [2, 3], stride: [1, 1], pad: [1, 0, 0, 2] }, [3, 16], [8, 4, 3], 1],
  ["3x3, pad 0, rows of eight written, of ten read", layer(3, 1, 0), [5, 10], [3, 8, 4], 1],
  ["kernel as large as the image", layer(5, 1, 0), [9, 9], [3, 4, 5], 1],
];

describe("products through convolutions agree with float64", () => {
  it.each(cases)("%s", async (_title, geometry, size, channels, n) => {
    const problem = example(net(geometry, size, channels, n), 5);
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
