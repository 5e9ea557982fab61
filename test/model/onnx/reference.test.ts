import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { Builder } from "../../../src/autograd/builder.ts";
import { interpret } from "../../../src/autograd/interpret.ts";
import { linearize } from "../../../src/autograd/linearize.ts";
import type { Network } from "../../../src/model/architecture.ts";
import { makeBatch } from "../../../src/model/batch.ts";
import { buildModel, recogniseModel } from "../../../src/model/families.ts";
import { sizeOf } from "../../../src/model/graph.ts";
import { readNpy } from "../../../src/model/npy.ts";
import { readNpz } from "../../../src/model/npz.ts";
import { readOnnx } from "../../../src/model/onnx/network.ts";
import { flatten, unflatten } from "../../../src/model/paramLayout.ts";
import { readSafetensors } from "../../../src/model/safetensors.ts";
import type { Tensors } from "../../../src/model/tensor.ts";

/** Files that PyTorch's exporter wrote, and PyTorch's own numbers; they are not part of the project. */
const reference = new URL("../../../../shared/reference/", import.meta.url);
const absent = !existsSync(reference);
const title = absent ? "the reference set (skipped: ../shared/reference is absent)" : "the reference set";

const bytes = (path: string): Uint8Array => new Uint8Array(readFileSync(new URL(path, reference)));
const golden = (name: string) => JSON.parse(readFileSync(new URL(`goldens/${name}.json`, reference), "utf8"));

const onnx = (name: string, arrays: Tensors = new Map()) =>
  readOnnx(bytes(`onnx/${name}.onnx`), `${name}.onnx`, { scratch: new Builder(), arrays });

function checkpoint(name: string, options = {}): Network {
  const file = `models/${name}/model.safetensors`;
  const { architecture, parameters, states } = recogniseModel(
    readSafetensors(bytes(file), file).tensors,
    file,
    options,
  );
  return {
    architecture,
    parameters,
    build: (g, how) => {
      buildModel(g, architecture, how);
      return { states: Object.fromEntries(states), data: (batch) => batch };
    },
  };
}

interface Samples {
  readonly data: string;
  readonly start: number;
  readonly count: number;
  readonly bn?: "eval" | "batch";
}

function pose({ architecture, parameters, build }: Network, { data, start, count, bn = "eval" }: Samples) {
  const { input, classes } = architecture;
  const batch = makeBatch(readNpz(bytes(`data/${data}.npz`), data), {
    ...{ file: data, input, classes, start, count },
    ...{ mean: null, std: null },
  });
  const builder = new Builder();
  const { states, data: inputsFrom } = build(builder, {
    ...{ batchSize: count, bn, height: batch.shape[1], width: batch.shape[2], tokens: batch.shape[1] },
    ...(batch.shapes ? { shapes: batch.shapes } : {}),
  });
  const graph = builder.finish();
  const given = { ...states, ...inputsFrom(batch.inputs) };
  const inputs = {
    ...Object.fromEntries(Object.entries(given).map(([name, x]) => [name, Float64Array.from(x)])),
    targets: Float64Array.from(batch.targets),
  };
  return { graph, values: { params: unflatten(graph.params, parameters), inputs } };
}

const forward = (net: Network, samples: Samples) => {
  const { graph, values } = pose(net, samples);
  return interpret(graph, values);
};

function product(
  net: Network,
  samples: Samples,
  v: ArrayLike<number> = net.parameters.map((_, i) => Math.cos(0.11 * i)),
): Float64Array {
  const { graph, values } = pose(net, samples);
  const staged = linearize(graph).graph;
  const names = staged.params.map(({ name }) => `hv:${name}`);
  const results = interpret(
    staged,
    { ...values, tangents: unflatten(staged.params, Float64Array.from(v)) },
    names,
  );
  return flatten(
    staged.params,
    Object.fromEntries(staged.params.map(({ name }) => [name, results[`hv:${name}`]])),
  );
}

function expectClose(got: Float64Array, want: Float64Array, tolerance: number): void {
  expect(got.length).toBe(want.length);
  const scale = want.reduce((w, x) => Math.max(w, Math.abs(x)), 0);
  const worst = got.reduce((w, x, i) => Math.max(w, Math.abs(x - want[i])), 0);
  expect(worst).toBeLessThanOrEqual(tolerance * scale);
}

