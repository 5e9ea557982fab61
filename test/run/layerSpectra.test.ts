import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { linearize } from "../../src/autograd/linearize.ts";
import { parseArguments } from "../../src/cli/arguments.ts";
import { layersRequest, layersText } from "../../src/cli/layers.ts";
import { planSummary } from "../../src/cli/plan.ts";
import { unflatten } from "../../src/model/index.ts";
import type { Ground } from "../../src/run/ground.ts";
import { measureLayers } from "../../src/run/layerSpectra.ts";
import { loadModel } from "../../src/run/load.ts";
import { poseProblem } from "../../src/run/problem.ts";
import type {
  LayerSpectra,
  LayerSpectraRequest,
  PlanRequest,
  Question,
  RunResult,
} from "../../src/run/protocol.ts";
import { answersTo } from "../../src/run/questions.ts";
import { DenseSpace, denseOperator } from "../../src/spectrum/index.ts";
import { matrixOf } from "../autograd/dense.ts";
import { symmetricEigenvalues } from "../oracles/symmetricEigen.ts";
import { spread, withSpectrum } from "../spectrum/matrices.ts";
import { mlp, mlpShapes, settings, vectors } from "./files.ts";
import { engineOn, finished, silent, WatchedGpu } from "./host.ts";

const gpu = new WatchedGpu();
const engine = engineOn(gpu.entry);
const weightDecay = 0.25;
const run = { steps: 4, probes: 1, traceProbes: 1, weightDecay };
/** Eigenvalues of each tensor's block in float64, ascending. */
const exact = new Map<string, Float64Array>();

/** Eigenvalues of a tensor's block in float64, ascending. */
async function blockValues(name: string, batch = {}): Promise<Float64Array> {
  const loaded = await loadModel(mlp(), vectors(), () => Promise.reject(new Error("no bundled files")));
  const { graph, parameters, inputs } = poseProblem(loaded, settings(batch));
  const values = Object.entries(inputs).map(([key, x]) => [key, Float64Array.from(x)] as const);
  const leaves = { params: unflatten(graph.params, parameters), inputs: Object.fromEntries(values) };
  return symmetricEigenvalues(matrixOf(linearize(graph, { operator: "hessian", params: [name] }), leaves));
}
const largest = async (name: string, batch: object): Promise<number> =>
  (await blockValues(name, batch)).at(-1) ?? Number.NaN;

beforeAll(async () => {
  expect((await engine.load(mlp(), vectors())).kind).toBe("loaded");
  finished(await engine.run(settings(run), silent));
  for (const name of Object.keys(mlpShapes)) exact.set(name, await blockValues(name));
});
afterAll(() => engine.destroy());

const request = (more: Partial<LayerSpectraRequest> = {}): LayerSpectraRequest => ({
  ...{ tensors: [], steps: 40, density: true },
  ...more,
});
const ask = async (question: Question, on = engine): Promise<RunResult> =>
  finished(await on.ask(question, silent));
const asked = async (more: Partial<LayerSpectraRequest>, on = engine): Promise<LayerSpectra> => {
  const result = await ask({ kind: "layerSpectra", request: request(more) }, on);
  const found = answersTo(result, "layerSpectra").at(-1);
  if (found === undefined) throw new Error("no answer");
  return found;
};

function expectExact({ layers }: LayerSpectra): void {
  for (const { name, top, bottom, size } of layers) {
    const values = exact.get(name) ?? new Float64Array();
    expect(size).toBe(values.length);
    const largest = Math.max(...values.map(Math.abs));
    expect(Math.abs(top.value - values[size - 1])).toBeLessThan(1e-5 * largest);
    expect(Math.abs(bottom.value - values[0])).toBeLessThan(1e-4 * largest);
    expect(top.residual).toBeLessThan(1e-4 * largest);
  }
}

