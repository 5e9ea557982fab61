/** The measured loss along a direction in parameter space. */

import { ForwardLoss, type ForwardLossOptions } from "./forward.ts";

export interface SliceRequest extends ForwardLossOptions {
  /** Flat, in file order. */
  readonly parameters: Float32Array;
  /** In file order. */
  readonly direction: Float64Array;
  /** Distances from the weights, in units of the direction's length. */
  readonly steps: readonly number[];
  readonly signal?: AbortSignal;
  readonly onPoint?: (done: number) => void;
}

/** Loss at theta + step * direction for each step. */
export async function lossAlong(request: SliceRequest): Promise<number[]> {
  const { space, parameters, direction, steps, signal, onPoint } = request;
  const forward = await ForwardLoss.create(request);
  const along = space.create();
  try {
    space.write(along, [direction]);
    const losses: number[] = [];
    for (const step of steps) {
      space.write(forward.weights, [parameters]);
      space.axpy(step, along, forward.weights);
      losses.push((await forward.evaluate(signal)).loss);
      onPoint?.(losses.length);
    }
    return losses;
  } finally {
    forward.destroy();
    space.release(along);
  }
}
