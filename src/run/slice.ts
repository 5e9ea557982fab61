/** The measured loss at points of a line or plane through the weights. One forward program serves all of them. */

import { ForwardLoss, type ForwardOptions, type LossAt } from "./forward.ts";

export interface SliceRequest extends ForwardOptions {
  /** One or two, over all parameters in file order. */
  readonly directions: readonly ArrayLike<number>[];
  /** A point is theta + sum_i at[i] * directions[i]. */
  readonly points: Iterable<readonly number[]>;
  readonly signal?: AbortSignal;
}

/**
 * Loss and accuracy at each point, in their order.
 * Throws MemoryRefusal where not even one sample fits beside what is held.
 */
export async function* lossesAt(request: SliceRequest): AsyncGenerator<LossAt, void> {
  const { problem, directions, points, signal } = request;
  const forward = await ForwardLoss.create(request, 1 + directions.length);
  const { space, weights } = forward;
  const [theta, ...along] = [0, ...directions].map(() => space.create());
  try {
    space.write(theta, [problem.parameters]);
    directions.forEach((direction, i) => {
      space.write(along[i], [direction]);
    });
    for (const at of points) {
      space.copy(theta, weights);
      along.forEach((direction, i) => {
        space.axpy(at[i], direction, weights);
      });
      yield await forward.evaluate(signal);
    }
  } finally {
    for (const vector of [theta, ...along]) space.release(vector);
    forward.destroy();
  }
}
