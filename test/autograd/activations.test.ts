import { describe, expect, it } from "vitest";
import {
  activationHessianTimes,
  IN,
  jacobianTimes,
  OUT,
  transposedTimes,
} from "../../src/autograd/activations.ts";
import { interpret } from "../../src/autograd/interpret.ts";
import { type Graph, sizeOf, type Unit, unflatten } from "../../src/model/index.ts";
import { loadModel } from "../../src/run/load.ts";
import { type Problem, poseProblem } from "../../src/run/problem.ts";
import type { DataSource, ModelSource } from "../../src/run/protocol.ts";
import { images, mlp, resnet8, settings, vectors } from "../run/files.ts";
import { seeded } from "./seeded.ts";

const noBundle = () => Promise.reject(new Error("no bundled files"));

async function posed(model: ModelSource, data: DataSource, batchSize = 2, bn: "eval" | "batch" = "eval") {
  return poseProblem(await loadModel(model, data, noBundle), settings({ batchSize, bn }));
}

function leaves({ graph, parameters, inputs }: Problem) {
  const values = Object.entries(inputs).map(([name, x]) => [name, Float64Array.from(x)] as const);
  return { params: unflatten(graph.params, parameters), inputs: Object.fromEntries(values) };
}

/** A graph from the activation on, as a function of it. */
function valueAt(problem: Problem, output: number, activation: number, value: Float64Array): Float64Array {
  const { nodes, ...rest } = problem.graph;
  const name = "activation";
  const cut = nodes.map((node, id) =>
    id === activation ? { ...node, op: "input", inputs: [], attrs: { name } } : node,
  );
  const graph: Graph = { ...rest, nodes: cut, outputs: { wanted: output } };
  const { params, inputs } = leaves(problem);
  return interpret(graph, { params, inputs: { ...inputs, [name]: value } }).wanted;
}

const activationAt = (problem: Problem, id: number): Float64Array =>
  interpret({ ...problem.graph, outputs: { wanted: id } }, leaves(problem)).wanted;

const random = (size: number, seed: number): Float64Array => {
  const next = seeded(seed);
  return Float64Array.from({ length: size }, () => 2 * next() - 1);
};
const dot = (a: Float64Array, b: Float64Array): number => a.reduce((sum, x, i) => sum + x * b[i], 0);
const sizeAt = ({ graph }: Problem, id: number): number => sizeOf(graph.nodes[id].shape);

describe("the Jacobian of a unit", () => {
  it("<u, J v> = <J'u, v> in every unit, with running and with batch statistics", async () => {
    for (const bn of ["eval", "batch"] as const) {
      const problem = await posed(resnet8(), images(), 2, bn);
      const units = problem.graph.units as readonly Unit[];
      expect(units.map(({ name }) => name)).toEqual(["layer1.0", "layer2.0", "layer3.0"]);
      for (const unit of units) {
        const [v, u] = [random(sizeAt(problem, unit.input), 1), random(sizeAt(problem, unit.output), 2)];
        const tangents = { [IN]: v, [OUT]: u };
        const forward = interpret(jacobianTimes(problem.graph, unit).graph, { ...leaves(problem), tangents });
        const back = interpret(transposedTimes(problem.graph, unit).graph, { ...leaves(problem), tangents });
        const [left, right] = [dot(u, forward[`hv:${OUT}`]), dot(back[`hv:${IN}`], v)];
        expect(Math.abs(left)).toBeGreaterThan(1e-3);
        expect(Math.abs(left / right - 1)).toBeLessThan(1e-12);
      }
    }
  });

  it("is the limit of differences of the unit, and knows one sample of the others only by batch statistics", async () => {
    const problem = await posed(resnet8(), images());
    for (const unit of problem.graph.units as readonly Unit[]) {
      const x = activationAt(problem, unit.input);
      const v = random(x.length, 3);
      const { graph } = jacobianTimes(problem.graph, unit);
      const product = interpret(graph, { ...leaves(problem), tangents: { [IN]: v } })[`hv:${OUT}`];
      // Piecewise linear in eval mode: exact up to the next kink.
      const h = 1e-7;
      const moved = valueAt(
        problem,
        unit.output,
        unit.input,
        x.map((a, i) => a + h * v[i]),
      );
      const y = activationAt(problem, unit.output);
      product.forEach((value, i) => {
        expect(Math.abs((moved[i] - y[i]) / h - value)).toBeLessThan(1e-6);
      });
      v.fill(0, v.length / 2);
      const alone = interpret(graph, { ...leaves(problem), tangents: { [IN]: v } })[`hv:${OUT}`];
      expect(alone.subarray(alone.length / 2).every((value) => value === 0)).toBe(true);
    }
    const coupled = await posed(resnet8(), images(), 2, "batch");
    const [unit] = coupled.graph.units as readonly Unit[];
    const v = random(sizeAt(coupled, unit.input), 3).fill(0, sizeAt(coupled, unit.input) / 2);
    const { graph } = jacobianTimes(coupled.graph, unit);
    const both = interpret(graph, { ...leaves(coupled), tangents: { [IN]: v } })[`hv:${OUT}`];
    expect(both.subarray(both.length / 2).some((value) => value !== 0)).toBe(true);
  });
});

describe("the Hessian of the loss in an activation", () => {
  it("is symmetric, and the limit of differences of the slope", async () => {
    const problem = await posed(mlp("tanh"), vectors(), 4);
    const { output } = (problem.graph.units as readonly Unit[])[0];
    const { graph } = activationHessianTimes(problem.graph, output);
    const times = (v: Float64Array) =>
      interpret(graph, { ...leaves(problem), tangents: { [OUT]: v } })[`hv:${OUT}`];
    const a = activationAt(problem, output);
    const loss = (value: Float64Array) => valueAt(problem, problem.graph.outputs.loss, output, value)[0];
    const [u, v] = [random(a.length, 5), random(a.length, 6)];
    expect(dot(u, times(v))).toBeCloseTo(dot(v, times(u)), 14);
    const h = 1e-4;
    const step = (s: number) => loss(a.map((x, i) => x + s * h * v[i]));
    expect((step(1) - 2 * step(0) + step(-1)) / h ** 2).toBeCloseTo(dot(v, times(v)), 6);
    expect(Math.abs(dot(v, times(v)))).toBeGreaterThan(1e-3);
  });

  it("in the logits is that of the softmax, which does not see a constant added to all of them", async () => {
    const problem = await posed(mlp("relu"), vectors(), 4);
    const logits = problem.graph.outputs.logits;
    const { graph } = activationHessianTimes(problem.graph, logits);
    const ones = new Float64Array(sizeAt(problem, logits)).fill(1);
    const product = interpret(graph, { ...leaves(problem), tangents: { [OUT]: ones } })[`hv:${OUT}`];
    for (const value of product) expect(value).toBeCloseTo(0, 15);
  });
});
