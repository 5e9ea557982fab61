/** The measured loss along a direction in parameter space. */

import type { GpuSpace } from "../gpu/vectors.ts";
import { BatchedProgram, drawForward } from "./batched.ts";
import type { Engines } from "./device.ts";
import type { Partition } from "./partition.ts";

export interface SliceRequest extends Engines {
  readonly partition: Partition;
  /** Flat, in file order. */
  readonly parameters: Float32Array;
  /** Of vectors of all parameters. */
  readonly space: GpuSpace;
  /** In file order. */
  readonly direction: Float64Array;
  /** Distances from the weights, in units of the direction's length. */
  readonly steps: readonly number[];
  readonly signal?: AbortSignal;
  readonly onPoint?: (done: number) => void;
}

/** Loss at theta + step * direction for each step, by a forward program of its own. */
export async function lossAlong(request: SliceRequest): Promise<number[]> {
  const { gpu, pipelines, submitter, partition, parameters, space, direction, steps } = request;
  const { signal, onPoint } = request;
  const maxBindings = gpu.limits.maxStorageBuffersPerShaderStage;
  const blueprint = drawForward({ layout: space.layout, maxBindings, partition });
  const [trial, along] = [space.create(), space.create()];
  let forward: BatchedProgram | null = null;
  try {
    forward = await BatchedProgram.create({
      ...{ gpu, pipelines, submitter, blueprint, vectors: { theta: trial.buffer } },
    });
    space.write(along, [direction]);
    const losses: number[] = [];
    for (const step of steps) {
      signal?.throwIfAborted();
      space.write(trial, [parameters]);
      space.axpy(step, along, trial);
      space.stream.flush();
      losses.push((await forward.evaluate(() => {}, signal)).loss);
      onPoint?.(losses.length);
    }
    return losses;
  } finally {
    forward?.destroy();
    space.release(trial);
    space.release(along);
  }
}
