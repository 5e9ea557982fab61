import { beforeAll, describe, expect, it, vi } from "vitest";
import { ops } from "../../src/autograd/ops/table.ts";
import type { GpuVector } from "../../src/gpu/vectors.ts";
import type { Ground, JobContext } from "../../src/run/ground.ts";
import type { HessianOperator } from "../../src/run/hessian.ts";
import { loadModel } from "../../src/run/load.ts";
import { type Matrix, matrixOf, withNoise } from "../../src/run/matrix.ts";
import { poseProblem } from "../../src/run/problem.ts";
import type { OperatorKind, Passport, RunResult } from "../../src/run/protocol.ts";
import { firstRoute, type RouteRequest, secondRoute } from "../../src/run/routes.ts";
import { runChecks } from "../../src/run/runChecks.ts";
import { sampleAt } from "../../src/run/sample.ts";
import { SlqRun } from "../../src/spectrum/index.ts";
import { tinyConvNet } from "../autograd/nets.ts";
import { example, hessianOf, randomVector, relativeError } from "../gpu/examples.ts";
import { mlp, settings, vectors } from "./files.ts";

const kinds: OperatorKind[] = ["hessian", "ggn", "fisher", "fisher-mc", "empirical-fisher", "residual"];
const quiet: JobContext = {
  signal: new AbortController().signal,
  gate: async () => {},
  onProgress: () => {},
};
const nowhere = () => Promise.reject(new Error("nothing is bundled here"));

describe("two derivations of one product in float64", () => {
  const whole = example(tinyConvNet("tanh", "eval", 1), 3);
  const request = (operator: OperatorKind): RouteRequest => {
    const matrix: Matrix = { operator, loss: "cross-entropy", tensors: null, weightDecay: 0, seed: 4 };
    const rows = { graph: whole.graph, samples: 1, states: {}, rows: [1], inputsOf: () => whole.inputs };
    const inputs = withNoise(rows, matrix).inputsOf(0);
    return {
      ...{ graph: whole.graph, operator, loss: "cross-entropy", parameters: whole.parameters },
      inputs: Object.fromEntries(Object.entries(inputs).map(([name, x]) => [name, Float64Array.from(x)])),
      v: randomVector(whole.parameters.length, 2),
      pause: async () => {},
    };
  };

  it.each(kinds)("%s: they agree to rounding", async (operator) => {
    const [first, second] = [await firstRoute(request(operator)), await secondRoute(request(operator))];
    expect(relativeError(second?.product ?? [], first)).toBeLessThan(1e-12);
    expect(first.some((x) => x !== 0)).toBe(true);
  });
});

