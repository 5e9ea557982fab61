import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { linearize } from "../../src/autograd/linearize.ts";
import { unflatten } from "../../src/model/index.ts";
import type { LocalEngine } from "../../src/run/engine.ts";
import { loadModel } from "../../src/run/load.ts";
import { poseProblem } from "../../src/run/problem.ts";
import type { OperatorKind, RunSettings, VectorAnswer, VectorRequest } from "../../src/run/protocol.ts";
import { answersTo } from "../../src/run/questions.ts";
import { withoutRows } from "../../src/run/vector.ts";
import { matrixOf } from "../autograd/dense.ts";
import { mlp, settings, vectors } from "./files.ts";
import { engineOn, finished, silent, WatchedGpu } from "./host.ts";

const gpu = new WatchedGpu();
let engine: LocalEngine;
/** Parts of four samples and of two, so that rows without weight take part. */
const run = settings({ steps: 24, probes: 1, traceProbes: 1, microBatch: 4, start: 3 });

beforeAll(async () => {
  engine = engineOn(gpu.entry);
  expect((await engine.load(mlp(), vectors())).kind).toBe("loaded");
  finished(await engine.run(run, silent));
});
afterAll(() => engine.destroy());

const top = { end: "top", place: 0 } as const;

async function explained(request: Partial<VectorRequest> = {}): Promise<VectorAnswer> {
  const outcome = await engine.ask(
    { kind: "vector", request: { rank: top, sharpest: 6, ...request } },
    silent,
  );
  const answers = answersTo(finished(outcome), "vector");
  expect(answers).toHaveLength(1);
  return answers[0];
}

/** The Hessian in float64 over all parameters in file order; a perceptron's graph has the file's layout. */
async function dense(choice: Partial<RunSettings>): Promise<Float64Array[]> {
  const loaded = await loadModel(mlp(), vectors(), () => Promise.reject(new Error("no bundled files")));
  const { graph, parameters, inputs } = poseProblem(loaded, { ...run, ...choice });
  const values = Object.entries(inputs).map(([name, x]) => [name, Float64Array.from(x)] as const);
  return matrixOf(linearize(graph), {
    params: unflatten(graph.params, parameters),
    inputs: Object.fromEntries(values),
  });
}

const times = (rows: readonly Float64Array[], v: Float64Array): Float64Array =>
  Float64Array.from(rows, (row) => row.reduce((sum, a, j) => sum + a * v[j], 0));
const dot = (a: Float64Array, b: Float64Array): number => a.reduce((sum, x, i) => sum + x * b[i], 0);

/** The eigenvector of the largest eigenvalue, which here is also the largest in size. */
function topVector(rows: readonly Float64Array[]): Float64Array {
  let v: Float64Array = Float64Array.from(rows, (_, i) => 1 + Math.sin(i));
  for (let i = 0; i < 3000; i++) {
    const next = times(rows, v);
    const length = Math.sqrt(dot(next, next));
    v = next.map((x) => x / length);
  }
  return v;
}

