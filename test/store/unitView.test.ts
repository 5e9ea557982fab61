import { describe, expect, it } from "vitest";
import type { JacobianAnswer, RunResult, UnitJacobian } from "../../src/run/protocol.ts";
import { unitQuestion, unitView } from "../../src/store/unitView.ts";

const value = (x: number, converged = true) => ({ value: x, residual: 0.01, converged });

const unit = (name: string, largest: readonly number[], smallest: readonly number[]): UnitJacobian => ({
  ...{ unit: name, rows: 4, columns: 6, orthogonality: 0, adjointDefect: 0 },
  largest: largest.map((x) => value(x)),
  smallest: smallest.map((x) => value(x, false)),
  meanSquare: { estimate: 1, standardError: null, interval95: null },
  nodes: [
    [0, 1, 3],
    [0.5, 2, 4],
  ],
  weights: [
    [0.1, 0.8, 0.1],
    [0.02, 0.96, 0.02],
  ],
});

const answer = (steps: number, units: readonly UnitJacobian[]): JacobianAnswer => ({
  request: { units: units.map(({ unit: name }) => name), samples: 2, steps, probes: 1 },
  ...{ samples: 2, coupled: false, products: 0, units },
});

const result = (answers: readonly JacobianAnswer[]): RunResult =>
  ({
    model: { units: ["a", "b", "c"] },
    settings: { batchSize: 16 },
    meaning: { batchNorm: "eval" },
    answers: answers.map((one) => ({ kind: "jacobian", answer: one })),
  }) as unknown as RunResult;

describe("the spectra of units on the page", () => {
  it("join the answers of the same numbers in the order of the network, the later one of a unit", () => {
    const view = unitView(
      result([
        answer(30, [unit("c", [5], [0])]),
        answer(10, [unit("b", [9], [0])]),
        answer(30, [unit("a", [2, 3], [0.2, 0.1]), unit("c", [6], [0])]),
      ]),
      "jacobian",
    );
    expect(view?.rows.map((row) => [row.unit, row.largest.value])).toEqual([
      ["a", 3],
      ["c", 6],
    ]);
    expect(view?.rows[0].smallest).toEqual(value(0.1, false));
    expect(view).toMatchObject({ samples: 2, steps: 30, coupled: false });
    expect(unitView(result([]), "jacobian")).toBeNull();
    expect(unitView(result([answer(3, [])]), "activations")).toBeNull();
  });

  it("have the quantiles of the mean of all quadratures", () => {
    const [row] = unitView(result([answer(30, [unit("a", [4], [0])])]), "jacobian")?.rows ?? [];
    // Masses in order: 0 (5 %), 0.5 (1 %), 1 (40 %), 2 (48 %), 3 (5 %), 4 (1 %).
    expect(row.quantiles).toEqual([0, 2, 3]);
  });

  it("are asked for on few samples, or on all where the batch is one matrix", () => {
    const run = result([]);
    expect(unitQuestion(run, "jacobian", ["b"])).toMatchObject({
      kind: "jacobian",
      request: { units: ["b"], samples: 4, steps: 30 },
    });
    const coupled = { ...run, meaning: { ...run.meaning, batchNorm: "batch" as const } };
    expect(unitQuestion(coupled, "activations", [], 60)).toMatchObject({
      kind: "activations",
      request: { units: [], samples: 16, steps: 60 },
    });
  });
});
