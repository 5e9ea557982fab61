import { Builder } from "../../src/autograd/builder.ts";
import type { Random } from "../../src/autograd/ops/op.ts";
import type { Graph } from "../../src/model/graph.ts";
import { batchNorm, globalAveragePool, linear, softmaxCrossEntropy } from "../../src/model/layers.ts";
import { uniformArray } from "./seeded.ts";

/** x [n,3] -> 4 -> 2 classes. */
export function tinyMlp(activation: "tanh" | "relu", n = 2): Graph {
  const b = new Builder();
  const x = b.input("x", [n, 3], "data");
  const targets = b.input("targets", [n, 2], "target");
  const h = b.op(activation, [linear(b, x, b.param("fc1.weight", [4, 3]), b.param("fc1.bias", [4]))]);
  const logits = linear(b, h, b.param("fc2.weight", [2, 4]), b.param("fc2.bias", [2]));
  b.output("logits", logits);
  b.output("loss", softmaxCrossEntropy(b, logits, targets));
  return b.finish();
}

/** Image [n,5,5,2] -> conv 3x3 to 3 channels -> batch norm -> activation -> strided shortcut sum -> 2 classes. */
export function tinyConvNet(activation: "tanh" | "relu", mode: "eval" | "batch", n = 2): Graph {
  const b = new Builder();
  const x = b.input("x", [n, 5, 5, 2], "data");
  const targets = b.input("targets", [n, 2], "target");
  const kernel = (name: string, size: number, from: number, to: number) =>
    b.param(name, [to, from, size, size], [2, 3, 1, 0]);
  const conv = { mode: "forward", pad: [1, 1, 1, 1] };
  const c1 = b.op("conv2d", [x, kernel("conv1.weight", 3, 2, 3)], { ...conv, stride: [1, 1] });
  const bn = batchNorm(b, c1, {
    weight: b.param("bn1.weight", [3]),
    bias: b.param("bn1.bias", [3]),
    mean: b.input("bn1.running_mean", [3], "state"),
    variance: b.input("bn1.running_var", [3], "state"),
    epsilon: 1e-5,
    mode,
  });
  const a1 = b.op(activation, [bn]);
  const c2 = b.op("conv2d", [a1, kernel("conv2.weight", 3, 3, 4)], { ...conv, stride: [2, 2] });
  const half = b.op("slice", [a1], { start: [0, 0, 0, 0], size: [n, 3, 3, 3], stride: [1, 2, 2, 1] });
  const short = b.op("pad", [half], { low: [0, 0, 0, 0], high: [0, 0, 0, 1], interior: [0, 0, 0, 0] });
  const a2 = b.op(activation, [b.op("add", [c2, short])]);
  const logits = linear(b, globalAveragePool(b, a2), b.param("fc.weight", [2, 4]), b.param("fc.bias", [2]));
  b.output("logits", logits);
  b.output("loss", softmaxCrossEntropy(b, logits, targets));
  return b.finish();
}

/** Random data, one-hot targets divided by the batch size, running statistics with positive variance. */
export function randomInputs(graph: Graph, random: Random): Record<string, Float64Array> {
  return Object.fromEntries(
    graph.inputs.map(({ name, shape, role }) => {
      if (role === "target") {
        const [n, classes] = shape;
        const targets = new Float64Array(n * classes);
        for (let i = 0; i < n; i++) targets[i * classes + Math.floor(random() * classes)] = 1 / n;
        return [name, targets];
      }
      return [name, uniformArray(random, shape, name.endsWith("var") ? 0.5 : -1, 1.5)];
    }),
  );
}