describe("what an eigenvalue is made of", () => {
  it("is the mass, the residual and the curvature per sample of the dense matrix in float64", async () => {
    const before = gpu.liveBytes;
    const answer = await explained();
    expect(gpu.liveBytes).toBe(before);
    expect(JSON.parse(JSON.stringify(answer))).toEqual(answer);

    const hessian = await dense({});
    const u = topVector(hessian);
    const theta = dot(u, times(hessian, u));
    expect(Math.abs(answer.eigenvalue - theta)).toBeLessThan(1e-5 * theta);
    expect(Math.abs(answer.rayleigh - theta)).toBeLessThan(1e-5 * theta);
    for (const residual of [answer.residual, answer.lanczosResidual])
      expect(residual).toBeLessThan(1e-5 * theta);

    const sizes = { "fc1.weight": [5, 7], "fc1.bias": [5, 1], "fc2.weight": [3, 5], "fc2.bias": [3, 1] };
    let offset = 0;
    for (const [i, [name, [channels, each]]] of Object.entries(sizes).entries()) {
      const got = answer.tensors[i];
      const rows = Array.from({ length: channels }, (_, c) => {
        const own = u.subarray(offset + c * each, offset + (c + 1) * each);
        return dot(own, own);
      });
      offset += channels * each;
      expect([got.name, got.size, got.channels]).toEqual([name, channels * each, channels]);
      expect(got.mass).toBeCloseTo(
        rows.reduce((a, b) => a + b),
        5,
      );
      expect(got.largest.map(({ mass }) => mass)).toEqual(
        got.largest.map(({ mass }) => mass).toSorted((a, b) => b - a),
      );
      for (const { channel, mass } of got.largest) expect(mass).toBeCloseTo(rows[channel], 5);
    }
    expect(answer.tensors.reduce((sum, { mass }) => sum + mass, 0)).toBeCloseTo(1, 12);
    const fourths = u.reduce((sum, x) => sum + x ** 4, 0);
    expect(Math.abs(answer.participation * fourths - 1)).toBeLessThan(1e-4);

    const { curvature } = answer;
    if (curvature === null) throw new Error("expected the curvature of the samples");
    expect([curvature.rows, curvature.count]).toEqual(["samples", 6]);
    expect(Math.abs(curvature.mean - theta)).toBeLessThan(1e-5 * theta);
    expect(curvature.sharpest.map(({ sample }) => sample).toSorted()).toEqual([3, 4, 5, 6, 7, 8]);
    const each = curvature.sharpest.map((row) => row.curvature);
    expect(each).toEqual(each.toSorted((a, b) => b - a));
    expect([curvature.quantiles[4], curvature.quantiles[0]]).toEqual([each[0], each[5]]);
    expect(curvature.sharpestTenth).toBeCloseTo(each[0] / (6 * curvature.mean), 12);
    let loss = 0;
    for (const row of curvature.sharpest) {
      const alone = await dense({ start: row.sample, batchSize: 1, microBatch: null });
      expect(Math.abs(row.curvature - dot(u, times(alone, u)))).toBeLessThan(1e-4 * theta);
      // A tanh network: neither part is all of it.
      expect(row.gaussNewton).toBeGreaterThan(0);
      expect(Math.abs(row.curvature - row.gaussNewton)).toBeGreaterThan(1e-4 * theta);
      expect(row.label === row.predicted || row.loss > Math.log(2)).toBe(true);
      loss += row.loss / 6;
    }
    const result = finished(
      await engine.ask({ kind: "vector", request: { rank: top, sharpest: 0 } }, silent),
    );
    expect(loss).toBeCloseTo(result.loss, 5);
    expect(answersTo(result, "vector")[0].curvature?.sharpest).toEqual([]);
  });

  it("refuses an eigenvalue that is not there, and more samples than a page shows", async () => {
    const refusal = async (request: VectorRequest): Promise<unknown> =>
      engine.ask({ kind: "vector", request }, silent);
    expect(await refusal({ rank: { end: "top", place: 7 }, sharpest: 1 })).toEqual({
      kind: "refused",
      message: "The run has no eigenvalue 8 at its top.",
    });
    expect(await refusal({ rank: top, sharpest: 101 })).toEqual({
      kind: "refused",
      message: "The sharpest samples to name are 0 to 100, not 101.",
    });
  });

  it("is that of the run's own matrix and block, without the weight decay in the samples", async () => {
    const other = { operator: "empirical-fisher", params: ["fc1.*"], weightDecay: 0.25 } as const;
    finished(await engine.run({ ...run, ...other, steps: 6, microBatch: null }, silent));
    const { eigenvalue, rayleigh, residual, tensors, curvature } = await explained();
    expect(Math.abs(rayleigh - eigenvalue)).toBeLessThan(1e-5 * eigenvalue);
    expect(residual).toBeLessThan(1e-5 * eigenvalue);
    expect(tensors.map(({ name }) => name)).toEqual(["fc1.weight", "fc1.bias"]);
    expect(Math.abs((curvature?.mean ?? 0) - (eigenvalue - 0.25))).toBeLessThan(1e-5 * eigenvalue);
  });

  it("has no curvature per sample where samples depend on each other or labels were drawn, and says why", () => {
    const why = (coupled: boolean, operator: OperatorKind) => withoutRows({ coupled }, { operator });
    expect(why(false, "hessian")).toBeNull();
    expect(why(true, "hessian")).toMatch(/Use running statistics\.$/);
    expect(why(false, "fisher-mc")).toMatch(/drawn labels/);
  });
});
