import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { Builder } from "../../src/autograd/builder.ts";
import { interpret } from "../../src/autograd/interpret.ts";
import { type Batch, makeBatch } from "../../src/model/batch.ts";
import { buildModel, type Model, recogniseModel } from "../../src/model/families.ts";
import { readNpy } from "../../src/model/npy.ts";
import { readNpz } from "../../src/model/npz.ts";
import { unflatten } from "../../src/model/paramLayout.ts";
import { readSafetensors } from "../../src/model/safetensors.ts";

/** Real checkpoints, real images and PyTorch's own logits; they are not part of the project. */
const reference = new URL("../../../shared/reference/", import.meta.url);
const absent = !existsSync(reference);
if (absent) console.log("skipped: the reference set ../shared/reference is absent");

const bytes = (path: string): Uint8Array => new Uint8Array(readFileSync(new URL(path, reference)));

function model(name: string, options = {}): Model {
  const file = `models/${name}/model.safetensors`;
  return recogniseModel(readSafetensors(bytes(file), file).tensors, file, options);
}

function batch(name: string, { architecture }: Model, start: number, count: number): Batch {
  return makeBatch(readNpz(bytes(`data/${name}.npz`), name), {
    file: name,
    input: architecture.input,
    classes: architecture.classes,
    start,
    count,
    mean: [0.485, 0.456, 0.406],
    std: [0.229, 0.224, 0.225],
  });
}

function evaluate(
  { architecture, parameters, states }: Model,
  { inputs: samples, targets, count }: Batch,
  bn: "eval" | "batch",
) {
  const builder = new Builder();
  buildModel(builder, architecture, { batchSize: count, bn });
  const graph = builder.finish();
  const params = unflatten(graph.params, parameters);
  const inputs = Object.fromEntries([...states].map(([name, values]) => [name, Float64Array.from(values)]));
  inputs[architecture.input.name] = Float64Array.from(samples[architecture.input.name]);
  inputs.targets = Float64Array.from(targets);
  return interpret(graph, { params, inputs });
}

describe.skipIf(absent)("reference", () => {
  test.each([
    ["resnet20_cifar10", 20, 269_722],
    ["resnet32_cifar10", 32, 464_154],
    ["resnet56_cifar10", 56, 853_018],
  ])("%s is ResNet-%i with %i parameters", (name, depth, count) => {
    const { architecture, parameters, states } = model(name);
    expect(architecture).toMatchObject({ family: "resnet-cifar", depth, batchNorm: true, classes: 10 });
    expect(parameters.length).toBe(count);
    expect(states.size).toBe(2 * (depth - 1));
  });

  test("uint8 images normalise to the float32 images of the reference", () => {
    const net = model("resnet20_cifar10");
    const ours = batch("cifar10_test_1000", net, 0, 16);
    const theirs = batch("cifar10_test_000_015", net, 0, 16);
    expect(ours.labels).toEqual(theirs.labels);
    const [left, right] = [ours, theirs].map(({ inputs }) => Array.from(inputs.images));
    const worst = left.reduce((w, v, i) => Math.max(w, Math.abs(v - right[i])), 0);
    expect(worst).toBeLessThan(1e-6);
  });

  test("two samples of ResNet-20 give PyTorch's logits within 1e-5", () => {
    const net = model("resnet20_cifar10");
    const { logits } = evaluate(net, batch("cifar10_test_000_127", net, 126, 2), "eval");
    const golden = readNpy(bytes("goldens/resnet20_logits_f32_test_0_127.npy"), "logits")
      .data as Float32Array;
    const want = golden.subarray(126 * 10, 128 * 10);
    const scale = Math.max(...want.map(Math.abs));
    logits.forEach((v, i) => {
      expect(Math.abs(v - want[i])).toBeLessThan(1e-5 * scale);
    });
  });

  test.each(["eval", "batch"] as const)(
    "16 samples of ResNet-20 give the float64 loss, BatchNorm %s",
    (bn) => {
      const net = model("resnet20_cifar10");
      const { loss } = evaluate(net, batch("cifar10_test_000_015", net, 0, 16), bn);
      const file = bn === "eval" ? "resnet20_eval_000_015.json" : "resnet20_batchstat_000_015.json";
      const golden = JSON.parse(new TextDecoder().decode(bytes(`goldens/${file}`)));
      const want = golden.loss_f64 ?? golden.loss;
      expect(Math.abs(loss[0] / want - 1)).toBeLessThan(1e-9);
    },
  );

  test.each(["relu", "tanh"] as const)(
    "the %s perceptron gives the float64 loss of its batch",
    (activation) => {
      const mlp = model(`mlp_${activation}`, { activation });
      expect(mlp.parameters.length).toBe(2410);
      const { loss } = evaluate(mlp, batch("mlp_batch", mlp, 0, 128), "eval");
      const golden = JSON.parse(new TextDecoder().decode(bytes(`goldens/mlp_${activation}.json`)));
      expect(Math.abs(loss[0] / golden.loss_value - 1)).toBeLessThan(1e-9);
    },
  );
});
