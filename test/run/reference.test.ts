import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { makeHessian } from "../../src/run/fit.ts";
import { loadModel } from "../../src/run/load.ts";
import { poseProblem } from "../../src/run/problem.ts";
import { denseOperator, eigs } from "../../src/spectrum/index.ts";
import { dawnEntry } from "../gpu/dawn.ts";
import { dot, engines, products, unitVector } from "../gpu/examples.ts";
import { symmetricEigenvalues } from "../oracles/symmetricEigen.ts";
import { finish, rademacher } from "../spectrum/matrices.ts";
import { engineOn } from "./host.ts";

const folder = new URL("../../../shared/reference/", import.meta.url);
const present = existsSync(folder);
const title = present ? "the reference set" : "the reference set (skipped: ../shared/reference is absent)";
const named = (path: string) => ({ name: path, bytes: new Uint8Array(readFileSync(new URL(path, folder))) });
const golden = (name: string) => JSON.parse(readFileSync(new URL(`goldens/${name}.json`, folder), "utf8"));

const model = (name: string, activation: "relu" | "tanh" = "relu") =>
  ({
    kind: "files",
    files: [named(`models/${name}/model.safetensors`)],
    options: { activation, skip: true },
  }) as const;
const data = (path: string) =>
  ({ kind: "files", files: [named(path)], options: { mean: null, std: null } }) as const;

/** Columns per product. */
const K = 64;

/** The whole Hessian of a perceptron by n products. */
async function wholeHessian(activation: "relu" | "tanh"): Promise<{ loss: number; rows: Float64Array[] }> {
  const files = [model(`mlp_${activation}`, activation), data("data/mlp_batch.npz")] as const;
  const loaded = await loadModel(...files, () => Promise.reject(new Error("nothing is bundled here")));
  const problem = poseProblem(loaded, { bn: "eval", start: 0, batchSize: 128 });
  const operator = await makeHessian({
    ...(await engines()),
    ...{ problem, microBatch: null, probes: K, krylovVectors: 0, budget: 1e9 },
  });
  expect(operator.space.k).toBe(K);
  await operator.prepare();
  const rows: Float64Array[] = [];
  const { n } = operator.space;
  for (let i = 0; i < n; i += K) {
    const units = Array.from({ length: Math.min(K, n - i) }, (_, j) => unitVector(n, i + j));
    rows.push(...(await products(operator, units)));
  }
  const loss = await operator.loss();
  operator.destroy();
  return { loss, rows };
}

/** Largest |a_ij - a_ji| and the Frobenius norm squared. */
function measure(rows: readonly Float64Array[]) {
  let [asymmetry, frobenius2] = [0, 0];
  rows.forEach((row, i) => {
    for (let j = 0; j < rows.length; j++) {
      asymmetry = Math.max(asymmetry, Math.abs(row[j] - rows[j][i]));
      frobenius2 += row[j] ** 2;
    }
  });
  return { asymmetry, frobenius2, trace: rows.reduce((sum, row, i) => sum + row[i], 0) };
}

