import { describe, expect, it } from "vitest";
import { interpret } from "../../src/autograd/interpret.ts";
import { linearize, reverseOverForward } from "../../src/autograd/linearize.ts";
import { gradient } from "../../src/autograd/vjp.ts";
import type { Graph } from "../../src/model/graph.ts";
import { randomInputs, tinyConvNet, tinyMlp } from "./nets.ts";
import { paramDot, randomParams, seeded } from "./seeded.ts";

const nets: [string, Graph][] = [
  ["tanh MLP", tinyMlp("tanh", 3)],
  ["ReLU MLP", tinyMlp("relu", 3)],
  ["tanh conv net, BatchNorm eval", tinyConvNet("tanh", "eval")],
  ["tanh conv net, batch statistics", tinyConvNet("tanh", "batch")],
  ["ReLU conv net, BatchNorm eval", tinyConvNet("relu", "eval")],
  ["ReLU conv net, batch statistics", tinyConvNet("relu", "batch")],
];

describe.each(nets)("%s", (_title, graph) => {
  const random = seeded(7);
  const params = randomParams(graph, random);
  const inputs = randomInputs(graph, random);
  const [u, v] = [randomParams(graph, random), randomParams(graph, random)];
  const { graph: linear } = linearize(graph);
  const product = (tangents: typeof v, of = linear) => interpret(of, { params, inputs, tangents });
  const shifted = (h: number) =>
    Object.fromEntries(
      Object.entries(params).map(([name, x]) => [name, x.map((w, i) => w + h * v[name][i])]),
    );

  it("has the slope of the loss along v as <gradient, v>", () => {
    const loss = (h: number) => interpret(graph, { params: shifted(h), inputs }, ["loss"]).loss[0];
    const h = 1e-6;
    expect(paramDot(graph, v, product(v), "grad:")).toBeCloseTo((loss(h) - loss(-h)) / (2 * h), 6);
  });

  it("has the change of the gradient along v as Hv", () => {
    const at = (h: number) => interpret(gradient(graph), { params: shifted(h), inputs });
    const h = 1e-7;
    const difference = (paramDot(graph, u, at(h), "grad:") - paramDot(graph, u, at(-h), "grad:")) / (2 * h);
    expect(paramDot(graph, u, product(v), "hv:")).toBeCloseTo(difference, 4);
  });

  it("is symmetric: u'Hv = v'Hu", () => {
    const [uHv, vHu] = [paramDot(graph, u, product(v), "hv:"), paramDot(graph, v, product(u), "hv:")];
    expect(Math.abs(uHv - vHu)).toBeLessThan(1e-12 * (1 + Math.abs(uHv)));
  });

  it("gives the same product by reverse over forward", () => {
    const one = product(v);
    const other = product(v, reverseOverForward(graph).graph);
    for (const p of graph.params)
      one[`hv:${p.name}`].forEach((x, i) => {
        expect(Math.abs(x - other[`hv:${p.name}`][i])).toBeLessThan(1e-12);
      });
  });
});
