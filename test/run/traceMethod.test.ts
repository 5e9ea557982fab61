import { afterAll, describe, expect, it } from "vitest";
import { linearize } from "../../src/autograd/linearize.ts";
import { unflatten } from "../../src/model/index.ts";
import { loadModel } from "../../src/run/load.ts";
import { matrixOf as chosenMatrix } from "../../src/run/matrix.ts";
import { poseProblem } from "../../src/run/problem.ts";
import type { PlanRequest, RunSettings } from "../../src/run/protocol.ts";
import { answersTo } from "../../src/run/questions.ts";
import { chooseTrace } from "../../src/run/traceMethod.ts";
import { matrixOf } from "../autograd/dense.ts";
import { images, mlp, resnet8, settings, vectors } from "./files.ts";
import { engineOn, finished, silent, WatchedGpu } from "./host.ts";

const noFiles = () => Promise.reject(new Error("no bundled files"));

async function question(model: Parameters<typeof loadModel>[0], data = vectors(), more = {}) {
  const run: RunSettings = settings(more);
  const loaded = await loadModel(model, data, noFiles);
  const matrix = chosenMatrix(loaded, run);
  const problem = poseProblem(loaded, run);
  return { problem, matrix, products: 10, n: loaded.card.parameterCount, budget: 1e9 };
}

describe("the trace that is left to the run", () => {
  it("is exact where a closed sum gives it and is worth its cost, and says so", async () => {
    const relu = await question(mlp("relu"));
    expect(chooseTrace("auto", relu)).toEqual({
      method: "exact",
      reason:
        "exact: here the trace is a closed sum over 6 samples and 3 classes, about the work of 1 product (10 were asked for)",
    });
    expect(chooseTrace("auto", await question(resnet8(), images())).method).toBe("exact");
    expect(chooseTrace("auto", await question(mlp("tanh"), vectors(), { operator: "ggn" })).method).toBe(
      "exact",
    );
    const large = chooseTrace("auto", { ...relu, n: 1e7 });
    expect(large.method).toBe("hutch++");
    expect(large.reason).toContain("an exact trace would take the work of 1 product and 1280 MB");
  });

  it("is else a sketch where the products can hold what stands out, or Hutchinson's estimate", async () => {
    const tanh = await question(mlp("tanh"));
    expect(chooseTrace("auto", tanh)).toMatchObject({
      method: "hutch++",
      reason: expect.stringContaining("no closed sum gives this trace; 10 products can hold what stands out"),
    });
    expect(chooseTrace("auto", { ...tanh, products: 8 })).toEqual({
      method: "hutchinson",
      reason:
        "hutchinson: no closed sum gives this trace; 8 products are too few for a sketch of what stands out (about 3 eigenvalues)",
    });
    expect(chooseTrace("auto", { ...tanh, n: 1e8 }).reason).toContain("do not fit 500 MB");
    const coupled = await question(resnet8(), images(), { bn: "batch" });
    expect(chooseTrace("auto", { ...coupled, products: 4 }).method).toBe("hutchinson");
  });

  it("is taken as asked when it is named", async () => {
    const tanh = await question(mlp("tanh"));
    expect(chooseTrace("hutchinson", tanh)).toEqual({ method: "hutchinson", reason: null });
    expect(() => chooseTrace("exact", tanh)).toThrow("not piecewise linear");
    expect(() => chooseTrace("hutch++", { ...tanh, products: 5 })).toThrow("needs at least 6 products");
    expect(() => chooseTrace("xtrace", { ...tanh, n: 1e8 })).toThrow("4000 MB of vectors");
  });
});

describe("a run and a plan", () => {
  const engine = engineOn(new WatchedGpu().entry);
  afterAll(() => engine.destroy());
  const plan: PlanRequest = {
    ...{ bits: [4, 8], scheme: "symmetric", granularity: "channel", groupSize: 4, cost: "size" },
    ...{ budget: { kind: "fraction", value: 0.5 }, activationBits: null, latency: [], tied: [] },
    measure: "nothing",
  };

  it("take the exact traces of a ReLU network, those of the dense Hessian, unless they are told otherwise", async () => {
    await engine.load(mlp("relu"), vectors());
    const { problem } = await question(mlp("relu"));
    const { graph, parameters, inputs } = problem;
    const values = Object.entries(inputs).map(([name, x]) => [name, Float64Array.from(x)] as const);
    const leaves = { params: unflatten(graph.params, parameters), inputs: Object.fromEntries(values) };
    const dense = new Map(
      graph.params.map(({ name }) => {
        const rows = matrixOf(linearize(graph, { params: [name] }), leaves);
        return [name, rows.reduce((sum, row, i) => sum + row[i], 0)] as const;
      }),
    );
    const base = { steps: 1, probes: 1, traceProbes: 2 };
    finished(await engine.run(settings(base), silent));
    const asked = async (traces?: "run" | "auto") => {
      const request = { ...plan, ...(traces === undefined ? {} : { traces }) };
      const result = finished(await engine.ask({ kind: "plan", request }, silent));
      const found = answersTo(result, "plan").at(-1);
      if (found === undefined) throw new Error("no plan");
      return found;
    };
    const exact = await asked();
    expect(exact).toMatchObject({ traceSamples: 0, traceReason: expect.stringMatching(/^exact: /) });
    for (const { name, size, meanTrace } of exact.layers) {
      const want = (dense.get(name) ?? Number.NaN) / size;
      expect(Math.abs(meanTrace.estimate - want)).toBeLessThan(1e-5 * want);
    }
    expect(exact.chosen?.rise.standardError).toBe(0);
    const own = await asked("run");
    expect(own.traceSamples).toBe(2);
    expect(own).not.toHaveProperty("traceReason");
    const run = finished(await engine.run(settings({ ...base, traceMethod: "auto" }), silent));
    expect(run.trace).toMatchObject({ method: "exact", reason: expect.stringMatching(/^exact: /) });
    const total = [...dense.values()].reduce((sum, x) => sum + x, 0);
    expect(Math.abs(run.trace.estimate - total)).toBeLessThan(1e-5 * total);
    expect((await asked("run")).traceReason).toBe(run.trace.reason);
  });
});
