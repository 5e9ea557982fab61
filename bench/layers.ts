/** Traces of all tensors from one stream of products: what a probe costs against a product, as layers are added. */
import { openDevice } from "../src/run/device.ts";
import { makeHessian } from "../src/run/fit.ts";
import { loadModel } from "../src/run/load.ts";
import { poseProblem } from "../src/run/problem.ts";
import { sampleTrace } from "../src/spectrum/traceRun.ts";
import { deepMlp, vectors } from "../test/run/files.ts";

export interface LayersRow {
  readonly layers: number;
  readonly tensors: number;
  readonly productMs: number;
  /** One probe of the traces of all tensors. */
  readonly probeMs: number;
  /** Below the number of tensors by far: one stream, not one run per tensor. */
  readonly probePerProduct: number;
}

const LAYERS = [2, 8, 24];
const WIDTH = 16;
const PROBES = 16;

export async function measureLayers(
  gpu: GPU,
  rounds: number,
  median: (values: readonly number[]) => number,
): Promise<LayersRow[]> {
  const rows: LayersRow[] = [];
  for (const layers of LAYERS) {
    const engines = await openDevice(gpu);
    const loaded = await loadModel(deepMlp(layers, WIDTH), vectors(), () =>
      Promise.reject(new Error("internal: a dropped model reads no bundled file")),
    );
    const problem = poseProblem(loaded, { bn: "eval", start: 0, batchSize: 12 });
    const operator = await makeHessian({
      ...{ ...engines, problem, microBatch: null, probes: 1, krylovVectors: 0, budget: 2e9 },
    });
    await operator.prepare();
    const { space } = operator;
    const [v, out] = [space.create(), space.create()];
    space.write(v, [Float64Array.from({ length: space.n }, (_, i) => Math.cos(i))]);
    const timed = async (job: () => Promise<void>): Promise<number> => {
      const began = performance.now();
      await job();
      return (performance.now() - began) / PROBES;
    };
    const product = () =>
      timed(async () => {
        for (let i = 0; i < PROBES; i++) await operator.apply(v, out);
        await operator.idle();
      });
    const source = { seed: 0, distribution: "rademacher" } as const;
    const probes = Array.from({ length: PROBES }, (_, i) => i);
    const probe = () =>
      timed(async () => {
        for await (const _ of sampleTrace(operator, source, probes));
      });
    await product();
    await probe();
    const times = { product: [] as number[], probe: [] as number[] };
    for (let round = 0; round < rounds; round++) {
      times.product.push(await product());
      times.probe.push(await probe());
    }
    const [productMs, probeMs] = [median(times.product), median(times.probe)];
    const tensors = problem.graph.params.length;
    rows.push({ layers, tensors, productMs, probeMs, probePerProduct: probeMs / productMs });
    for (const vector of [v, out]) space.release(vector);
    operator.destroy();
    engines.gpu.device.destroy();
  }
  return rows;
}
