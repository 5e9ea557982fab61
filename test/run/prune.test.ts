import { afterAll, describe, expect, it } from "vitest";
import { interpret } from "../../src/autograd/interpret.ts";
import { linearize } from "../../src/autograd/linearize.ts";
import { parseArguments } from "../../src/cli/arguments.ts";
import { pruneRequest, pruneSummary } from "../../src/cli/prune.ts";
import { unflatten } from "../../src/model/index.ts";
import { exactGaussNewtonTrace } from "../../src/run/exactTrace.ts";
import { loadModel } from "../../src/run/load.ts";
import { cutBatch } from "../../src/run/partition.ts";
import { poseProblem } from "../../src/run/problem.ts";
import type { PrunePlan, PruneRequest } from "../../src/run/protocol.ts";
import { pruneCsv, prunePytorch } from "../../src/run/pruneExport.ts";
import { answersTo } from "../../src/run/questions.ts";
import { matrixOf } from "../autograd/dense.ts";
import { tinyConvNet } from "../autograd/nets.ts";
import { engines, example, inFloat64 as productIn64, unitVector } from "../gpu/examples.ts";
import { mlp, settings, vectors } from "./files.ts";
import { engineOn, finished, silent, WatchedGpu } from "./host.ts";

const gpu = new WatchedGpu();
const engine = engineOn(gpu.entry);
afterAll(() => engine.destroy());

type Sources = readonly [Parameters<typeof loadModel>[0], ReturnType<typeof vectors>];

async function start([model, data]: Sources, more = {}): Promise<void> {
  expect((await engine.load(model, data)).kind).toBe("loaded");
  finished(await engine.run(settings({ steps: 1, probes: 1, traceProbes: 1, ...more }), silent));
}

const request = (more: Partial<PruneRequest> = {}): PruneRequest => ({
  ...{ tensors: [], budget: { kind: "parameters", kept: 0.5 }, probes: 20, measure: false },
  ...more,
});

async function pruned(more: Partial<PruneRequest> = {}): Promise<PrunePlan> {
  const result = finished(await engine.ask({ kind: "prune", request: request(more) }, silent));
  const found = answersTo(result, "prune").at(-1);
  if (found === undefined) throw new Error("no answer");
  return found;
}

/** The network in float64. */
async function inFloat64([model, data]: Sources) {
  const loaded = await loadModel(model, data, () => Promise.reject(new Error("no bundled files")));
  const { graph, parameters, inputs } = poseProblem(loaded, settings());
  const values = Object.entries(inputs).map(([name, x]) => [name, Float64Array.from(x)] as const);
  const leavesAt = (weights: Float32Array) => ({
    params: unflatten(graph.params, weights),
    inputs: Object.fromEntries(values),
  });
  return { graph, parameters, leavesAt };
}

/** tr(H_c)/n_c of the rows of a matrix. */
async function denseTraces(sources: Sources, name: string): Promise<number[]> {
  const { graph, parameters, leavesAt } = await inFloat64(sources);
  const rows = matrixOf(linearize(graph, { params: [name] }), leavesAt(parameters));
  const count = graph.params.find((param) => param.name === name)?.fileShape[0] ?? 0;
  const traces = new Array<number>(count).fill(0);
  const inner = rows.length / count;
  rows.forEach((row, i) => {
    traces[Math.floor(i / inner)] += row[i] / inner;
  });
  return traces;
}

const relu: Sources = [mlp("relu"), vectors()];
const tanh: Sources = [mlp("tanh"), vectors()];

/** So much goes that it is not only channels that no sample activates. */
const LIVELY = { budget: { kind: "parameters", kept: 0.2 } } as const;

function expectClose(found: readonly number[], wanted: readonly number[], tolerance: number): void {
  const size = Math.max(...wanted.map(Math.abs));
  expect(size).toBeGreaterThan(0);
  found.forEach((x, i) => {
    expect(Math.abs(x - wanted[i])).toBeLessThan(tolerance * size);
  });
}

