import { afterAll, describe, expect, it } from "vitest";
import { linearize, reverseOverForward } from "../../src/autograd/linearize.ts";
import { loadModel } from "../../src/run/load.ts";
import { type Problem, poseProblem } from "../../src/run/problem.ts";
import type { DataSource, ModelSource } from "../../src/run/protocol.ts";
import { dawn, dawnEntry } from "../gpu/dawn.ts";
import {
  type Example,
  hessianOf,
  inFloat64,
  products,
  randomVector,
  relativeError,
  unitVector,
} from "../gpu/examples.ts";
import { type BertSizes, bert, sentences } from "./berts.ts";
import { settings } from "./files.ts";
import { engineOn } from "./host.ts";

/** Tokens 4, 7 and 9 stand in no sentence, token 2 in all of them and twice in one; two sentences are padded. */
const text = sentences({
  ids: [
    [2, 5, 3, 2],
    [2, 6, 8, 10, 3],
    [2, 1, 3],
  ],
  types: [[0, 0, 1, 1], [0, 0, 0, 0, 0], [0]],
  labels: [0, 2, 1],
});
const tiny: BertSizes = {
  ...{ layers: 1, hidden: 8, heads: 2, intermediate: 12, vocabulary: 11, positions: 9, classes: 3 },
};

afterAll(async () => {
  expect((await dawn()).faults, "errors that no call reported").toEqual([]);
});

async function pose(model: ModelSource, data: DataSource, batchSize: number): Promise<Problem> {
  const loaded = await loadModel(model, data, () => Promise.reject(new Error("nothing is bundled here")));
  return poseProblem(loaded, { bn: "eval", start: 0, batchSize });
}

/** The part of a flat vector that belongs to a parameter. */
function part(net: Example, name: string, flat: Float64Array): Float64Array {
  const param = net.graph.params.find((p) => p.name === name);
  if (param === undefined) throw new Error(`no parameter ${name}`);
  return flat.subarray(param.offset, param.offset + param.size);
}

/** Zero where no sentence reads and in the key biases, and nowhere else in the tables. */
function expectExactZeros(net: Example, flat: Float64Array): void {
  const rowsWithValues = (table: string): number[] => {
    const rows = part(net, `bert.embeddings.${table}_embeddings.weight`, flat);
    const row = (i: number) => rows.subarray(i * tiny.hidden, (i + 1) * tiny.hidden);
    return Array.from({ length: rows.length / tiny.hidden }, (_, i) => i).filter((i) =>
      row(i).some((v) => v !== 0),
    );
  };
  expect(rowsWithValues("word")).toEqual([1, 2, 3, 5, 6, 8, 10]);
  expect(rowsWithValues("position")).toEqual([0, 1, 2, 3, 4]);
  expect(rowsWithValues("token_type")).toEqual([0, 1]);
  const bias = (of: string) => part(net, `bert.encoder.layer.0.attention.self.${of}.bias`, flat);
  expect(bias("key").every((v) => v === 0)).toBe(true);
  expect(bias("query").some((v) => v !== 0)).toBe(true);
}

/** As many tokens as `text`, so that parts of three samples share its kernels. */
const seven = sentences({
  ids: [
    [2, 5, 3, 2],
    [2, 6, 8, 10, 3],
    [2, 1, 3],
    [4, 4],
    [9, 3, 1, 7, 7],
    [2, 3],
    [8, 1, 5, 2],
  ],
  labels: [0, 2, 1, 1, 0, 2, 2],
});

