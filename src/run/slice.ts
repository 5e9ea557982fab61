/** The measured loss at points of a line or plane through the weights. One forward program serves all of them. */

import { evenSteps, inner } from "../spectrum/index.ts";
import { RunRefusal } from "./fit.ts";
import { ForwardLoss, type ForwardOptions, type LossAt } from "./forward.ts";

import type { Ground, JobContext } from "./ground.ts";
import type { LossSlice } from "./protocol.ts";

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

export interface SliceOptions {
  /** From -radius to radius, in `points` even steps. */
  readonly radius: number;
  readonly points: number;
}

/** Along a Ritz vector of the run. Throws RunRefusal where it has no such value. */
export async function measureSlice(
  ground: Ground,
  rank: LossSlice["rank"],
  { radius, points }: SliceOptions,
  { signal, gate, onProgress }: JobContext,
): Promise<LossSlice> {
  const found = await ground.ritz(rank, signal);
  if (found === null) throw new RunRefusal(`The run has no eigenvalue ${rank.place + 1} at its ${rank.end}.`);
  const { vector, eigenvalue } = found;
  const steps = evenSteps(-radius, radius, points);
  const loss: number[] = [];
  const along = { directions: [vector], points: steps.map((step) => [step]), signal };
  for await (const at of lossesAt({ ...ground.forward(), ...along })) {
    loss.push(at.loss);
    onProgress({ phase: "slice", done: loss.length, total: points, etaSeconds: null });
    await gate();
  }
  return { rank, eigenvalue, slope: inner(vector, ground.gradient), steps, loss };
}