describe("the exact diagonal", () => {
  it("of Gauss-Newton on a convolutional network is that of the dense matrix, in the order of the file", async () => {
    const whole = example(tinyConvNet("relu", "eval", 3), 3);
    const { graph, parameters, inputs } = whole;
    const { x, targets, ...states } = inputs;
    const batch = { count: 3, shape: [3, 5, 5, 2], labels: new Int32Array(3), inputs: { x } };
    const { part, rows } = cutBatch({ ...batch, targets: targets as Float32Array }, 1);
    const inputsOf = (index: number) => ({ ...part(index).inputs, ...part(index).goal });
    const partition = { graph: tinyConvNet("relu", "eval", 1), samples: 1, states, rows, inputsOf };
    const { trace, diagonal } = await exactGaussNewtonTrace({
      ...(await engines()),
      ...{ partition, loss: "cross-entropy", parameters, budget: 1e9, diagonal: true },
    });
    const staged = linearize(graph, { operator: "ggn" });
    const wanted = parameters.map(
      (_, i) => productIn64(whole, unitVector(parameters.length, i), staged).hv[i],
    );
    expectClose(Array.from(diagonal ?? []), Array.from(wanted), 1e-5);
    expect(trace.estimate).toBeCloseTo(
      wanted.reduce((sum, x) => sum + x, 0),
      5,
    );
  });
});