describe("a BERT of one layer on padded sentences", () => {
  it("has the whole Hessian of float64, to 1e-5 of its norm", async () => {
    const net = await pose(bert(tiny), text, 3);
    const staged = linearize(net.graph);
    const n = net.parameters.length;
    const k = 64;
    const operator = await hessianOf(net, k);
    expectExactZeros(net, await operator.gradient());
    let [error, norm, asymmetry] = [0, 0, 0];
    const rows: Float64Array[] = [];
    for (let i = 0; i < n; i += k) {
      const units = Array.from({ length: Math.min(k, n - i) }, (_, j) => unitVector(n, i + j));
      rows.push(...(await products(operator, units)));
    }
    rows.forEach((row, i) => {
      const { hv } = inFloat64(net, unitVector(n, i), staged);
      hv.forEach((want, j) => {
        error += (row[j] - want) ** 2;
        norm += want ** 2;
        asymmetry = Math.max(asymmetry, Math.abs(row[j] - rows[j][i]));
      });
    });
    expect(Math.sqrt(error / norm)).toBeLessThan(1e-5);
    expect(asymmetry).toBeLessThan(1e-5 * Math.sqrt(norm));
    operator.destroy();
  }, 120_000);

  it("is the same operator computed three of seven sentences at a time", async () => {
    const problem = await pose(bert(tiny), seven, 7);
    const { parameters } = problem;
    const operator = await hessianOf({ ...problem, partition: problem.cut(3) }, 2);
    const v = [5, 6].map((seed) => randomVector(parameters.length, seed));
    const exact = v.map((direction) => inFloat64(problem, direction));
    expect(operator.microBatch).toBe(3);
    expect(Math.abs((await operator.loss()) - exact[0].loss)).toBeLessThan(1e-6 * exact[0].loss);
    expect(relativeError(await operator.logits(), exact[0].logits)).toBeLessThan(1e-6);
    expect(relativeError(await operator.gradient(), exact[0].gradient)).toBeLessThan(1e-6);
    const got = await products(operator, v);
    got.forEach((hv, i) => {
      expect(relativeError(hv, exact[i].hv)).toBeLessThan(1e-6);
    });
    operator.destroy();
  }, 120_000);

  it("has exact zeros for key biases, absent tokens, unused positions and padding, through the engine", async () => {
    const engine = engineOn(dawnEntry());
    expect(await engine.load(bert(tiny), text)).toMatchObject({
      kind: "loaded",
      card: { family: "bert", classes: 3, hasBatchNorm: false, warnings: [], data: { available: 3 } },
    });
    const net = await pose(bert(tiny), text, 3);
    const all = settings({ batchSize: 3, steps: 1, probes: 1, traceProbes: 1 });
    const v = randomVector(net.parameters.length, 3);
    const { product, result } = await engine.product(all, Float32Array.from(v));
    expectExactZeros(net, product);
    expect(relativeError(product, inFloat64(net, v).hv)).toBeLessThan(1e-5);
    expect(result.meaning.sentence).toBe(
      "Hessian of the mean cross-entropy over 3 sentences (sentences 0 to 2 of s.npz), no BatchNorm, no dropout, no weight decay, all 823 parameters, float32.",
    );
    engine.destroy();
  }, 120_000);

  it("does not see how far its sentences are padded", async () => {
    const both = sentences({
      ids: [
        [2, 5, 3, 2],
        [2, 6, 6, 6, 6, 6, 3],
      ],
      labels: [1, 0],
    });
    const one = await pose(bert(tiny), sentences({ ids: [[2, 5, 3, 2]], labels: [1] }, false), 1);
    const two = await pose(bert(tiny), sentences({ ids: [[2, 6, 6, 6, 6, 6, 3]], labels: [0] }, false), 1);
    const padded = await pose(bert(tiny), both, 2);
    expect(padded.inputs.input_ids.length).toBe(14);
    const v = randomVector(padded.parameters.length, 4);
    const [a, b, mean] = [one, two, padded].map((net) => inFloat64(net, v));
    expect(
      relativeError(
        mean.hv,
        a.hv.map((x, i) => (x + b.hv[i]) / 2),
      ),
    ).toBeLessThan(1e-13);
    expect(Math.abs(mean.loss - (a.loss + b.loss) / 2)).toBeLessThan(1e-14);
    expect((await pose(bert(tiny), both, 1)).inputs.input_ids.length).toBe(4);
  });
});

/** Sizes that fill no vec4: 3 columns a head, 7 tokens, 7 units. Compiling its kernels takes nearly all of the time. */
describe("a BERT of two layers with GELU by tanh and odd sizes", () => {
  const sizes: BertSizes = {
    ...{ layers: 2, hidden: 6, heads: 2, intermediate: 7, vocabulary: 13, positions: 8, classes: 2 },
  };
  const config = { num_attention_heads: 2, hidden_act: "gelu_new", layer_norm_eps: 1e-6 };
  const ids = [7, 3].map((length, n) =>
    Array.from({ length }, (_, s) => (5 * s + 7 * n + 1) % sizes.vocabulary),
  );

  it("has the loss, gradient and products of float64, one vector and two at a time", async () => {
    const net = await pose(bert(sizes, config), sentences({ ids, labels: [0, 1] }), 2);
    const staged = linearize(net.graph);
    const vectors = [1, 2].map((seed) => randomVector(net.parameters.length, seed));
    const want = vectors.map((v) => inFloat64(net, v, staged));
    const other = reverseOverForward(net.graph);
    expect(relativeError(inFloat64(net, vectors[0], other).hv, want[0].hv)).toBeLessThan(1e-12);
    const operators = [await hessianOf(net, 1), await hessianOf(net, 2)];
    for (const operator of operators) {
      expect(Math.abs((await operator.loss()) / want[0].loss - 1)).toBeLessThan(1e-6);
      expect(relativeError(await operator.gradient(), want[0].gradient)).toBeLessThan(1e-5);
    }
    const [one] = await products(operators[0], [vectors[0]]);
    const two = await products(operators[1], vectors);
    for (const [i, hv] of [one, ...two].entries())
      expect(relativeError(hv, want[Math.max(0, i - 1)].hv)).toBeLessThan(1e-5);
    for (const operator of operators) operator.destroy();
  });
});
