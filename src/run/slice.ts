/** The measured loss at points of a line or plane through the weights. One forward program serves all of them. */

import { Stream } from "../gpu/stream.ts";
import { VectorLayout } from "../gpu/vectorLayout.ts";
import { GpuSpace } from "../gpu/vectors.ts";
import { BatchedProgram } from "./batched.ts";
import type { Engines } from "./device.ts";
import { planForward } from "./fit.ts";
import { accuracyOf, type Problem } from "./problem.ts";

export interface SliceRequest extends Engines {
  readonly problem: Problem;
  /** Samples computed at once, at most. */
  readonly microBatch: number;
  /** One or two, over all parameters in file order. */
  readonly directions: readonly ArrayLike<number>[];
  /** A point is theta + sum_i at[i] * directions[i]. */
  readonly points: Iterable<readonly number[]>;
  /** Bytes, and those of them that are taken. */
  readonly budget: number;
  readonly heldBytes: number;
  readonly signal?: AbortSignal;
}

export interface LossAt {
  readonly loss: number;
  /** Null where nothing is labelled. */
  readonly accuracy: number | null;
}

/**
 * Loss and accuracy at each point, in their order.
 * Throws MemoryRefusal where not even one sample fits beside what is held.
 */
export async function* lossesAt(request: SliceRequest): AsyncGenerator<LossAt, void> {
  const { gpu, pipelines, submitter, problem, directions, points, signal } = request;
  const layout = new VectorLayout(problem.graph.params);
  const vectorBytes = 4 * layout.extent * (2 + directions.length);
  const heldBytes = request.heldBytes + vectorBytes;
  const blueprint = planForward({
    ...request,
    layout,
    heldBytes,
    advice: "use fewer samples or Lanczos steps",
  });
  const stream = new Stream(gpu.device, pipelines);
  const space = await GpuSpace.create(stream, layout, 1, gpu.limits);
  const [theta, trial, ...along] = [0, 0, ...directions].map(() => space.create());
  let forward: BatchedProgram | null = null;
  try {
    space.write(theta, [problem.parameters]);
    directions.forEach((direction, i) => {
      space.write(along[i], [direction]);
    });
    const vectors = { theta: trial.buffer };
    forward = await BatchedProgram.create({ gpu, pipelines, submitter, blueprint, vectors });
    for (const at of points) {
      signal?.throwIfAborted();
      space.copy(theta, trial);
      along.forEach((direction, i) => {
        space.axpy(at[i], direction, trial);
      });
      stream.flush();
      const { loss, logits } = await forward.evaluate(() => {}, signal);
      yield { loss, accuracy: accuracyOf(logits, problem.batch.labels) };
    }
  } finally {
    forward?.destroy();
    for (const vector of [theta, trial, ...along]) space.release(vector);
    space.destroy();
    stream.destroy();
  }
}
