import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { interpret } from "../../src/autograd/interpret.ts";
import { linearize } from "../../src/autograd/linearize.ts";
import { flatten, readNpy, unflatten } from "../../src/model/index.ts";
import { loadModel } from "../../src/run/load.ts";
import { accuracyOf, poseProblem } from "../../src/run/problem.ts";
import type { DataSource, ModelSource } from "../../src/run/protocol.ts";

const folder = new URL("../../../shared/reference/", import.meta.url);
const present = existsSync(folder);
const title = present ? "the reference BERT" : "the reference BERT (skipped: ../shared/reference is absent)";
const bytes = (path: string) => new Uint8Array(readFileSync(new URL(path, folder)));
const named = (path: string) => ({ name: path, bytes: bytes(path) });
const golden = (name: string) => JSON.parse(readFileSync(new URL(`goldens/${name}.json`, folder), "utf8"));

const model = (): ModelSource => ({
  kind: "file",
  file: named("models/bert_tiny_sst2/model.safetensors"),
  config: named("models/bert_tiny_sst2/config.json"),
  options: {},
});
const sentences = (): DataSource => ({
  kind: "file",
  file: named("data/sst2_dev_000_031.npz"),
  mean: null,
  std: null,
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
});
