import { describe, expect, it } from "vitest";
import { loadModel } from "../../src/run/load.ts";
import { cutBatch } from "../../src/run/partition.ts";
import { poseProblem } from "../../src/run/problem.ts";
import { inFloat64, relativeError } from "../gpu/examples.ts";
import { caseOf, checkpointOf, goldenVector, heads, sentencesOf, tensorsOfCase } from "./transformers.ts";

describe("a batch cut into parts", () => {
  it("fills the last part with copies of its first sample, of weight zero", () => {
    const batch = { count: 3, shape: [3, 2], inputs: { x: Float32Array.of(1, 2, 3, 4, 5, 6) } };
    const labels = Int32Array.of(0, 1, 1);
    const targets = Float32Array.of(3, 0, 0, 3, 0, 3);
    const { rows, mostRows, part } = cutBatch({ ...batch, labels, targets }, 2);
    expect([rows, mostRows]).toEqual([[2, 1], 2]);
    expect(part(1)).toEqual({
      inputs: { x: Float32Array.of(5, 6, 5, 6) },
      goal: { targets: Float32Array.of(0, 3, 0, 0) },
    });
  });

  it("gives the weight of a squared error to its own samples only", () => {
    const batch = { count: 3, shape: [3, 1], inputs: { x: Float32Array.of(1, 2, 3) }, labels: null };
    const goal = { targets: Float32Array.of(1, 2, 3, 4, 5, 6), weights: new Float32Array(3).fill(0.5) };
    expect(cutBatch({ ...batch, ...goal }, 2).part(1)).toEqual({
      inputs: { x: Float32Array.of(3, 3) },
      goal: { targets: Float32Array.of(5, 6, 0, 0), weights: Float32Array.of(0.5, 0) },
    });
  });

  it("takes labelled tokens along with their sentences, however many there are", () => {
    const inputs = { input_ids: Int32Array.from({ length: 12 }, (_, i) => i) };
    const places = { label_positions: Int32Array.of(1, 2, 3, 10) };
    const batch = {
      count: 4,
      shape: [4, 3],
      labels: new Int32Array(4),
      targets: Float32Array.of(1, 2, 3, 4),
    };
    const { rows, mostRows, part } = cutBatch({ ...batch, inputs: { ...inputs, ...places } }, 2);
    expect([rows, mostRows]).toEqual([[3, 1], 3]);
    expect(part(1)).toEqual({
      inputs: { input_ids: Int32Array.of(6, 7, 8, 9, 10, 11), label_positions: Int32Array.of(4, 0, 0) },
      goal: { targets: Float32Array.of(4, 0, 0) },
    });
  });

  it.each(["bert masked tied", "roberta classifier"])("sums to the whole: %s", async (name) => {
    const golden = caseOf(name);
    const config = { model_type: name.split(" ")[0], num_attention_heads: heads, hidden_size: 8 };
    const model = checkpointOf(tensorsOfCase(golden), config);
    const loaded = await loadModel(model, sentencesOf(golden), () => Promise.reject(new Error("not here")));
    const problem = poseProblem(loaded, { bn: "eval", start: 0, batchSize: 4 });
    const v = goldenVector(problem.parameters.length);
    const whole = inFloat64(problem, v);
    const { graph, states, rows, inputsOf } = problem.cut(3);
    const parts = rows.map((_, i) => {
      const inputs = { ...states, ...inputsOf(i) };
      return inFloat64({ graph, parameters: problem.parameters, inputs }, v);
    });
    expect(parts).toHaveLength(2);
    const sum = (of: (part: (typeof parts)[number]) => Float64Array) =>
      of(parts[0]).map((x, i) => x + of(parts[1])[i]);
    expect(parts[0].loss + parts[1].loss).toBeCloseTo(whole.loss, 12);
    expect(
      relativeError(
        sum((p) => p.gradient),
        whole.gradient,
      ),
    ).toBeLessThan(1e-12);
    expect(
      relativeError(
        sum((p) => p.hv),
        whole.hv,
      ),
    ).toBeLessThan(1e-12);
  });
});
