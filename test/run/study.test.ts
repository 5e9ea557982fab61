import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { interpret } from "../../src/autograd/interpret.ts";
import { linearize } from "../../src/autograd/linearize.ts";
import { flatten, unflatten } from "../../src/model/index.ts";
import type { LocalEngine } from "../../src/run/engine.ts";
import { loadModel } from "../../src/run/load.ts";
import { blockOf, blockParams } from "../../src/run/params.ts";
import { type BatchChoice, poseProblem } from "../../src/run/problem.ts";
import type {
  BatchSweep,
  BatchSweepRequest,
  Distributions,
  DistributionsRequest,
  Question,
} from "../../src/run/protocol.ts";
import { answersTo } from "../../src/run/questions.ts";
import { wasserstein } from "../../src/spectrum/index.ts";
import { symmetricEigenvalues } from "../oracles/symmetricEigen.ts";
import { mlp, settings, vectors } from "./files.ts";
import { leavesOf } from "./grounds.ts";
import { engineOn, finished, silent, WatchedGpu } from "./host.ts";

const gpu = new WatchedGpu();
let engine: LocalEngine;
beforeAll(async () => {
  engine = engineOn(gpu.entry);
  expect((await engine.load(mlp("tanh"), vectors())).kind).toBe("loaded");
  const run = { steps: 1, probes: 1, traceProbes: 1, top: 0, bottom: 0, weightDecay: 0.3 };
  finished(await engine.run(settings(run), silent));
});
afterAll(() => engine.destroy());

/** Eigenvalues of the Hessian, or of the block of some tensors, in float64, and the loss. */
async function dense(choice: Partial<BatchChoice>, tensors?: readonly string[]) {
  const loaded = await loadModel(mlp("tanh"), vectors(), () => Promise.reject(new Error("none")));
  const problem = poseProblem(loaded, { ...settings(), ...choice });
  const { graph } = problem;
  const block = blockParams(graph.params, tensors ?? graph.params.map(({ name }) => name));
  const staged = linearize(graph).graph;
  const names = graph.params.map(({ name }) => `hv:${name}`);
  const rows = block.flatMap((param) =>
    Array.from({ length: param.size }, (_, i) => {
      const v = new Float64Array(problem.parameters.length);
      v[(graph.params.find(({ name }) => name === param.name)?.offset ?? 0) + i] = 1;
      const leaves = { ...leavesOf(problem), tangents: unflatten(graph.params, v) };
      const found = interpret(staged, leaves, names);
      const parts = graph.params.map(({ name }) => [name, found[`hv:${name}`]] as const);
      return blockOf(graph.params, block, flatten(graph.params, Object.fromEntries(parts)));
    }),
  );
  const { loss } = interpret(staged, leavesOf(problem), ["loss"]);
  return { loss: loss[0], eigenvalues: Array.from(symmetricEigenvalues(rows)) };
}

async function asked<K extends "batchSweep" | "distributions">(question: Question & { kind: K }) {
  const outcome = await engine.ask(question, silent);
  if (outcome.kind === "refused") throw new Error(outcome.message);
  const answer = answersTo(finished(outcome), question.kind).at(-1);
  expect(JSON.parse(JSON.stringify(answer))).toEqual(answer);
  return answer;
}

const swept = async (more: Partial<BatchSweepRequest> = {}): Promise<BatchSweep> =>
  (await asked({
    kind: "batchSweep",
    request: { least: 3, most: 100, batches: 2, steps: 58, ...more },
  })) as BatchSweep;

const compared = async (more: Partial<DistributionsRequest>): Promise<Distributions> =>
  (await asked({
    kind: "distributions",
    request: { tensors: [], other: { kind: "range", start: 6 }, steps: 18, probes: 6, ...more },
  })) as Distributions;