describe("the checks of a run", () => {
  let ground: Ground;
  beforeAll(async () => {
    const loaded = await loadModel(mlp(), vectors(), nowhere);
    const chosen = settings({ steps: 20, probes: 1, traceProbes: 1 });
    const problem = poseProblem(loaded, chosen);
    const matrix = matrixOf(loaded, chosen);
    const { parameters } = problem;
    const operator = await hessianOf(
      { graph: problem.graph, parameters, inputs: problem.inputs, partition: problem.cut(4) },
      1,
      undefined,
      matrix,
    );
    const slq = new SlqRun<GpuVector>(operator, {
      ...{ steps: 20, probes: 1, traceProbes: 1, top: 3, bottom: 2 },
      source: { seed: chosen.seed, distribution: "rademacher" },
    });
    for await (const _ of slq.advance());
    const passport = { functions: [{ used: true, worst: 1, bound: 4 }], faults: [] } as unknown as Passport;
    ground = {
      ...{ loaded, problem, matrix, operator, slq, settings: chosen, software: true, budget: 1e9 },
      ...{ gradient: await operator.gradient(), atWeights: { loss: 1, accuracy: 1, gradientNorm: 1 } },
      result: () => ({ seconds: 1, device: { passport } }) as unknown as RunResult,
    } as unknown as Ground;
  });
  /** The checks where something is wrong. */
  const failing = async (changes: Partial<Ground>): Promise<string[]> => {
    const { checks, notChecked } = await runChecks({ ...ground, ...changes }, quiet);
    expect(notChecked).toEqual([]);
    expect(checks).toHaveLength(10);
    return checks.filter(({ passed }) => !passed).map(({ name }) => name);
  };
  /** The operator with one thing changed. The rest keeps its own `this`. */
  const broken = <K extends keyof HessianOperator>(name: K, own: HessianOperator[K]): HessianOperator =>
    new Proxy(ground.operator, {
      get: (target, key) => {
        const value = key === name ? own : (Reflect.get(target, key, target) as unknown);
        return typeof value === "function" && key !== name ? value.bind(target) : value;
      },
    });

  it("pass where nothing is wrong, and leave the operator as it was", async () => {
    const before = await ground.operator.loss();
    expect(await failing({})).toEqual([]);
    expect(await ground.operator.loss()).toBe(before);
    // The second time too: the sample left no trace in the residuals.
    expect(await failing({})).toEqual([]);
  });

  it("see an operator that is not symmetric, or another one than that of the spectrum", async () => {
    const apply: HessianOperator["apply"] = async (v, out, signal) => {
      await ground.operator.apply(v, out, signal);
      const { space } = ground.operator;
      const [[x], [y]] = [await space.read(v), await space.read(out)];
      space.write(out, [y.map((value, i) => value + 0.3 * x[(i + 1) % x.length])]);
    };
    expect(await failing({ operator: broken("apply", apply) })).toEqual([
      "moments 1 to 4",
      "symmetry",
      "residual of the top pair",
    ]);
  });

  it("see a product that float64 does not confirm", async () => {
    const applyWith: HessianOperator["applyWith"] = async (part, inputs, v, out, signal) => {
      await ground.operator.applyWith(part, inputs, v, out, signal);
      ground.operator.space.axpy(0.001, v, out);
    };
    expect(await failing({ operator: broken("applyWith", applyWith) })).toEqual(["float64 on a sample"]);
  });

  it("see a rule of derivatives that is wrong in one direction", async () => {
    const { jvp } = ops.tanh;
    const wrong = vi.spyOn(ops.tanh, "jvp").mockImplementation((g, at, parts) => {
      const right = jvp(g, at, parts);
      return right === null ? null : g.mul(right, g.add(g.constant(1), g.mul(g.constant(0.01), at.output)));
    });
    try {
      // The device has its kernels from before.
      const operator = broken("cost", ground.operator.cost);
      expect(await failing({ operator })).toEqual(["float64 on a sample", "second route"]);
    } finally {
      wrong.mockRestore();
    }
  });

  it("count numbers that are not finite, and take NaN for a failure of any check", async () => {
    const gradient = ground.gradient.slice();
    gradient[2] = Number.NaN;
    expect(await failing({ gradient })).toEqual(["non-finite numbers"]);
    const applyWith: HessianOperator["applyWith"] = async (_part, _inputs, _v, out) => {
      const { space } = ground.operator;
      space.write(out, [new Float64Array(space.n).fill(Number.NaN)]);
    };
    expect(await failing({ operator: broken("applyWith", applyWith) })).toEqual(["float64 on a sample"]);
  });

  it("see a fault of the device", async () => {
    const passport = { functions: [], faults: ["the same kernel gave other bits the second time"] };
    const result = () => ({ seconds: 1, device: { passport } }) as unknown as RunResult;
    expect(await failing({ result })).toEqual(["arithmetic of the device"]);
  });

  it("say of each check that is not made why, and never call it passed", async () => {
    const short = { ...ground.settings, steps: 5 };
    const { checks, notChecked } = await runChecks({ ...ground, settings: short }, quiet);
    expect(checks.map(({ name }) => name)).toEqual([
      ...["sum of weights", "orthogonality", "ghosts", "non-finite numbers", "arithmetic of the device"],
    ]);
    expect(notChecked.map(({ name }) => name)).toEqual([
      ...["moments 1 to 4", "symmetry", "residual of the top pair", "float64 on a sample", "second route"],
    ]);
    for (const { reason } of notChecked) expect(reason).toContain("fewer than 20 products");
  });
});

describe("a sample of the run", () => {
  it("is a part of a program's partition whose other rows weigh nothing", async () => {
    const loaded = await loadModel(mlp(), vectors(), nowhere);
    const problem = poseProblem(loaded, settings({}));
    const matrix = matrixOf(loaded, settings({}));
    const { part, alone, inputs, rows, allRows } = sampleAt(4, problem.cut(1), problem.cut(3), matrix);
    expect([part, rows, allRows]).toEqual([1, 1, 6]);
    const classes = inputs.targets.length;
    // Sample 4 is the second of samples 3 to 5.
    expect([...alone.targets]).toEqual([
      ...new Array(classes).fill(0),
      ...inputs.targets,
      ...new Array(classes).fill(0),
    ]);
    expect(Math.max(...inputs.targets)).toBeCloseTo(1 / 6, 6);
  });
});
