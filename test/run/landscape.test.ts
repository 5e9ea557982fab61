import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { interpret } from "../../src/autograd/interpret.ts";
import { unflatten } from "../../src/model/index.ts";
import type { LocalEngine } from "../../src/run/engine.ts";
import { measureLandscape } from "../../src/run/landscape.ts";
import { loadModel } from "../../src/run/load.ts";
import { type Problem, poseProblem } from "../../src/run/problem.ts";
import type { Direction, Landscape, RunEvent, RunOutcome, RunResult } from "../../src/run/protocol.ts";
import { coordinatesAt, inner, predictedAt, predictionResidual } from "../../src/spectrum/index.ts";
import { seeded } from "../autograd/seeded.ts";
import { engines } from "../gpu/examples.ts";
import { images, mlp, resnet8, settings, vectors } from "./files.ts";
import { engineOn, finished, silent, WatchedGpu } from "./host.ts";

const gpu = new WatchedGpu();
let engine: LocalEngine;
let run: RunResult;

beforeAll(async () => {
  engine = engineOn(gpu.entry);
  expect((await engine.load(mlp(), vectors())).kind).toBe("loaded");
  run = finished(await engine.run(settings({ steps: 20, probes: 1, traceProbes: 1 }), silent));
});
afterAll(() => engine.destroy());

const axis = (direction: Direction, points = 3, radius = 0.5) => ({
  direction,
  from: -radius,
  to: radius,
  points,
});
const top = (place: number): Direction => ({ kind: "ritz", end: "top", place });
const vector = (seed: number): Direction => {
  const random = seeded(seed);
  return {
    kind: "vector",
    name: `v${seed}`,
    values: Float32Array.from({ length: 58 }, () => random() - 0.5),
  };
};
const ask = (axes: Parameters<LocalEngine["landscape"]>[0]["axes"], onEvent = silent) =>
  engine.landscape({ axes, bn: "eval" }, onEvent);
function last(outcome: RunOutcome): Landscape {
  const found = finished(outcome).landscapes?.at(-1);
  if (found === undefined) throw new Error("the landscape is not in the result");
  return found;
}

/** The loss in float64 at theta + sum_i at_i d_i. */
function float64(
  { graph, parameters, inputs }: Problem,
  directions: readonly Float32Array[] = [],
  at: readonly number[] = [],
): number {
  const theta = Float64Array.from(parameters, (x, i) =>
    directions.reduce((sum, d, k) => sum + at[k] * d[i], x),
  );
  const values = Object.entries(inputs).map(([name, given]) => [name, Float64Array.from(given)] as const);
  const params = unflatten(graph.params, theta);
  return interpret(graph, { params, inputs: Object.fromEntries(values) }, ["loss"]).loss[0];
}

async function float64Loss() {
  const loaded = await loadModel(mlp(), vectors(), () =>
    Promise.reject(new Error("nothing is bundled here")),
  );
  const problem = poseProblem(loaded, settings());
  return (directions: readonly Float32Array[], at: readonly number[]): number =>
    float64(problem, directions, at);
}

