/**
 * The exact trace of the Gauss-Newton matrix, in total and per tensor: sum over samples n and classes c of w_n ||J_n' s_nc||^2
 * (autograd/ggnFactor.ts). Sums of squares need the samples one by one: one program for one sample, with as many classes
 * at once as fit a product, runs through the batch. N forward passes and N C pullbacks in all. Their squares added up
 * component by component are the diagonal.
 */

import { CLASS_COEFFICIENTS, ggnFactor } from "../autograd/ggnFactor.ts";
import { kernelBounds } from "../gpu/device.ts";
import { checkPlan } from "../gpu/plan.ts";
import { Stream } from "../gpu/stream.ts";
import { compileColumnSquares } from "../gpu/vectorKernels.ts";
import { VectorLayout } from "../gpu/vectorLayout.ts";
import { GpuSpace } from "../gpu/vectors.ts";
import type { LossKind } from "../model/index.ts";
import type { TraceEstimate } from "../spectrum/index.ts";
import { BatchedProgram, drawBlueprint } from "./batched.ts";
import type { Engines } from "./device.ts";
import type { Partition } from "./partition.ts";

export interface ExactTraceRequest extends Engines {
  /** In parts of one sample, each with one row of logits. */
  readonly partition: Partition;
  readonly loss: LossKind;
  /** Flat, in file order. */
  readonly parameters: Float32Array;
  readonly budget: number;
  /** The whole diagonal as well. */
  readonly diagonal?: boolean;
  readonly signal?: AbortSignal;
  readonly onSample?: (done: number, total: number) => void;
}

/** Sums of squares that are on their way to the CPU while the device goes on. */
const IN_FLIGHT = 4;
/** Classes in one product. */
const CLASSES_AT_ONCE = 16;

export interface ExactTrace {
  readonly trace: TraceEstimate;
  /** Flat, in file order, rounded as float32 sums are; null unless it was asked for. */
  readonly diagonal: Float64Array | null;
}

/**
 * Per tensor of the model, in its order; no error but rounding. Throws MemoryRefusal before anything is allocated. A row's share
 * of the mean is 1/N for N rows.
 */
export async function exactGaussNewtonTrace(request: ExactTraceRequest): Promise<ExactTrace> {
  const { gpu, pipelines, submitter, partition, loss, parameters, budget, signal, onSample } = request;
  const { diagonal: wanted = false } = request;
  const { graph, rows } = partition;
  const staged = ggnFactor(graph, loss);
  const layout = new VectorLayout(staged.graph.params);
  const coefficients = staged.graph.params.filter(({ name }) => name === CLASS_COEFFICIENTS);
  const [{ size: classes }] = coefficients;
  const k = Math.min(classes, CLASSES_AT_ONCE);
  const own = new VectorLayout(coefficients.map((param) => ({ ...param, offset: 0 })));
  const factors = new VectorLayout(graph.params);
  const blueprint = drawBlueprint(staged, {
    ...{ layout, layouts: { v: own, hv: factors }, partition, probes: k },
    ...kernelBounds(gpu),
  });
  const vectors = 4 * (2 * layout.extent + (own.extent + factors.extent) * k + (wanted ? factors.extent : 0));
  const advice = "use a smaller model: one sample at a time is the least";
  checkPlan([blueprint.plan], gpu.limits, budget, vectors + blueprint.heldBytes, advice);
  const stream = new Stream(gpu.device, pipelines);
  const space = await GpuSpace.create(stream, factors, k, gpu.limits);
  const product = space.create();
  const buffers = {
    theta: space.allocate(4 * layout.extent, "theta"),
    grad: space.allocate(4 * layout.extent, "gradient"),
    v: space.allocate(4 * own.extent * k, "class coefficients"),
    hv: product.buffer,
  };
  const squared = wanted
    ? {
        sum: space.allocate(4 * factors.extent, "diagonal"),
        ...(await compileColumnSquares(stream, factors.extent, k)),
      }
    : null;
  const all = new Float32Array(layout.n);
  const upload = (buffer: GPUBuffer, values: Float32Array): void =>
    gpu.device.queue.writeBuffer(buffer, 0, values as Float32Array<ArrayBuffer>);
  all.set(parameters);
  upload(buffers.theta, layout.pack(all));
  const sums = graph.params.map(() => 0);
  let batch: BatchedProgram | null = null;
  try {
    const made = await BatchedProgram.create({ gpu, pipelines, submitter, blueprint, vectors: buffers });
    batch = made;
    const inFlight: Promise<Float64Array>[] = [];
    const add = async (): Promise<void> => {
      const lengths = await inFlight.shift();
      lengths?.forEach((square, i) => {
        sums[Math.floor(i / k)] += square / rows.length;
      });
    };
    const squares = async (sample: number): Promise<void> => {
      for (let first = 0; first < classes; first += k) {
        upload(buffers.v, unitColumns(own, first, k));
        await made.program.runTangent(signal);
        if (squared !== null)
          stream.dispatch(squared.pipeline, [product.buffer, squared.sum], { a: 1 / rows.length }, [
            ...squared.groups,
            1,
          ]);
        // Reading submits what has been recorded, so that the next product may overwrite this one.
        const lengths = space.segmentDots(product, product).fetch();
        // Awaited later; until then a failure must not count as unhandled.
        lengths.catch(() => {});
        inFlight.push(lengths);
        if (inFlight.length >= IN_FLIGHT) await add();
      }
      onSample?.(sample + 1, rows.length);
    };
    await made.primal(squares, signal);
    while (inFlight.length > 0) await add();
    return {
      trace: exactly(graph.params.map(({ name, size }, l) => ({ name, size, trace: sums[l] }))),
      diagonal: squared === null ? null : factors.unpack(await stream.read(squared.sum, 4 * factors.extent)),
    };
  } finally {
    batch?.destroy();
    if (squared !== null) space.free(squared.sum);
    for (const buffer of Object.values(buffers)) space.free(buffer);
    space.destroy();
    stream.destroy();
  }
}

/** Column c is the unit vector of class first + c, or zero beyond the last class. */
function unitColumns(layout: VectorLayout, first: number, k: number): Float32Array {
  const columns = new Float32Array(layout.extent * k);
  for (let c = 0; c < k && first + c < layout.n; c++) {
    const unit = new Float32Array(layout.n);
    unit[first + c] = 1;
    layout.pack(unit, columns.subarray(c * layout.extent, (c + 1) * layout.extent));
  }
  return columns;
}

/** Known traces in the form of an estimate. */
export function exactly(
  tensors: readonly { readonly name: string; readonly size: number; readonly trace: number }[],
): TraceEstimate {
  const known = (x: number) => ({ estimate: x, standardError: 0, interval95: [x, x] as const });
  return {
    ...known(tensors.reduce((sum, { trace }) => sum + trace, 0)),
    samples: 0,
    perSegment: tensors.map(({ name, size, trace }) => ({ name, size, ...known(trace) })),
  };
}
