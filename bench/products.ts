/** What a product with the Hessian costs: from cold, against the device's ceiling, against a gradient. */
import { VectorLayout } from "../src/gpu/vectorLayout.ts";
import { BatchedProgram } from "../src/run/batched.ts";
import { type Engines, openDevice } from "../src/run/device.ts";
import { chooseHessian } from "../src/run/fit.ts";
import { HessianOperator } from "../src/run/hessian.ts";
import { WatchedGpu } from "../test/run/host.ts";
import type { Case } from "./cases.ts";
import { CEILING_FLOPS, COPY_BYTES, ceilingKernels, copyKernel } from "./ceiling.ts";
import { BUDGET, countFlops, gradientBlueprint } from "./counts.ts";
import { inTurn, median, quantile, ratio, timed } from "./measure.ts";

export interface ProductRow {
  readonly model: string;
  readonly title: string;
  readonly batch: number;
  readonly parameters: number;
  readonly hvpMs: number;
  /** Of the program of the gradient alone. */
  readonly gradientMs: number;
  readonly hvpPerGradient: number;
  /** Loss, gradient and everything that products read again: once per batch. */
  readonly primalMs: number;
  /** Of the matrix products and convolutions alone. */
  readonly gflops: number;
  readonly ceilingGflops: number;
  /** Of the best kernel known. Median over rounds, each against the ceiling just before and after it. */
  readonly ofCeiling: number;
  /** Of the kernel by which the goals were set; absent in rows of a bench that knew no better one. */
  readonly ofReference?: number;
  readonly copyGBs: number;
  /** Of one product, long ones cut at this device's pace. */
  readonly dispatches: number;
  /** Of one product, cut into slices at this device's pace. */
  readonly submits: number;
  /** Distinct ones of the programs and of the vector operations. */
  readonly pipelines: number;
  /** From weights in memory to the first product, on a fresh device; derivatives, kernels and compilation within it. */
  readonly coldMs: number;
  readonly createMs: number;
  /** Of the buffers of program and parameter vectors. */
  readonly hvpBytes: number;
  /** |took - expected| / expected of the slices of later products. */
  readonly slices: number;
  readonly sliceErrorP50: number;
  readonly sliceErrorP99: number;
  /** |took - expected|: what is large beside a short slice may be nothing. Absent from rows of earlier versions. */
  readonly sliceOffMsP50?: number;
  readonly sliceOffMsP99?: number;
}

/** The operator and its plan. */
export async function operatorFor(engines: Engines, { problem }: Case, probes = 1, krylovVectors = 0) {
  const { options, plan } = chooseHessian({
    ...{ ...engines, problem, microBatch: null, probes, krylovVectors, budget: BUDGET },
  });
  const { parameters } = problem;
  const operator = await HessianOperator.create({ ...options, ...engines, parameters }, plan);
  return { operator, plan };
}

/** Two vectors and the jobs that are timed. */
export function productJobs(operator: HessianOperator) {
  const { space } = operator;
  const [v, out] = [space.create(), space.create()];
  space.write(
    v,
    Array.from({ length: space.k }, (_, c) => direction(space.n, c)),
  );
  return {
    out,
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

/** Some vector. */
export const direction = (n: number, seed = 0): Float64Array =>
  Float64Array.from({ length: n }, (_, i) => Math.cos(i + seed));

/** The gradient by a program of its own, as a training step would have it. */
async function gradientProgram(engines: Engines, measured: Case) {
  const { gpu } = engines;
  const { graph, parameters } = measured.problem;
  const layout = new VectorLayout(graph.params);
  const blueprint = gradientBlueprint(measured, gpu);
  const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
  const vector = () => gpu.device.createBuffer({ size: 4 * layout.extent, usage });
  const vectors = { theta: vector(), grad: vector() };
  gpu.device.queue.writeBuffer(vectors.theta, 0, layout.pack(parameters) as Float32Array<ArrayBuffer>);
  const program = await BatchedProgram.create({ ...engines, blueprint, vectors });
  return {
    run: async (): Promise<void> => {
      await program.primal(() => {});
      await gpu.device.queue.onSubmittedWorkDone();
    },
    destroy: (): void => {
      program.destroy();
      for (const buffer of Object.values(vectors)) buffer.destroy();
    },
  };
}

export async function measureProducts(gpu: GPU, measured: Case, rounds: number): Promise<ProductRow> {
  const watched = new WatchedGpu(gpu);
  const engines = await openDevice(watched.entry);
  const began = performance.now();
  const { operator, plan } = await operatorFor(engines, measured);
  const createMs = performance.now() - began;
  const pipelines = engines.pipelines.size;
  const { product, primal, release } = productJobs(operator);
  await primal();
  await product();
  const coldMs = performance.now() - began;
  const slope = await gradientProgram(engines, measured);
  const [{ best, reference }, copy] = [await ceilingKernels(engines), await copyKernel(engines)];
  // The first run of a pipeline pays for its last stage of compilation, and the slicer finds its pace.
  for (const job of [slope.run, copy, product]) await timed(job);
  const slices: { readonly expected: number; readonly off: number }[] = [];
  engines.submitter.onSlice = (expected, took) => slices.push({ expected, off: Math.abs(took - expected) });
  const before = { ...watched };
  await product();
  const [submits, dispatches] = [watched.submits - before.submits, watched.dispatches - before.dispatches];
  const jobs = { ceiling: best, product, again: best, reference, gradient: slope.run, primal, copy };
  const times = await inTurn(jobs, rounds);
  const ceilings = times.ceiling.map((ms, i) => (ms + times.again[i]) / 2);
  const errors = slices.map(({ expected, off }) => off / expected);
  const offs = slices.map(({ off }) => off);
  const { hvp } = countFlops(measured.problem);
  const hvpMs = median(times.product);
  const row: ProductRow = {
    ...{ model: measured.id, title: measured.title, batch: measured.batch },
    parameters: measured.problem.parameters.length,
    hvpMs,
    gradientMs: median(times.gradient),
    hvpPerGradient: ratio(times.product, times.gradient),
    primalMs: median(times.primal),
    gflops: hvp / hvpMs / 1e6,
    ceilingGflops: CEILING_FLOPS / median(ceilings) / 1e6,
    ofCeiling: (hvp / CEILING_FLOPS) * ratio(ceilings, times.product),
    ofReference: (hvp / CEILING_FLOPS) * ratio(times.reference, times.product),
    copyGBs: COPY_BYTES / median(times.copy) / 1e6,
    ...{ dispatches, submits, pipelines, coldMs, createMs },
    // Without the two vectors that are multiplied here.
    hvpBytes: operator.cost.usedBytes - 2 * 4 * plan.layout.extent,
    ...{ slices: errors.length, sliceErrorP50: quantile(errors, 0.5), sliceErrorP99: quantile(errors, 0.99) },
    ...{ sliceOffMsP50: quantile(offs, 0.5), sliceOffMsP99: quantile(offs, 0.99) },
  };
  release();
  slope.destroy();
  operator.destroy();
  if (engines.gpu.faults.length > 0) throw new Error(`internal: the GPU reported: ${engines.gpu.faults[0]}`);
  engines.gpu.device.destroy();
  return row;
}
