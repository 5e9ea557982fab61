import { describe, expect, it } from "vitest";
import { ALONG, ALONG_OUTPUTS, curvatureAlong } from "../../src/autograd/along.ts";
import { interpret } from "../../src/autograd/interpret.ts";
import { type LinearizeOptions, linearize } from "../../src/autograd/linearize.ts";
import type { Graph } from "../../src/model/graph.ts";
import { randomInputs, tinyConvNet, tinyMlp } from "./nets.ts";
import { randomParams, seeded } from "./seeded.ts";

function setUp(graph: Graph) {
  const random = seeded(7);
  const params = randomParams(graph, random);
  return { params, inputs: randomInputs(graph, random), along: randomParams(graph, random) };
}
type SetUp = ReturnType<typeof setUp>;

const sum = (values: ArrayLike<number>): number => Array.from(values).reduce((a, b) => a + b, 0);

function rowsOf(graph: Graph, { params, inputs, along }: SetUp, names = Object.keys(along)) {
  const direction = Object.fromEntries(names.map((name) => [`${ALONG}${name}`, along[name]]));
  return interpret(curvatureAlong(graph, names), { params: { ...params, ...direction }, inputs });
}

/** u'Au by the product. */
function quadraticForm(graph: Graph, { params, inputs, along }: SetUp, options: LinearizeOptions): number {
  const names = options.params ?? Object.keys(along);
  const got = interpret(linearize(graph, options).graph, { params, inputs, tangents: along });
  return sum(names.map((name) => sum(along[name].map((x, i) => x * got[`hv:${name}`][i]))));
}

describe("slope and curvature of every row along one direction", () => {
  it.each([
    ["a perceptron with tanh", () => tinyMlp("tanh", 5)],
    ["a convolutional network with tanh", () => tinyConvNet("tanh", "eval", 3)],
    ["a ReLU perceptron", () => tinyMlp("relu", 4)],
  ])("of %s add up to the products with the Hessian, Gauss-Newton and what is left", (_, make) => {
    const graph = make();
    const set = setUp(graph);
    const rows = rowsOf(graph, set);
    const scale = sum(rows.gaussNewton.map(Math.abs)) + sum(rows.residual.map(Math.abs));
    expect(scale).toBeGreaterThan(1e-3);
    for (const [name, operator] of [
      ["gaussNewton", "ggn"],
      ["residual", "residual"],
    ] as const)
      expect(Math.abs(sum(rows[name]) - quadraticForm(graph, set, { operator }))).toBeLessThan(1e-12 * scale);
    const hessian = quadraticForm(graph, set, {});
    expect(Math.abs(sum(rows.gaussNewton) + sum(rows.residual) - hessian)).toBeLessThan(1e-12 * scale);
    const { params, inputs, along } = set;
    const gradient = interpret(linearize(graph).graph, { params, inputs, tangents: along });
    const slope = sum(
      Object.keys(along).map((p) => sum(along[p].map((x, i) => x * gradient[`grad:${p}`][i]))),
    );
    expect(Math.abs(sum(rows.slope) - slope)).toBeLessThan(1e-12 * sum(rows.slope.map(Math.abs)));
  });

  it("is that of each sample alone, for every row", () => {
    const [one, five] = [tinyMlp("tanh", 1), tinyMlp("tanh", 5)];
    const set = setUp(five);
    const rows = rowsOf(five, set);
    for (let i = 0; i < 5; i++) {
      const inputs = {
        x: set.inputs.x.slice(3 * i, 3 * i + 3),
        targets: set.inputs.targets.slice(2 * i, 2 * i + 2),
      };
      const alone = rowsOf(one, { ...set, inputs });
      for (const name of ALONG_OUTPUTS) expect(rows[name][i]).toBeCloseTo(alone[name][0], 13);
    }
  });

  it("takes a block of tensors, and is zero where the logits are linear along it", () => {
    const graph = tinyMlp("tanh", 4);
    const set = setUp(graph);
    const names = ["fc2.weight", "fc2.bias"];
    const rows = rowsOf(graph, set, names);
    expect(Array.from(rows.residual)).toEqual([0, 0, 0, 0]);
    const block = quadraticForm(graph, set, { params: names });
    expect(Math.abs(sum(rows.gaussNewton) - block)).toBeLessThan(1e-12 * Math.abs(block));
  });
});
