import { describe, expect, it } from "vitest";
import { activationHessianTimes, OUT } from "../../src/autograd/activations.ts";
import { interpret } from "../../src/autograd/interpret.ts";
import type { Unit } from "../../src/model/index.ts";
import { measureActivations } from "../../src/run/activationHessian.ts";
import type { Problem } from "../../src/run/problem.ts";
import type { ActivationsAnswer, ActivationsRequest } from "../../src/run/protocol.ts";
import { symmetricEigenvalues } from "../oracles/symmetricEigen.ts";
import { mlp, vectors } from "./files.ts";
import { activationGround, leavesOf, posed, undisturbed } from "./grounds.ts";

async function measured(
  problem: Problem,
  more: Partial<ActivationsRequest> = {},
): Promise<ActivationsAnswer> {
  const request = { units: [], samples: 3, steps: 20, probes: 2, ...more };
  return measureActivations(await activationGround(problem), request, undisturbed(), () => {});
}

/** Rows of N d2L/da2 of sample c, by products in float64. */
function dense(problem: Problem, { output }: Unit, c: number): Float64Array[] {
  const { graph, batch } = problem;
  const [count, n] = graph.nodes[output].shape;
  const staged = activationHessianTimes(graph, output).graph;
  return Array.from({ length: n }, (_, i) => {
    const v = new Float64Array(count * n);
    v[c * n + i] = batch.count;
    const product = interpret(staged, { ...leavesOf(problem), tangents: { [OUT]: v } })[`hv:${OUT}`];
    return product.slice(c * n, (c + 1) * n);
  });
}

describe("the Hessian in the output of a unit", () => {
  it("has the eigenvalues and the trace of the dense float64 matrix of each sample's own loss", async () => {
    const problem = await posed(mlp("tanh"), vectors(), 6);
    const answer = await measured(problem);
    expect(answer).toMatchObject({ samples: 3, coupled: false });
    expect(JSON.parse(JSON.stringify(answer))).toEqual(answer);
    expect(answer.units.map(({ unit, size }) => [unit, size])).toEqual([
      ["fc1", 5],
      ["fc2", 3],
    ]);
    answer.units.forEach((found, i) => {
      const unit = (problem.graph.units as readonly Unit[])[i];
      expect(found.orthogonality).toBeLessThan(1e-5);
      let trace = 0;
      for (let c = 0; c < 3; c++) {
        const matrix = dense(problem, unit, c);
        trace += matrix.reduce((sum, row, j) => sum + row[j], 0) / 3;
        const eigenvalues = symmetricEigenvalues(matrix);
        const top = eigenvalues[eigenvalues.length - 1];
        expect(Math.abs(found.largest[c].value - top)).toBeLessThan(1e-5 * top);
        expect(Math.abs(found.smallest[c].value - eigenvalues[0])).toBeLessThan(1e-5 * top);
      }
      const [low, high] = found.trace.interval95 ?? [0, 0];
      expect(low < trace && trace < high).toBe(true);
    });
    // Of the logits it is diag(p) - pp', which does not see what is added to all of them.
    for (const { value } of answer.units[1].smallest) expect(Math.abs(value)).toBeLessThan(1e-6);
  });

  it("is refused for names and numbers that do not fit", async () => {
    const problem = await posed(mlp("tanh"), vectors(), 6);
    await expect(measured(problem, { units: ["fc3"] })).rejects.toThrow(/"fc3": expected one of fc1, fc2/);
    await expect(measured(problem, { steps: 0 })).rejects.toThrow(/takes 1 to 1000 steps, not 0/);
  });
});