describe("a sweep of batch sizes", () => {
  it("finds the largest eigenvalue of the dense float64 Hessian on each random batch, without weight decay", async () => {
    const before = gpu.liveBytes;
    const sweep = await swept();
    // Coefficients of a step that was under way when its eigenvalue had converged are still being read.
    await vi.waitFor(() => expect(gpu.liveBytes).toBe(before));
    expect(sweep).toMatchObject({ available: 12, planned: [3, 6, 12] });
    expect(sweep.sizes.map(({ batchSize, batches }) => [batchSize, batches.length])).toEqual([
      [3, 2],
      [6, 2],
      [12, 1],
    ]);
    for (const { batchSize, batches } of sweep.sizes)
      for (const { dataSeed, loss, value, residual, converged } of batches) {
        const truth = await dense({ draw: "random", dataSeed, batchSize });
        const top = truth.eigenvalues[57];
        expect(Math.abs(value / top - 1)).toBeLessThan(1e-4);
        expect(Math.abs(value - top)).toBeLessThan(residual + 1e-5 * top);
        expect(converged).toBe(true);
        expect(Math.abs(loss / truth.loss - 1)).toBeLessThan(1e-5);
      }
    const [a, b] = sweep.sizes[0].batches;
    expect(a.value).not.toBe(b.value);
  });

  it("is refused for sizes that the data do not have", async () => {
    await expect(swept({ least: 13 })).rejects.toThrow(
      /The data have 12 samples, fewer than the smallest batch of 13/,
    );
    await expect(swept({ least: 0 })).rejects.toThrow(/not from 0 to 100/);
    await expect(swept({ batches: 0 })).rejects.toThrow(/1 to 100 batches, not 0/);
  });
});

describe("two data distributions", () => {
  it("have the spectra of the last layer's dense blocks, and their distance", async () => {
    const found = await compared({});
    expect(found).toMatchObject({ tensors: ["fc2.weight", "fc2.bias"], size: 18 });
    const sides = [await dense({}, found.tensors), await dense({ start: 6 }, found.tensors)];
    const [first, second] = [found.first, found.second].map((side, i) => {
      const { eigenvalues, loss } = sides[i];
      expect(Math.abs((side?.top.value ?? 0) / eigenvalues[17] - 1)).toBeLessThan(1e-4);
      expect(Math.abs((side?.loss ?? 0) / loss - 1)).toBeLessThan(1e-5);
      return { nodes: [eigenvalues], weights: [eigenvalues.map(() => 1 / 18)] };
    });
    const { value = 0, residual = 0 } = found.topDifference ?? {};
    const difference = sides[1].eigenvalues[17] - sides[0].eigenvalues[17];
    expect(Math.abs(value - difference)).toBeLessThan(residual + 1e-4 * sides[0].eigenvalues[17]);
    // The weights are those of random vectors: off by no more than probes are from each other.
    expect(Math.abs((found.distance ?? 0) - wasserstein(first, second))).toBeLessThan(found.chance ?? 0);
    expect(found.first.title).toBe("samples 0 to 5 of vectors.npz");
    expect(found.second?.title).toBe("samples 6 to 11 of vectors.npz");
  });

  it("are one where the data are the same, and part as noise grows", async () => {
    const same = await compared({ other: { kind: "range", start: 0 }, probes: 1 });
    expect([same.distance, same.topDifference?.value, same.chance]).toEqual([0, 0, null]);
    const noise = async (standardDeviation: number) =>
      (await compared({ other: { kind: "noise", standardDeviation, seed: 1 }, probes: 1 })).distance ?? 0;
    const [little, much] = [await noise(1e-3), await noise(1)];
    expect(little).toBeGreaterThan(0);
    expect(much).toBeGreaterThan(30 * little);
    const files = vectors();
    if (files.kind !== "files") throw new Error("expected files");
    const copy = await compared({ other: { kind: "file", file: files.files[0], start: 0 }, probes: 1 });
    expect(copy.distance).toBe(0);
  });

  it("are refused for noise that is none and patterns that fit nothing", async () => {
    await expect(compared({ other: { kind: "noise", standardDeviation: 0, seed: 0 } })).rejects.toThrow(
      /standard deviation above 0, not 0/,
    );
    await expect(compared({ tensors: ["conv*"] })).rejects.toThrow(/a pattern that fits a tensor/);
  });
});
