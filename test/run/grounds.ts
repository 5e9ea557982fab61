import { unflatten } from "../../src/model/index.ts";
import type { JobContext } from "../../src/run/ground.ts";
import { loadModel } from "../../src/run/load.ts";
import { type Problem, poseProblem } from "../../src/run/problem.ts";
import type { BatchNormMode, DataSource, ModelSource } from "../../src/run/protocol.ts";
import type { ActivationGround } from "../../src/run/unitByUnit.ts";
import { engines } from "../gpu/examples.ts";
import { settings } from "./files.ts";

/** What measurements need of a run, without the run. */

export async function posed(
  model: ModelSource,
  data: DataSource,
  batchSize: number,
  bn: BatchNormMode = "eval",
): Promise<Problem> {
  const loaded = await loadModel(model, data, () => Promise.reject(new Error("no bundled files")));
  return poseProblem(loaded, settings({ bn, batchSize }));
}

export async function activationGround(problem: Problem): Promise<ActivationGround> {
  const made = await engines();
  const forward = () => ({ ...made, problem, microBatch: 1, budget: 1e9, heldBytes: 0 });
  return { problem, settings: settings(), forward };
}

export const undisturbed = (): JobContext => ({
  ...{ signal: new AbortController().signal, gate: async () => {}, onProgress: () => {} },
});

/** Values for the float64 interpreter. */
export function leavesOf({ graph, parameters, inputs }: Problem) {
  const values = Object.entries(inputs).map(([name, x]) => [name, Float64Array.from(x)] as const);
  return { params: unflatten(graph.params, parameters), inputs: Object.fromEntries(values) };
}
