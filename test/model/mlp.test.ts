import { expect, test } from "vitest";
import { Builder } from "../../src/autograd/builder.ts";
import { interpret } from "../../src/autograd/interpret.ts";
import { buildModel, recogniseModel } from "../../src/model/families.ts";
import { parameterCount, printGraph } from "../../src/model/graph.ts";
import type { Mlp } from "../../src/model/mlp.ts";
import { refusal, tensorsOf } from "./files.ts";

const shapes = { "fc1.weight": [32, 64], "fc1.bias": [32], "fc2.weight": [10, 32], "fc2.bias": [10] };

function graphOf(mlp: Mlp, batchSize: number) {
  const builder = new Builder();
  buildModel(builder, mlp, { batchSize, bn: "eval" });
  return builder.finish();
}

test("64-32-10 has 2,410 parameters in file order, and no activation after the last layer", () => {
  const mlp = recogniseModel(tensorsOf(shapes), "mlp.safetensors").architecture as Mlp;
  expect(mlp).toMatchObject({
    sizes: [64, 32, 10],
    activation: "relu",
    classes: 10,
    title: "perceptron 64-32-10 with relu",
  });
  const graph = graphOf(mlp, 4);
  expect(parameterCount(graph)).toBe(2410);
  expect(graph.params.map((p) => p.name)).toEqual(Object.keys(shapes));
  expect(printGraph(graph).match(/= relu/g)?.length).toBe(1);
});

test("the loss is the mean cross-entropy of the layers' formula", () => {
  const mlp = recogniseModel(
    tensorsOf({ "fc1.weight": [1, 1], "fc1.bias": [1], "fc2.weight": [2, 1], "fc2.bias": [2] }),
    "m",
    {
      activation: "tanh",
    },
  ).architecture as Mlp;
  const params = {
    "fc1.weight": Float64Array.of(0.7),
    "fc1.bias": Float64Array.of(-0.2),
    "fc2.weight": Float64Array.of(1.5, -0.5),
    "fc2.bias": Float64Array.of(0.1, 0.3),
  };
  const inputs = { x: Float64Array.of(1, -2), targets: Float64Array.of(0.5, 0, 0, 0.5) };
  const { logits, loss } = interpret(graphOf(mlp, 2), { params, inputs });
  const row = (x: number) => [1.5 * Math.tanh(0.7 * x - 0.2) + 0.1, -0.5 * Math.tanh(0.7 * x - 0.2) + 0.3];
  const crossEntropy = ([a, b]: number[], label: number) =>
    Math.log(Math.exp(a) + Math.exp(b)) - [a, b][label];
  [...row(1), ...row(-2)].forEach((v, i) => {
    expect(logits[i]).toBeCloseTo(v, 12);
  });
  expect(loss[0]).toBeCloseTo((crossEntropy(row(1), 0) + crossEntropy(row(-2), 1)) / 2, 12);
});

test.each([
  [
    "fc2.weight",
    [10, 31],
    "fc2.weight: expected [10,32], file has [10,31]. This is not a perceptron 64-32-10 with relu: check the file, or convert its names and shapes.",
  ],
  [
    "fc1.weight",
    [32],
    "fc1.weight: expected [out,in], file has [32]. Save the weights of torch.nn.Linear layers named fc1, fc2 and so on.",
  ],
  [
    "fc4.weight",
    [10, 10],
    '"fc4.weight": expected no such tensor in a perceptron 64-32-10 with relu, file has one of shape [10,10]. This is not a perceptron 64-32-10 with relu: check the file, or convert its names and shapes.',
  ],
])("%s of shape %j is refused by name", (name, shape, message) => {
  expect(refusal(() => recogniseModel(tensorsOf({ ...shapes, [name]: shape }), "m"))).toBe(`m: ${message}`);
});