describe.skipIf(!present)(title, () => {
  it("has the exact trace of the ReLU perceptron, tensor by tensor", async () => {
    const want = golden("mlp_relu");
    const engine = engineOn(await dawnEntry());
    await engine.load(model("mlp_relu", "relu"), data("data/mlp_batch.npz"));
    const outcome = await engine.run(
      {
        ...{ bn: "eval", draw: "range", start: 0, dataSeed: 0, batchSize: 128, microBatch: null },
        ...{ steps: 1, probes: 1, traceProbes: 1 },
        ...{ seed: 0, top: 0, bottom: 0, traceMethod: "exact" },
      },
      () => {},
    );
    const trace = outcome.kind === "done" ? outcome.result.trace : null;
    expect(Math.abs((trace?.estimate ?? 0) / want.trace - 1)).toBeLessThan(1e-5);
    for (const { name, estimate } of trace?.perLayer ?? [])
      expect(Math.abs(estimate / want.per_tensor[name].trace - 1)).toBeLessThan(1e-5);
    expect(trace?.perLayer.length).toBe(4);
    engine.destroy();
  });

  it("holds all 2,410 eigenvalues of the tanh perceptron, each within 1e-5 of the norm", async () => {
    const want = golden("mlp_tanh");
    const { loss, rows } = await wholeHessian("tanh");
    const { asymmetry, frobenius2, trace } = measure(rows);
    const norm = want.eigenvalues_desc[0];
    expect(Math.abs(loss - want.loss_value)).toBeLessThan(1e-6);
    expect(asymmetry).toBeLessThan(1e-6 * norm);
    expect(Math.abs(trace / want.trace - 1)).toBeLessThan(1e-5);
    expect(Math.abs(frobenius2 / want.frobenius2 - 1)).toBeLessThan(1e-5);
    const got = symmetricEigenvalues(rows).reverse();
    expect(got.length).toBe(want.eigenvalues_desc.length);
    const worst = got.reduce((most, x, i) => Math.max(most, Math.abs(x - want.eigenvalues_desc[i])), 0);
    expect(worst).toBeLessThan(1e-5 * norm);
  });

  it("holds trace, norm, traces of tensors and extreme eigenvalues of the ReLU perceptron", async () => {
    const want = golden("mlp_relu");
    const { loss, rows } = await wholeHessian("relu");
    const { asymmetry, frobenius2, trace } = measure(rows);
    const [norm] = want.eigenvalues_desc;
    expect(Math.abs(loss - want.loss_value)).toBeLessThan(1e-6);
    expect(asymmetry).toBeLessThan(1e-6 * norm);
    expect(Math.abs(trace / want.trace - 1)).toBeLessThan(1e-5);
    expect(Math.abs(frobenius2 / want.frobenius2 - 1)).toBeLessThan(1e-5);
    let offset = 0;
    for (const name of ["fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias"]) {
      const { size, trace } = want.per_tensor[name];
      const part = rows.slice(offset, offset + size).reduce((sum, row, i) => sum + row[offset + i], 0);
      offset += size;
      expect(Math.abs(part - trace), name).toBeLessThan(1e-5 * Math.abs(want.trace));
    }
    // Float32 products are symmetric to rounding only; the operator below insists on more.
    rows.forEach((row, i) => {
      for (let j = 0; j < i; j++) row[j] = rows[j][i] = (row[j] + rows[j][i]) / 2;
    });
    const options = { top: 3, bottom: 3, maxSteps: 200, source: rademacher(1), breakdownTolerance: 1e-13 };
    const ends = await finish(eigs(denseOperator(rows), { ...options, roundoff: 2 ** -53 }));
    expect(ends.kind).toBe("converged");
    ends.top.forEach(({ value }, i) => {
      expect(Math.abs(value - want.eigenvalues_desc[i])).toBeLessThan(1e-5 * norm);
    });
    ends.bottom.forEach(({ value }, i) => {
      expect(Math.abs(value - want.eigenvalues_desc[want.n_params - 1 - i])).toBeLessThan(1e-5 * norm);
    });
  });

  it.each([
    ["eval", "resnet20_eval_000_015", 1e-5, 1e-4],
    // The statistics of the batch: test/run/bundled.test.ts on a GPU, test/autograd/reference.test.ts on these images.
  ] as const)(
    "holds loss, gradient and u'Hv of ResNet-20 on 16 images, BatchNorm %s",
    async (bn, name, atWeights, product) => {
      const want = golden(name);
      const engine = engineOn(dawnEntry());
      const files = [model("resnet20_cifar10"), data("data/cifar10_test_000_015.npz")] as const;
      expect((await engine.load(...files)).kind).toBe("loaded");
      const settings = {
        bn,
        start: 0,
        batchSize: 16,
        microBatch: null,
        steps: 1,
        probes: 1,
        traceProbes: 1,
        seed: 0,
        ...({ draw: "range", dataSeed: 0 } as const),
      };
      const wave = (f: (i: number) => number): Float64Array =>
        Float64Array.from({ length: want.n }, (_, i) => f(i) / Math.sqrt(want.n));
      const v = wave((i) => Math.cos(0.11 * i));
      const all = { ...settings, top: 1, bottom: 1 };
      const { result, product: hv } = await engine.product(all, Float32Array.from(v));
      expect(Math.abs(result.loss / want.loss_f64 - 1)).toBeLessThan(atWeights);
      expect(Math.abs(result.gradientNorm / want.grad_norm_f64 - 1)).toBeLessThan(atWeights);
      const size = want.uHv.hv_norm;
      expect(Math.abs(Math.sqrt(dot(hv, hv)) / size - 1)).toBeLessThan(product);
      const uHv = dot(
        wave((i) => Math.sin(0.37 * i)),
        hv,
      );
      expect(Math.abs(uHv - want.uHv.value)).toBeLessThan(product * size);
      engine.destroy();
    },
    300_000,
  );
});