describe("spectra of layers", () => {
  it("are those of the dense blocks, without the weight decay of the run; the memory is given back", async () => {
    const found = await asked({ tensors: ["*"] });
    expect(found.layers.map(({ name }) => name)).toEqual([...exact.keys()]);
    expectExact(found);
    expect(found).toMatchObject({ tensors: 4, memory: "all vectors" });
    expect(found.layers.every(({ top, bottom }) => top.converged && bottom.converged)).toBe(true);
    for (const { name, size, density } of found.layers) {
      const { nodes = [], weights = [] } = density ?? {};
      expect(nodes.length).toBeLessThanOrEqual(size);
      expect(weights.reduce((sum, w) => sum + w, 0)).toBeCloseTo(1, 9);
      expect(Math.min(...nodes)).toBeCloseTo(exact.get(name)?.[0] ?? 0, 5);
    }
    const before = gpu.liveBytes;
    await asked({ tensors: ["*"] });
    expect(gpu.liveBytes).toBe(before);
  });

  it("of the weights alone by default; a table ends with the largest eigenvalues, and says what it cost", async () => {
    const full = await asked({});
    const quick = await asked({ density: false });
    expect(quick.layers.map(({ name }) => name)).toEqual(["fc1.weight", "fc2.weight"]);
    expect(quick.layers.every(({ top, density }) => top.converged && density === null)).toBe(true);
    expect(quick.products).toBeLessThan(full.products);
    expect(quick.products).toBeGreaterThanOrEqual(quick.layers.reduce((sum, { steps }) => sum + steps, 0));
  });

  it("let go of the run's basis, or keep two vectors, where theirs does not fit, and are as exact", async () => {
    const n = 40;
    const rows = withSpectrum(spread(-3, 9, n));
    const segments = [
      { name: "a", size: 15 },
      { name: "b", size: 25 },
    ];
    const spectra = [
      rows.slice(0, 15).map((row) => row.slice(0, 15)),
      rows.slice(15).map((row) => row.slice(15)),
    ].map(symmetricEigenvalues);
    const step = 100;
    for (const [budget, memory, releases, hostBytes] of [
      [43 * step + 7, "all vectors", 0, 0],
      [43 * step + 5, "all vectors", 1, 0],
      [43 * step - 1, "two vectors", 1, 0],
      // Bases in host memory: that of the run makes way where the two do not share the room.
      [1, "all vectors", 1, 41 * step],
      [1, "two vectors", 1, 40 * step],
    ] as const) {
      let [usedBytes, released] = [7, 0];
      const operator = { ...denseOperator(rows, new DenseSpace(n, 2, segments)), products: 0 };
      const ground = {
        operator: Object.assign(operator, {
          space: Object.assign(operator.space, {
            blockBytes: step,
            hostRoom: hostBytes === 0 ? null : { bytes: hostBytes, window: 1 },
          }),
          cost: {
            get usedBytes() {
              return usedBytes;
            },
          },
        }),
        slq: {
          release: () => {
            usedBytes = 0;
            released++;
          },
        },
        ...{ budget, settings: { seed: 3 }, matrix: { weightDecay: 0 } },
      } as unknown as Ground;
      const context = {
        signal: new AbortController().signal,
        gate: () => Promise.resolve(),
        onProgress: () => {},
      };
      const found = await measureLayers(ground, request({ tensors: ["*"], steps: 60 }), context, () => {});
      expect([found.memory, released]).toEqual([memory, releases]);
      found.layers.forEach(({ top, bottom }, i) => {
        const values = spectra[i];
        expect(top.value).toBeCloseTo(values[values.length - 1], 6);
        expect(bottom.value).toBeCloseTo(values[0], 6);
      });
      expect(
        (await layersText(found, null, parseArguments([]))).includes("without reorthogonalisation"),
      ).toBe(memory === "two vectors");
    }
  });

  it("fill the column of HAWQ-V1 in a plan", async () => {
    await asked({ density: false });
    const plan: PlanRequest = {
      ...{ bits: [4, 8], scheme: "symmetric", granularity: "channel", groupSize: 4, cost: "size" },
      ...{ budget: null, activationBits: null, latency: [], tied: [], measure: "nothing" },
    };
    const [found] = answersTo(await ask({ kind: "plan", request: plan }), "plan");
    for (const { name, size, hawqV1 } of found.layers)
      expect(hawqV1).toBeCloseTo((exact.get(name)?.[size - 1] ?? 0) / size, 6);
    expect(planSummary(found)).toContain("lambda/n");
  });

  it("on subsets of the batch are those of the dense blocks on these samples, with Q-BERT's mean and spread", async () => {
    const before = gpu.liveBytes;
    const question = { kind: "subsetEigenvalues", request: { tensors: [], steps: 40, subsets: 2 } } as const;
    const [found] = answersTo(await ask(question), "subsetEigenvalues");
    expect(gpu.liveBytes).toBeLessThanOrEqual(before);
    expect(found.samples).toBe(3);
    for (const { name, values, mean, std, qbert, converged } of found.layers) {
      const wanted = await Promise.all([0, 3].map((start) => largest(name, { start, batchSize: 3 })));
      values.forEach((value, i) => {
        expect(Math.abs(value - wanted[i])).toBeLessThan(1e-4 * wanted[i]);
      });
      const [a, b] = values;
      expect(mean).toBeCloseTo((a + b) / 2, 12);
      expect(std).toBeCloseTo(Math.abs(a - b) / Math.SQRT2, 12);
      expect(qbert).toBeCloseTo(mean + Math.abs(a - b) / Math.SQRT2, 12);
      expect(converged).toBe(true);
    }
    expect(found.products).toBeGreaterThan(0);
    for (const subsets of [1, 7])
      expect(
        await engine.ask({ ...question, request: { ...question.request, subsets } }, silent),
      ).toMatchObject({
        kind: "refused",
        message: `A batch of 6 samples is cut into 2 to 6 subsets, not ${subsets}.`,
      });
    const text = await layersText(await asked({ density: false }), found, parseArguments([]));
    expect(text).toContain("mean and std over 2 subsets of 3 samples (Q-BERT)");
  });

  it("are refused without steps or with a pattern that fits nothing", async () => {
    for (const [more, message] of [
      [{ steps: 0 }, "at least 1 Lanczos step, not 0"],
      [{ tensors: ["fc9.*"] }, '"fc9.*": expected a pattern that fits a tensor'],
    ] as const)
      expect(await engine.ask({ kind: "layerSpectra", request: request(more) }, silent)).toMatchObject({
        kind: "refused",
        message: expect.stringContaining(message),
      });
  });

  it("are printed as a table, and written as CSV", async () => {
    const folder = mkdtempSync(join(tmpdir(), "layers-"));
    const path = join(folder, "layers.csv");
    const args = parseArguments(["--csv", path, "--block-steps", "7"]);
    expect(layersRequest(args)).toEqual({ tensors: [], steps: 7, density: false });
    const found = await asked(layersRequest(args));
    const text = await layersText(found, null, args);
    expect(text).toContain(`exact blocks of single tensors: ${found.products} products`);
    const [header, first] = readFileSync(path, "utf8").split("\r\n");
    expect(header.split(",")).toHaveLength(first.split(",").length);
    expect(Number(first.split(",")[2])).toBe(found.layers[0].top.value);
    rmSync(folder, { recursive: true });
  });
});
