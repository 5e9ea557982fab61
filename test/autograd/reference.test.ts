import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { Builder } from "../../src/autograd/builder.ts";
import { interpret, type Values } from "../../src/autograd/interpret.ts";
import { linearize, type Staged } from "../../src/autograd/linearize.ts";
import { makeBatch } from "../../src/model/batch.ts";
import { buildModel, recogniseModel } from "../../src/model/families.ts";
import { readNpz } from "../../src/model/npz.ts";
import { flatten, unflatten } from "../../src/model/paramLayout.ts";
import { readSafetensors } from "../../src/model/safetensors.ts";
import { dot } from "./seeded.ts";

const folder = new URL("../../../shared/reference/", import.meta.url);
const present = existsSync(folder);
const title = present ? "the reference set" : "the reference set (skipped: ../shared/reference is absent)";
const bytes = (path: string) => new Uint8Array(readFileSync(new URL(path, folder)));
const golden = (name: string) => JSON.parse(readFileSync(new URL(`goldens/${name}.json`, folder), "utf8"));

interface Problem {
  readonly linearized: Staged;
  readonly values: Values;
}

interface Files {
  readonly model: string;
  readonly data: string;
  readonly count: number;
  readonly bn?: "eval" | "batch";
  readonly activation?: "relu" | "tanh";
}

function problem(
  { model: name, data, count, bn = "eval", activation = "relu" }: Files,
  block?: string[],
): Problem {
  const file = `models/${name}/model.safetensors`;
  const model = recogniseModel(readSafetensors(bytes(file), file).tensors, file, { activation });
  const { input, classes } = model.architecture;
  const batch = makeBatch(readNpz(bytes(data), data), {
    ...{ file: data, input, classes, start: 0, count },
    ...{ mean: null, std: null },
  });
  const builder = new Builder();
  buildModel(builder, model.architecture, { batchSize: count, bn });
  const graph = builder.finish();
  const states = [...model.states].map(([key, x]) => [key, Float64Array.from(x)]);
  return {
    linearized: linearize(graph, block ? { params: block } : {}),
    values: {
      params: unflatten(graph.params, model.parameters),
      inputs: {
        ...Object.fromEntries(states),
        [input.name]: Float64Array.from(batch.inputs[input.name]),
        targets: Float64Array.from(batch.targets),
      },
    },
  };
}

/** Loss, and gradient and Hv as flat vectors in file order. */
function derivatives({ linearized: { graph }, values }: Problem, v: Float64Array) {
  const results = interpret(graph, { ...values, tangents: unflatten(graph.params, v) });
  const flat = (prefix: string) =>
    flatten(graph.params, Object.fromEntries(graph.params.map((p) => [p.name, results[prefix + p.name]])));
  return { loss: results.loss[0], gradient: flat("grad:"), hv: flat("hv:") };
}

const norm = (x: Float64Array): number => Math.sqrt(dot(x, x));
const wave = (n: number, f: (i: number) => number): Float64Array =>
  Float64Array.from({ length: n }, (_, i) => f(i));

describe.skipIf(!present)(title, () => {
  it.each(["tanh", "relu"] as const)(
    "gives loss, gradient and products of the %s MLP in float64",
    (activation) => {
      const want = golden(`mlp_${activation}`);
      const net = problem({ model: `mlp_${activation}`, data: "data/mlp_batch.npz", count: 128, activation });
      const v = wave(want.n_params, (i) => Math.sin(0.37 * i + 0.1));
      const { loss, gradient, hv } = derivatives(net, v);
      expect(loss).toBeCloseTo(want.loss_value, 12);
      expect(norm(gradient)).toBeCloseTo(want.grad_norm, 12);
      expect(dot(v, hv)).toBeCloseTo(want.hvp_sin.vHv, 10);
      expect(norm(hv)).toBeCloseTo(want.hvp_sin.norm, 11);
      want.hvp_sin.first8.forEach((x: number, i: number) => {
        expect(hv[i]).toBeCloseTo(x, 12);
      });
    },
  );

  it.each(["tanh", "relu"] as const)("gives the traces of the bias blocks of the %s MLP", (activation) => {
    const { per_tensor } = golden(`mlp_${activation}`);
    for (const name of ["fc1.bias", "fc2.bias"]) {
      const files = { model: `mlp_${activation}`, data: "data/mlp_batch.npz", count: 128, activation };
      const { linearized, values } = problem(files, [name]);
      let trace = 0;
      for (let i = 0; i < per_tensor[name].size; i++) {
        const unit = Float64Array.from({ length: per_tensor[name].size }, (_, k) => (k === i ? 1 : 0));
        const column = interpret(linearized.graph, { ...values, tangents: { [name]: unit } }, [`hv:${name}`]);
        trace += column[`hv:${name}`][i];
      }
      expect(trace).toBeCloseTo(per_tensor[name].trace, 12);
    }
  });

  // BatchNorm in eval mode is held against the same file on the GPU (test/run/reference.test.ts).
  it("gives loss, gradient and u'Hv of ResNet-20 on 16 images with batch statistics", () => {
    const want = golden("resnet20_batchstat_000_015");
    const net = problem({
      model: "resnet20_cifar10",
      data: "data/cifar10_test_000_015.npz",
      count: 16,
      bn: "batch",
    });
    const root = Math.sqrt(want.n);
    const [u, v] = [
      wave(want.n, (i) => Math.sin(0.37 * i) / root),
      wave(want.n, (i) => Math.cos(0.11 * i) / root),
    ];
    const { loss, gradient, hv } = derivatives(net, v);
    expect(loss).toBeCloseTo(want.loss_f64, 12);
    expect(norm(gradient)).toBeCloseTo(want.grad_norm_f64, 10);
    const tolerance = 1e-10 * want.uHv.hv_norm;
    expect(Math.abs(dot(u, hv) - want.uHv.value)).toBeLessThan(tolerance);
    expect(Math.abs(norm(hv) - want.uHv.hv_norm)).toBeLessThan(tolerance);
  }, 120_000);
});