describe.skipIf(absent)(title, () => {
  test.each(["tanh", "relu"] as const)("the %s perceptron gives PyTorch's loss and product", (activation) => {
    const net = onnx(`mlp_${activation}`);
    const want = golden(`mlp_${activation}`);
    expect(net.architecture.parameters.map(({ name }) => name)).toEqual([
      "fc1.weight",
      "fc1.bias",
      "fc2.weight",
      "fc2.bias",
    ]);
    expect(net.warnings).toEqual([]);
    const samples = { data: "mlp_batch", start: 0, count: 128 };
    expect(Math.abs(forward(net, samples).loss[0] / want.loss_value - 1)).toBeLessThan(1e-12);
    const other = checkpoint(`mlp_${activation}`, { activation });
    expectClose(product(net, samples), product(other, samples), 1e-12);
  });

  const two = { data: "cifar10_test_000_127", start: 126, count: 2 };

  test("ResNet-20 exported with BatchNorm has the parameters, logits and products of the checkpoint", () => {
    const net = onnx("resnet20_preserve_nofold");
    const other = checkpoint("resnet20_cifar10");
    expect(net.warnings).toEqual([]);
    expect(net.architecture.parameters).toEqual(other.architecture.parameters);
    expect(net.parameters).toEqual(other.parameters);
    expect(net.architecture.states).toEqual(other.architecture.states);
    expectClose(forward(net, two).logits, forward(other, two).logits, 1e-12);
    expectClose(product(net, two), product(other, two), 1e-9);
  }, 60_000);

  test("the export in training mode has the same batch-statistics product, and warns of its running statistics", () => {
    const net = onnx("resnet20_training_nofold");
    const other = checkpoint("resnet20_cifar10");
    expect(net.warnings.length).toBe(1);
    expect(net.warnings[0]).toMatch(
      /^The file was exported in training mode, which changes BatchNorm's running/,
    );
    expect(net.parameters).toEqual(other.parameters);
    const batch = { ...two, bn: "batch" } as const;
    expectClose(product(net, batch), product(other, batch), 1e-9);
  }, 60_000);

  test("16 samples of ResNet-20 as ONNX give the float64 loss of PyTorch", () => {
    const samples = { data: "cifar10_test_000_015", start: 0, count: 16 };
    const { loss } = forward(onnx("resnet20_preserve_nofold"), samples);
    expect(Math.abs(loss[0] / golden("resnet20_eval_000_015").loss_f64 - 1)).toBeLessThan(1e-9);
  });

  test("the export with folded BatchNorm gives the logits, other parameters, and the line that keeps BatchNorm", () => {
    const net = onnx("resnet20_eval_fold");
    expect(net.architecture.parameters.length).toBe(40);
    expect(net.architecture.parameters.slice(0, 3).map(({ name }) => name)).toEqual([
      "conv1.weight",
      "conv1.bias",
      "layer1.0.conv1.weight",
    ]);
    expect(net.warnings).toEqual([
      'The exporter has folded BatchNorm into the convolutions. The Hessian is then that of other parameters, with another spectrum. To keep BatchNorm, export with torch.onnx.export(m.eval(), (x,), "m.onnx", dynamo=False, training=torch.onnx.TrainingMode.PRESERVE, do_constant_folding=False)',
    ]);
    const { logits } = forward(net, two);
    const all = readNpy(bytes("goldens/resnet20_logits_f32_test_0_127.npy"), "logits").data as Float32Array;
    expectClose(logits, Float64Array.from(all.subarray(126 * 10, 128 * 10)), 1e-5);
  });

  test("BERT has the parameters, the loss and the logits of PyTorch on 32 sentences", () => {
    const arrays = readNpz(bytes("data/sst2_dev_000_031.npz"), "sst2");
    const net = onnx("bert_tiny_sst2_eval", arrays);
    const other = checkpoint("bert_tiny_sst2", { heads: 2 });
    expect(net.warnings).toEqual([]);
    expect(net.architecture.parameters.map(({ name }) => name).sort()).toEqual(
      other.architecture.parameters.map(({ name }) => name).sort(),
    );
    const { loss, logits } = forward(net, { data: "sst2_dev_000_031", start: 0, count: 32 });
    expect(Math.abs(loss[0] / golden("bert_eigs").loss_value - 1)).toBeLessThan(1e-8);
    const all = readNpy(bytes("goldens/bert_logits_f32_dev_0_31.npy"), "logits").data as Float32Array;
    expectClose(logits, Float64Array.from(all), 1e-5);
  }, 60_000);

  test("BERT has the product of the checkpoint, exact zeros for the biases of keys among it", () => {
    const samples = { data: "sst2_dev_000_031", start: 0, count: 1 };
    const net = onnx("bert_tiny_sst2_eval", readNpz(bytes("data/sst2_dev_000_031.npz"), "sst2"));
    const other = checkpoint("bert_tiny_sst2", { heads: 2 });
    const byName = (from: Network, flat: Float64Array) => {
      let at = 0;
      return Object.fromEntries(
        from.architecture.parameters.map(({ name, shape }) => {
          at += sizeOf(shape);
          return [name, flat.subarray(at - sizeOf(shape), at)];
        }),
      );
    };
    const wave = byName(
      other,
      Float64Array.from({ length: 4386178 }, (_, i) => Math.cos(0.11 * i)),
    );
    const ours = Float64Array.from(net.architecture.parameters.flatMap(({ name }) => Array.from(wave[name])));
    const [got, want] = [byName(net, product(net, samples, ours)), byName(other, product(other, samples))];
    // The file's GELU and LayerNorm have float32 numbers for the root of 2 and for 1e-12.
    for (const name of Object.keys(want)) expectClose(got[name], want[name], 1e-6);
  }, 120_000);
});
