/** The measured loss along a direction in parameter space. */

import type { GpuSpace, GpuVector } from "../gpu/vectors.ts";
import type { Graph } from "../model/graph.ts";
import { BatchedProgram, drawForward } from "./batched.ts";
import type { Engines } from "./device.ts";
import type { Problem } from "./problem.ts";

export interface SliceRequest extends Engines {
  readonly problem: Problem;
  /** Forward graph for the samples that are computed at once. */
  readonly graph: Graph;
  readonly space: GpuSpace;
  /** Column 0 is the direction. */
  readonly direction: GpuVector;
  /** Distances from the weights, in units of the direction's length. */
  readonly steps: readonly number[];
  readonly signal?: AbortSignal;
  readonly onPoint?: (done: number) => void;
}

/** Loss at theta + step * direction for each step, by a forward program of its own. */
export async function lossAlong(request: SliceRequest): Promise<number[]> {
  const { gpu, pipelines, submitter, problem, space, direction, steps, signal, onPoint } = request;
  const { inputs, parameters } = problem;
  const maxBindings = gpu.limits.maxStorageBuffersPerShaderStage;
  const blueprint = drawForward(request.graph, { layout: space.layout, maxBindings, inputs });
  const trial = space.create();
  let forward: BatchedProgram | null = null;
  try {
    forward = await BatchedProgram.create({
      ...{ gpu, pipelines, submitter, blueprint, vectors: { theta: trial.buffer } },
    });
    const losses: number[] = [];
    for (const step of steps) {
      signal?.throwIfAborted();
      space.write(trial, [parameters]);
      space.axpy(step, direction, trial);
      space.stream.flush();
      losses.push((await forward.evaluate(() => {}, signal)).loss);
      onPoint?.(losses.length);
    }
    return losses;
  } finally {
    forward?.destroy();
    space.release(trial);
  }
}
