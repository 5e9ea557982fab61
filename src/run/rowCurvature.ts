/** Slope and curvature along one direction of every row's own loss: one forward-mode program over the batch. */

import { ALONG_OUTPUTS, curvatureAlong } from "../autograd/along.ts";
import { kernelBounds } from "../gpu/device.ts";
import { checkPlan } from "../gpu/plan.ts";
import { Stream } from "../gpu/stream.ts";
import { VectorLayout } from "../gpu/vectorLayout.ts";
import { GpuSpace } from "../gpu/vectors.ts";
import { BatchedProgram, type Blueprint, drawBlueprint } from "./batched.ts";
import { inParts } from "./fit.ts";
import type { ForwardOptions } from "./forward.ts";
import { blockOf, blockParams } from "./params.ts";

export interface RowsAlong {
  /** Of each row's own loss, without its weight in the mean. */
  readonly slope: Float64Array;
  readonly gaussNewton: Float64Array;
  readonly residual: Float64Array;
  /** Row-major [rows, classes]. */
  readonly logits: Float32Array;
}

export interface RowsRequest extends ForwardOptions {
  /** Over all parameters in file order. */
  readonly direction: Float64Array;
  /** Where it is not zero; null for all tensors. */
  readonly tensors: readonly string[] | null;
  readonly onPart: (done: number, parts: number) => Promise<void>;
  readonly signal: AbortSignal;
}

/**
 * Rows in the order of the batch, where each weighs 1 over their number. The samples must not depend on each other.
 * Throws MemoryRefusal where not even one sample fits beside what is held.
 */
export async function rowsAlong(request: RowsRequest): Promise<RowsAlong> {
  const { gpu, pipelines, submitter, problem, direction, onPart, signal } = request;
  const all = problem.graph.params;
  const tensors = request.tensors ?? all.map(({ name }) => name);
  const block = blockParams(all, tensors);
  const { blueprint, layout } = planRows(request, tensors);
  const stream = new Stream(gpu.device, pipelines);
  const space = await GpuSpace.create(stream, layout, 1, gpu.limits);
  const point = space.create();
  let program: BatchedProgram | null = null;
  try {
    const flat = new Float32Array(layout.n);
    flat.set(problem.parameters);
    flat.set(blockOf(all, block, direction), problem.parameters.length);
    space.write(point, [flat]);
    stream.flush();
    const vectors = { theta: point.buffer };
    program = await BatchedProgram.create({ gpu, pipelines, submitter, blueprint, vectors });
    return await collect(program, blueprint, onPart, signal);
  } finally {
    program?.destroy();
    space.release(point);
    space.destroy();
    stream.destroy();
  }
}

/** As many samples at once as fit; nothing is allocated. */
function planRows(request: RowsRequest, tensors: readonly string[]) {
  const { gpu, problem, microBatch, budget, heldBytes } = request;
  const { count } = problem.batch;
  const attempt = (samples: number): { readonly blueprint: Blueprint; readonly layout: VectorLayout } => {
    const partition = problem.cut(samples);
    const graph = curvatureAlong(partition.graph, tensors);
    const layout = new VectorLayout(graph.params);
    const blueprint = drawBlueprint(
      { graph, stage: new Uint8Array(graph.nodes.length) },
      { layout, partition, probes: 1, ...kernelBounds(gpu) },
    );
    const extra = heldBytes + blueprint.heldBytes + 4 * layout.extent + GpuSpace.scratchBytes(1, 1);
    checkPlan([blueprint.plan], gpu.limits, budget, extra, "use fewer Lanczos steps");
    return { blueprint, layout };
  };
  return inParts(count, attempt, Math.min(microBatch, count));
}

async function collect(
  batch: BatchedProgram,
  { partition: { rows } }: Blueprint,
  onPart: RowsRequest["onPart"],
  signal: AbortSignal,
): Promise<RowsAlong> {
  const { program } = batch;
  const count = rows.reduce((sum, own) => sum + own, 0);
  const [classes] = program.shape("logits").slice(-1);
  const logits = new Float32Array(count * classes);
  const along = { slope: [], gaussNewton: [], residual: [] } as Record<string, number[]>;
  await batch.primal(async (part) => {
    const before = along.slope.length;
    // A row's own loss weighs 1/N in the mean.
    for (const name of ALONG_OUTPUTS)
      for (const value of (await program.read(name))[0].subarray(0, rows[part]))
        along[name].push(value * count);
    const own = (await program.read("logits"))[0].subarray(0, rows[part] * classes);
    logits.set(own, before * classes);
    await onPart(part + 1, batch.parts);
  }, signal);
  const { slope, gaussNewton, residual } = along;
  return {
    slope: Float64Array.from(slope),
    gaussNewton: Float64Array.from(gaussNewton),
    residual: Float64Array.from(residual),
    logits,
  };
}
