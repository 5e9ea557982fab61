import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { interpret } from "../../src/autograd/interpret.ts";
import { linearize } from "../../src/autograd/linearize.ts";
import { flatten, readNpy, unflatten } from "../../src/model/index.ts";
import { loadModel } from "../../src/run/load.ts";
import { accuracyOf, poseProblem } from "../../src/run/problem.ts";
import type { DataSource, ModelSource } from "../../src/run/protocol.ts";
import { hessianOf, products, relativeError } from "../gpu/examples.ts";

const folder = new URL("../../../shared/reference/", import.meta.url);
const present = existsSync(folder);
const title = present ? "the reference BERT" : "the reference BERT (skipped: ../shared/reference is absent)";
const bytes = (path: string) => new Uint8Array(readFileSync(new URL(path, folder)));
const named = (path: string) => ({ name: path, bytes: bytes(path) });
const golden = (name: string) => JSON.parse(readFileSync(new URL(`goldens/${name}.json`, folder), "utf8"));

const model = (): ModelSource => ({
  kind: "files",
  files: ["model.safetensors", "config.json"].map((name) => named(`models/bert_tiny_sst2/${name}`)),
  options: {},
});
const sentences = (): DataSource => ({
  kind: "files",
  files: [named("data/sst2_dev_000_031.npz")],
  options: { mean: null, std: null },
});

async function pose(batchSize: number) {
  const loaded = await loadModel(model(), sentences(), () => Promise.reject(new Error("nothing is bundled")));
  const problem = poseProblem(loaded, { bn: "eval", start: 0, batchSize });
  const { graph, parameters, inputs } = problem;
  const values = {
    params: unflatten(graph.params, parameters),
    inputs: Object.fromEntries(Object.entries(inputs).map(([name, x]) => [name, Float64Array.from(x)])),
  };
  return { card: loaded.card, problem, values };
}

describe.skipIf(!present)(title, () => {
  it("has the loss and the logits of PyTorch on 32 sentences", async () => {
    const { card, problem, values } = await pose(32);
    const want = golden("bert_eigs");
    expect(card).toMatchObject({ family: "bert", parameterCount: want.n_params, classes: 2, warnings: [] });
    const { loss, logits } = interpret(problem.graph, values);
    expect(Math.abs(loss[0] / want.loss_value - 1)).toBeLessThan(1e-9);
    const theirs = readNpy(bytes("goldens/bert_logits_f32_dev_0_31.npy"), "logits").data as Float32Array;
    logits.forEach((v, i) => {
      expect(Math.abs(v - theirs[i])).toBeLessThan(1e-5);
    });
    expect(accuracyOf(Float32Array.from(logits), problem.batch.labels)).toBeGreaterThan(0.8);
  }, 120_000);

  it("has the product of float64 within 1e-5 on four sentences, and exact zeros where nothing is read", async () => {
    const { problem, values } = await pose(4);
    const { graph, parameters, inputs } = problem;
    const n = parameters.length;
    const wave = Float64Array.from({ length: n }, (_, i) => Math.fround(Math.cos(0.11 * i) / Math.sqrt(n)));
    const staged = linearize(graph);
    const exact = interpret(staged.graph, { ...values, tangents: unflatten(graph.params, wave) });
    const want = flatten(
      graph.params,
      Object.fromEntries(graph.params.map(({ name }) => [name, exact[`hv:${name}`]])),
    );
    const operator = await hessianOf({ graph, parameters, inputs });
    const [hv] = await products(operator, [wave]);
    expect(Math.abs((await operator.loss()) / exact.loss[0] - 1)).toBeLessThan(1e-5);
    expect(relativeError(hv, want)).toBeLessThan(1e-5);
    operator.destroy();
    const present = new Set(inputs.input_ids);
    for (const { name, offset, size } of graph.params) {
      const part = hv.subarray(offset, offset + size);
      if (name.endsWith("self.key.bias")) expect(part.every((v) => v === 0)).toBe(true);
      if (!name.endsWith("word_embeddings.weight")) continue;
      const rows = new Set<number>();
      part.forEach((v, i) => {
        if (v !== 0) rows.add(Math.floor(i / 128));
      });
      present.delete(0);
      expect([...rows].toSorted((a, b) => a - b)).toEqual([...present].toSorted((a, b) => a - b));
    }
  }, 300_000);
});
