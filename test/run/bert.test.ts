import { afterAll, describe, expect, it } from "vitest";
import { loadModel } from "../../src/run/load.ts";
import { poseProblem } from "../../src/run/problem.ts";
import type { DataSource, ModelSource } from "../../src/run/protocol.ts";
import { dawn } from "../gpu/dawn.ts";
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

async function pose(model: ModelSource, data: DataSource, batchSize: number): Promise<Example> {
  const loaded = await loadModel(model, data, () => Promise.reject(new Error("nothing is bundled here")));
  return poseProblem(loaded, { bn: "eval", start: 0, batchSize });
}

/** The part of a flat vector that belongs to a parameter. */
function part(net: Example, name: string, flat: Float64Array): Float64Array {
  const param = net.graph.params.find((p) => p.name === name);
  if (param === undefined) throw new Error(`no parameter ${name}`);
  return flat.subarray(param.offset, param.offset + param.size);
}

describe("a BERT of one layer on padded sentences", () => {
  it("has the whole Hessian of float64, to 1e-5 of its norm", async () => {
    const net = await pose(bert(tiny), text, 3);
    const n = net.parameters.length;
    const k = 64;
    const operator = await hessianOf(net, k);
    let [error, norm, asymmetry] = [0, 0, 0];
    const rows: Float64Array[] = [];
    for (let i = 0; i < n; i += k) {
      const units = Array.from({ length: Math.min(k, n - i) }, (_, j) => unitVector(n, i + j));
      rows.push(...(await products(operator, units)));
    }
    rows.forEach((row, i) => {
      const { hv } = inFloat64(net, unitVector(n, i));
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
});