describe("a landscape", () => {
  it("of a plane has the loss of float64 at every point, and an accuracy", async () => {
    const directions = [vector(1), vector(2)];
    const found = last(await ask(directions.map((direction, i) => axis(direction, 5 - 2 * i, 1.5))));
    const lossAt = await float64Loss();
    const values = directions.map((d) => (d.kind === "vector" ? d.values : new Float32Array()));
    const steps = found.axes.map((a) => a.steps);
    expect(steps.map((s) => s.length)).toEqual([5, 3]);
    expect(found.measured).toBe(15);
    found.loss.forEach((loss, place) => {
      const want = lossAt(values, coordinatesAt(steps, place));
      expect(Math.abs((loss as number) / want - 1)).toBeLessThan(1e-5);
    });
    expect(found.loss[7]).toBeCloseTo(run.loss, 6);
    expect(found.accuracy[7]).toBe(run.accuracy);
    expect(found.axes.map(({ direction, length }) => ({ direction, length }))).toEqual(
      values.map((v, i) => ({
        direction: { kind: "vector", name: `v${i + 1}` },
        length: expect.closeTo(Math.sqrt(inner(v, v)), 6),
      })),
    );
  });

  it("carries slope and curvature, the cross term too, whose error shrinks like the cube of the step", async () => {
    const lossAt = await float64Loss();
    const directions = [vector(3), vector(4)];
    const { prediction } = last(await ask(directions.map((direction) => axis(direction))));
    if (prediction === null) throw new Error("expected a prediction");
    const values = directions.map((d) => (d.kind === "vector" ? d.values : new Float32Array()));
    const off = (h: number) => Math.abs(predictedAt(prediction, [h, -h]) - lossAt(values, [h, -h]));
    expect(off(0.2) / off(0.1)).toBeGreaterThan(5);
    const without = {
      ...prediction,
      curvature: prediction.curvature.map((row, i) => row.map((x, j) => (i === j ? x : 0))),
    };
    expect(Math.abs(predictedAt(without, [0.1, -0.1]) - lossAt(values, [0.1, -0.1]))).toBeGreaterThan(
      2 * off(0.1),
    );
  });

  it("along two Ritz vectors has their eigenvalues as curvature and no cross term", async () => {
    const found = last(await ask([axis(top(0), 3, 0.05), axis(top(1), 3, 0.05)]));
    const [one, two] = run.eigenvalues.top;
    expect(found.axes[0].direction).toEqual({ kind: "ritz", end: "top", place: 0, eigenvalue: one.value });
    const { curvature } = found.prediction ?? { curvature: [] };
    expect(curvature[0][0] / one.value).toBeCloseTo(1, 4);
    expect(curvature[1][1] / two.value).toBeCloseTo(1, 4);
    expect(Math.abs(curvature[0][1])).toBeLessThan(1e-4 * one.value);
    expect(found.axes.map(({ length }) => length)).toEqual([expect.closeTo(1, 5), expect.closeTo(1, 5)]);
    const residual = predictionResidual(
      found.prediction as NonNullable<typeof found.prediction>,
      found.axes.map((a) => a.steps),
      found.loss,
    );
    for (const r of residual) expect(Math.abs(r as number)).toBeLessThan(1e-3 * run.loss);
  });

  it("along the gradient has its norm as slope", async () => {
    const found = last(await ask([axis({ kind: "gradient" }, 3, 0.01)]));
    expect(found.prediction?.slope[0]).toBeCloseTo(run.gradientNorm, 5);
    const [below, , above] = found.loss as number[];
    expect((above - below) / 0.02 / run.gradientNorm).toBeCloseTo(1, 3);
  });

  it("along random directions repeats with the seed, and leaves the biases alone", async () => {
    const random = (seed: number): Direction => ({ kind: "random", seed, oneDimensional: "zero" });
    const [one, again, other] = [
      last(await ask([axis(random(1)), axis(random(1))])),
      last(await ask([axis(random(1)), axis(random(1))])),
      last(await ask([axis(random(1)), axis(random(2))])),
    ];
    expect(again.loss).toEqual(one.loss);
    expect(other.loss).not.toEqual(one.loss);
    const scaled = last(await ask([axis({ kind: "random", seed: 1, oneDimensional: "scaled" })]));
    expect(scaled.axes[0].length).toBeGreaterThan(one.axes[0].length);
  });

  it("replaces the earlier one along the same directions, and stays with the result", async () => {
    await ask([axis(top(0), 3)]);
    const result = finished(await ask([axis(top(0), 5)]));
    const same = result.landscapes?.filter((l) => l.axes.length === 1 && l.axes[0].direction.kind === "ritz");
    expect(same?.map((l) => l.loss.length)).toEqual([5]);
    expect(JSON.parse(JSON.stringify(result))).toEqual(result);
  });

  it("lets no memory grow", async () => {
    const axes = [axis(top(0)), axis({ kind: "gradient" })];
    await ask(axes);
    const held = gpu.liveBytes;
    for (let i = 0; i < 3; i++) await ask(axes);
    await ask([axis(vector(1)), axis(top(9))]);
    expect(gpu.liveBytes).toBe(held);
  });
});

describe("a landscape between checkpoints", () => {
  const other = (seed: number): Direction => ({ kind: "checkpoint", files: mlp("tanh", seed).files });
  const lossOf = async (seed: number): Promise<number> => {
    const fresh = engineOn(gpu.entry);
    await fresh.load(mlp("tanh", seed), vectors());
    const inspected = await fresh.inspect(settings());
    fresh.destroy();
    if (inspected.kind !== "inspected") throw new Error(JSON.stringify(inspected));
    return inspected.inspection.loss;
  };

  it("begins at the loss of the one and ends at that of the other", async () => {
    const found = last(await ask([{ direction: other(7), from: 0, to: 1, points: 3 }]));
    expect(found.loss[0]).toBeCloseTo(run.loss, 6);
    expect(found.loss[2]).toBeCloseTo(await lossOf(7), 5);
    expect(found.marks).toEqual([
      { label: "weights", at: [0] },
      { label: "mlp.safetensors", at: [1] },
    ]);
  });

  it("spans a plane by three of them, and says where each lies", async () => {
    const span = (from: number, to: number) => [
      { direction: other(7), from, to, points: 2 },
      { direction: other(8), from: 0, to: 1, points: 2 },
    ];
    const third = last(await ask(span(0, 1))).marks[2].at;
    expect(third[1]).toBe(1);
    // A grid with its end at the third checkpoint.
    const found = last(await ask(span(third[0], third[0] + 1)));
    expect(found.loss[1]).toBeCloseTo(await lossOf(8), 5);
  });
});