describe("a pruning plan", () => {
  it("has the exact traces of a ReLU network's channels, those of the dense Hessian, whatever the decay", async () => {
    await start(relu, { weightDecay: 0.5 });
    const { layers, traceSamples, traceReason } = await pruned();
    expect([traceSamples, traceReason]).toEqual([0, expect.stringMatching(/^exact: /)]);
    expect(layers.map(({ name, axis }) => [name, axis])).toEqual([["fc1.weight", 0]]);
    const [{ meanTrace, squaredNorm, rise, size }] = layers;
    expectClose(meanTrace, await denseTraces(relu, "fc1.weight"), 1e-5);
    rise.forEach((x, c) => {
      expect(x).toBeCloseTo((meanTrace[c] * squaredNorm[c]) / 2, 14);
    });
    const { parameters } = await inFloat64(relu);
    const squares = Float64Array.from(parameters.subarray(0, size), (w) => w * w);
    expect(squaredNorm[1]).toBeCloseTo(
      squares.subarray(7, 14).reduce((sum, x) => sum + x, 0),
      12,
    );
  });

  it("measures loss and accuracy without the channels, as float64 does, beside the prediction", async () => {
    const before = gpu.liveBytes;
    const { chosen, layers, total, front, ...plan } = await pruned({ ...LIVELY, measure: true });
    expect(gpu.liveBytes).toBe(before);
    const [{ removed, rise }] = layers;
    expect(removed).toHaveLength(4);
    expect(total).toEqual({ channels: 5, parameters: 35, macs: 35 });
    expect(chosen).toMatchObject({ channels: 4, parameters: 7, macs: 7 });
    const cheapest = rise.map((x, c) => [x, c]).toSorted((a, b) => a[0] - b[0]);
    expect(new Set(removed)).toEqual(new Set(cheapest.slice(0, 4).map(([, c]) => c)));
    expect(chosen?.rise.estimate).toBeCloseTo(
      removed.reduce((sum, c) => sum + rise[c], 0),
      12,
    );
    expect(chosen?.leastRise).toBeLessThanOrEqual(chosen?.rise.estimate ?? 0);
    expect(front.map(({ kept }) => kept)).toEqual([1, 0.8, 0.6, 0.4, 0.2].map((x) => expect.closeTo(x, 12)));
    const { graph, parameters, leavesAt } = await inFloat64(relu);
    const weights = parameters.slice();
    for (const c of removed) weights.fill(0, 7 * c, 7 * (c + 1));
    const lossAt = (w: Float32Array) => interpret(graph, leavesAt(w), ["loss"]).loss[0];
    expect(plan.loss).toBeCloseTo(lossAt(parameters), 6);
    expect(chosen?.measured?.loss).toBeCloseTo(lossAt(weights), 6);
    expect(chosen?.measured?.rise).toBeCloseTo(lossAt(weights) - lossAt(parameters), 6);
    const d = Float64Array.from(weights, (w, i) => w - parameters[i]);
    const rows = matrixOf(linearize(graph, { params: ["fc1.weight"] }), leavesAt(parameters));
    const curvature = rows.reduce((sum, row, i) => sum + d[i] * row.reduce((s, x, j) => s + x * d[j], 0), 0);
    expect(Math.abs((chosen?.measured?.secondOrder ?? 0) - curvature / 2)).toBeLessThan(1e-5 * curvature);
  });

  it("estimates the traces of other networks from one stream of products, with intervals, without the decay", async () => {
    await start(tanh, { weightDecay: 0.5 });
    const plan = await pruned({ probes: 150 });
    expect([plan.traceSamples, plan.traceReason]).toEqual([150, expect.stringMatching(/^hutchinson: /)]);
    const [{ meanTrace, interval95 }] = plan.layers;
    const wanted = await denseTraces(tanh, "fc1.weight");
    expectClose(meanTrace, wanted, 0.35);
    interval95?.forEach(([low, high], c) => {
      const middle = (low + high) / 2;
      expect(middle).toBeCloseTo(meanTrace[c], 12);
      expect(Math.abs(wanted[c] - middle)).toBeLessThan(high - low);
    });
    expect(plan.chosen?.rise.interval95?.[0]).toBeLessThan(plan.chosen?.rise.estimate ?? 0);
    expect((await pruned({ probes: 1 })).layers[0].interval95).toBeNull();
  });

  it("counts operations as well as parameters, and makes a table without a choice", async () => {
    const plan = await pruned({ budget: { kind: "macs", kept: 0.61 }, probes: 1 });
    expect(plan.chosen).toMatchObject({ channels: 2, macs: 21, measured: null });
    const only = await pruned({ tensors: ["fc1.*"], budget: null, probes: 1 });
    expect([only.chosen, only.layers[0].removed]).toEqual([null, []]);
    for (const [more, message] of [
      [
        { budget: { kind: "parameters", kept: 0.1 } },
        "one channel at least, which leaves 0.200 of the whole",
      ],
      [{ budget: { kind: "parameters", kept: 2 } }, "from 0 to 1, not 2"],
      [{ probes: 0 }, "at least 1 probe, not 0"],
      [{ tensors: ["fc2.*"] }, '"fc2.*": expected a pattern that fits a tensor'],
    ] as const)
      expect(
        await engine.ask({ kind: "prune", request: request({ probes: 1, ...more }) }, silent),
      ).toMatchObject({
        kind: "refused",
        message: expect.stringContaining(message),
      });
  });

  it("is printed, and written as CSV and as Python", async () => {
    expect(pruneRequest(parseArguments(["--keep", "macs:0.7"])).budget).toEqual({ kind: "macs", kept: 0.7 });
    expect(() => pruneRequest(parseArguments(["--keep", "macs:70"]))).toThrow(
      "--keep: expected parameters or macs",
    );
    const plan = await pruned({ measure: true });
    const text = pruneSummary(plan);
    expect(text).toContain("channels go");
    expect(text).toContain("measured: loss");
    const lines = pruneCsv(plan).trimEnd().split("\r\n");
    expect(lines).toHaveLength(1 + plan.total.channels);
    expect(lines.every((line) => line.split(",").length === 10)).toBe(true);
    const python = prunePytorch(plan);
    const [{ name, removed }] = plan.layers.filter(({ removed }) => removed.length > 0);
    expect(python).toContain(`    "${name}": (0, [${removed.join(", ")}]),`);
    expect(python).toContain("weight.index_fill_(axis, torch.tensor(channels, device=weight.device), 0)");
  });
});
