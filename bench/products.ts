/** What a product with the Hessian costs: time against the device's ceiling and against a gradient, operations, memory. */

import { linearize } from "../src/autograd/linearize.ts";
import { macsOf } from "../src/autograd/macs.ts";
import type { Engines } from "../src/run/device.ts";
import { makeHessian } from "../src/run/fit.ts";
import type { HessianOperator } from "../src/run/hessian.ts";
import type { Case } from "./cases.ts";
import { CEILING_FLOPS, ceilingKernel } from "./ceiling.ts";
import { inTurn, median, ratio, timed } from "./measure.ts";

export interface ProductRow {
  readonly model: string;
  readonly title: string;
  readonly batch: number;
  readonly parameters: number;
  readonly hvpMs: number;
  /** The primal program of the product: loss, gradient and everything that products read again. */
  readonly primalMs: number;
  readonly hvpPerPrimal: number;
  /** Matrix products and convolutions of one product, counted in the graph. */
  readonly hvpFlops: number;
  readonly forwardFlops: number;
  readonly hvpInForwards: number;
  readonly gflops: number;
  readonly ceilingGflops: number;
  readonly ofCeiling: number;
  readonly dispatches: number;
  readonly pipelines: number;
  readonly compileMs: number;
  readonly bytesPlanned: number;
  readonly bytesUsed: number;
}

const BUDGET = 8e9;

export const operatorFor = (engines: Engines, { problem }: Case, probes = 1, krylovVectors = 0) =>
  makeHessian({ ...engines, problem, microBatch: null, probes, krylovVectors, budget: BUDGET });

/** Two vectors and the jobs that are timed. */
export function productJobs(operator: HessianOperator) {
  const { space } = operator;
  const [v, out] = [space.create(), space.create()];
  space.write(
    v,
    Array.from({ length: space.k }, (_, c) =>
      Float64Array.from({ length: space.n }, (_, i) => Math.cos(i + c)),
    ),
  );
  return {
    product: async (): Promise<void> => {
      await operator.apply(v, out);
      await operator.idle();
    },
    primal: async (): Promise<void> => {
      await operator.prepare();
      await operator.idle();
    },
    release: (): void => {
      for (const vector of [v, out]) space.release(vector);
    },
  };
}

/** Floating-point operations of the matrix products and convolutions: of a forward pass, and of one product. */
export function countFlops({ graph }: Case["problem"]): { readonly forward: number; readonly hvp: number } {
  const { graph: linearised, stage } = linearize(graph);
  const sum = (of: typeof graph, counts: (id: number) => boolean): number =>
    of.nodes.reduce((flops, node, id) => flops + (counts(id) ? 2 * macsOf(of, node) : 0), 0);
  return { forward: sum(graph, () => true), hvp: sum(linearised, (id) => stage[id] === 1) };
}

export async function measureProducts(engines: Engines, measured: Case, rounds: number): Promise<ProductRow> {
  const { problem } = measured;
  const before = engines.pipelines.size;
  const began = performance.now();
  const operator = await operatorFor(engines, measured);
  const compileMs = performance.now() - began;
  const ceiling = await ceilingKernel(engines, 1);
  const { product, primal, release } = productJobs(operator);
  // The first run of a pipeline pays for its last stage of compilation, and the slicer finds its pace.
  for (const job of [primal, product, product, ceiling]) await timed(job);
  const times = await inTurn({ ceiling, product, again: ceiling, primal }, rounds);
  const ceilings = times.ceiling.map((ms, i) => (ms + times.again[i]) / 2);
  const { forward, hvp } = countFlops(problem);
  const { dispatches, plannedBytes, usedBytes } = operator.cost;
  const hvpMs = median(times.product);
  const row: ProductRow = {
    ...{ model: measured.id, title: measured.title, batch: measured.batch },
    parameters: problem.parameters.length,
    hvpMs,
    primalMs: median(times.primal),
    hvpPerPrimal: ratio(times.product, times.primal),
    ...{ hvpFlops: hvp, forwardFlops: forward, hvpInForwards: hvp / forward },
    gflops: hvp / hvpMs / 1e6,
    ceilingGflops: CEILING_FLOPS / median(ceilings) / 1e6,
    ofCeiling: (hvp / CEILING_FLOPS) * ratio(ceilings, times.product),
    dispatches,
    pipelines: engines.pipelines.size - before,
    compileMs,
    ...{ bytesPlanned: plannedBytes, bytesUsed: usedBytes },
  };
  release();
  operator.destroy();
  return row;
}
