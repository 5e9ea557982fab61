import { describe, expect, it } from "vitest";
import { interpret } from "../../src/autograd/interpret.ts";
import { linearize, reverseOverForward } from "../../src/autograd/linearize.ts";
import { gradient } from "../../src/autograd/vjp.ts";
import { type Graph, parameterCount } from "../../src/model/graph.ts";
import { unflatten } from "../../src/model/paramLayout.ts";
import { hyperDual } from "../oracles/hyperdual.ts";
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

  it("is linear in the tangent", () => {
    const mixed = product(
      Object.fromEntries(
        Object.entries(u).map(([name, x]) => [name, x.map((w, i) => 2 * w - 3 * v[name][i])]),
      ),
    );
    const [hu, hv] = [product(u), product(v)];
    for (const name of Object.keys(u))
      mixed[`hv:${name}`].forEach((x, i) => {
        expect(x).toBeCloseTo(2 * hu[`hv:${name}`][i] - 3 * hv[`hv:${name}`][i], 12);
      });
  });

  it("agrees with hyper-dual numbers on the forward graph, which know no rule of ours", () => {
    const oracle = hyperDual(graph, params, inputs, u, v);
    const got = product(v);
    expect(got.loss[0]).toBeCloseTo(oracle.value, 13);
    expect(paramDot(graph, u, got, "grad:")).toBeCloseTo(oracle.alongU, 12);
    expect(paramDot(graph, u, got, "hv:")).toBeCloseTo(oracle.uHv, 12);
  });

  it("has a symmetric Hessian, column by column, whose diagonal blocks the block products give", () => {
    const columns = graph.params.flatMap((p) =>
      Array.from({ length: p.size }, (_, i) => {
        const unit = unflatten(graph.params, new Float64Array(parameterCount(graph)));
        unit[p.name][i] = 1;
        return { owner: p, i, hv: product(unit) };
      }),
    );
    const column = ({ hv }: (typeof columns)[number]) =>
      graph.params.flatMap((p) => Array.from(hv[`hv:${p.name}`]));
    const matrix = columns.map(column);
    matrix.forEach((row, i) => {
      for (let j = 0; j < i; j++) expect(Math.abs(row[j] - matrix[j][i])).toBeLessThan(1e-13);
    });
    const block = linearize(graph, { params: [graph.params[0].name] }).graph;
    const [first] = graph.params;
    const unit = new Float64Array(first.size);
    unit[0] = 1;
    const part = interpret(block, { params, inputs, tangents: { [first.name]: unit } }, [`hv:${first.name}`]);
    part[`hv:${first.name}`].forEach((x, i) => {
      expect(x).toBeCloseTo(matrix[0][i], 13);
    });
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