describe("cancelling a landscape", () => {
  it("keeps the points that were measured, from end to end, and the run", async () => {
    const events: RunEvent[] = [];
    const outcome = await ask([axis(top(0), 9), axis(top(1), 9)], (event) => {
      events.push(event);
      if (event.type === "progress" && event.progress.phase === "landscape" && event.progress.done === 9)
        void engine.cancel();
    });
    if (outcome.kind !== "cancelled") throw new Error(`expected a cancelled one, found ${outcome.kind}`);
    const found = outcome.result?.landscapes?.at(-1);
    expect(found?.measured).toBe(9);
    const places = (found?.loss ?? []).flatMap((loss, place) => (loss === null ? [] : [place]));
    expect(places).toEqual([0, 4, 8, 36, 40, 44, 72, 76, 80]);
    expect(events.some((e) => e.type === "snapshot")).toBe(true);
    expect((await engine.extend({ steps: 1, probes: 0 }, silent)).kind).toBe("done");
  });
});

describe("a landscape that cannot be", () => {
  it.each([
    [[axis(top(9))], "The run has no eigenvalue 10 at its top."],
    [[axis(top(0)), axis(top(0))], "The two directions are parallel: they span no plane."],
    [[], "A landscape has one direction or two, not 0."],
    [[axis(top(0), 1)], "A landscape has at least 2 points along a direction, not 1."],
    [[axis(top(0), 3, 0)], "The steps of a landscape go from a number to a larger one, not from 0 to 0."],
    [[axis(top(0), 300), axis(top(1), 300)], "A landscape has at most 40401 points, not 90000."],
    [[axis({ kind: "vector", name: "v", values: new Float32Array(3) })], "v: expected 58 numbers, found 3."],
    [[axis({ kind: "checkpoint", files: mlp().files })], "mlp.safetensors: these are the same weights."],
  ])("is refused in words: %#", async (axes, message) => {
    expect(await ask(axes)).toEqual({ kind: "refused", message });
  });

  it("names the tensor of a checkpoint of another network", async () => {
    const files = (resnet8() as ReturnType<typeof mlp>).files;
    expect(await ask([axis({ kind: "checkpoint", files })])).toEqual({
      kind: "refused",
      message:
        "resnet8.safetensors: tensor 0: expected fc1.weight [5,7], file has conv1.weight [4,3,3,3]. Choose a checkpoint of the same network.",
    });
  });
});

describe("a landscape after a run of another matrix", () => {
  const alongAfter = async (more: Parameters<typeof settings>[0], direction: Direction) => {
    const quick = { steps: 12, probes: 1, traceProbes: 1, ...more };
    const result = finished(await engine.run(settings(quick), silent));
    return { result, found: last(await ask([axis(direction, 3, 0.05)])) };
  };

  it("predicts along the vectors of a block, without its weight decay, and nothing beyond the block", async () => {
    const block = { params: ["fc2.*"], weightDecay: 0.5 };
    const { result, found } = await alongAfter(block, top(0));
    const eigenvalue = result.eigenvalues.top[0].value - 0.5;
    expect(found.axes[0].direction).toMatchObject({ eigenvalue });
    expect(found.prediction?.curvature[0][0]).toBeCloseTo(eigenvalue, 4);
    expect(found.loss[1]).toBeCloseTo(result.loss, 6);
    expect((await alongAfter(block, { kind: "gradient" })).found.prediction).toBe(null);
  });

  it("predicts nothing where the matrix is not the Hessian", async () => {
    const { found } = await alongAfter({ operator: "ggn" }, top(0));
    expect(found.prediction).toBe(null);
    expect(found.measured).toBe(3);
  });
});

describe("BatchNorm along a landscape", () => {
  it("stays as it is in the run, or is estimated anew at every point, where slope and curvature predict nothing", async () => {
    const loaded = await loadModel(resnet8(), images(), () =>
      Promise.reject(new Error("nothing is bundled here")),
    );
    const running = settings({ batchSize: 4 });
    const problem = poseProblem(loaded, running);
    const zeros = new Float64Array(problem.parameters.length);
    const shared = await engines();
    const ground = {
      ...{ loaded, problem, settings: running, gradient: zeros },
      atWeights: { loss: 1, accuracy: null, gradientNorm: 0 },
      ritz: () => Promise.reject(new Error("no eigenvalue is asked for")),
      hessianTimes: async () => zeros,
      forward: () => ({ ...shared, problem, microBatch: 4, budget: 1e9, heldBytes: 0 }),
    };
    const random = { kind: "random", seed: 3, oneDimensional: "zero" } as const;
    for (const bn of ["eval", "batch"] as const) {
      const landscapes: Landscape[] = [];
      await measureLandscape(
        ground,
        { axes: [axis(random)], bn },
        {
          signal: new AbortController().signal,
          gate: async () => {},
          onProgress: () => {},
          publish: (landscape) => landscapes.push(landscape),
        },
      );
      const found = landscapes[landscapes.length - 1];
      expect(found).toMatchObject({ batchNorm: bn, measured: 3 });
      expect(found.prediction === null).toBe(bn === "batch");
      expect(found.loss[1]).toBeCloseTo(float64(poseProblem(loaded, { ...running, bn })), 5);
      expect(found.loss[0]).not.toBeCloseTo(found.loss[2] as number, 3);
    }
  });
});
