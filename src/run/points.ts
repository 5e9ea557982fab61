/**
 * The measured loss at points of a line or plane through the weights. One forward program serves all of them, and as many
 * points as fill a slice are submitted and read back together: a small network would else wait for its answers only.
 */

import { createBuffer, mapped } from "../gpu/memory.ts";
import { weightedSum } from "../gpu/weightedSum.ts";
import { ForwardLoss, type ForwardOptions, type LossAt } from "./forward.ts";

export interface PointsRequest extends ForwardOptions {
  /** One or two, over all parameters in file order. */
  readonly directions: readonly ArrayLike<number>[];
  /** A point is theta + sum_i at[i] * directions[i]. */
  readonly points: Iterable<readonly number[]>;
  readonly signal?: AbortSignal;
}

/** What is read back at once takes at most so many bytes, or is one point. */
const MOST_BYTES = 2 ** 22;
const MOST_POINTS = 256;

/**
 * Loss and accuracy at each point, in their order.
 * Throws MemoryRefusal where not even one sample fits beside what is held.
 */
export async function* lossesAt(request: PointsRequest): AsyncGenerator<LossAt, void> {
  const { problem, directions, points, gpu, pipelines, submitter, signal } = request;
  const { device } = gpu;
  const forward = await ForwardLoss.create(request, 1 + directions.length);
  const { space, weights, savedBytes } = forward;
  const [theta, ...along] = [0, ...directions].map(() => space.create());
  const most = Math.max(1, Math.min(MOST_POINTS, Math.floor(MOST_BYTES / savedBytes)));
  const { MAP_READ, COPY_DST, COPY_SRC, STORAGE } = GPUBufferUsage;
  const buffer = (label: string, size: number, usage: number) => createBuffer(device, { label, size, usage });
  const bytesAt = 4 * directions.length;
  const here = buffer("coordinates of a point", bytesAt, STORAGE | COPY_DST);
  const coordinates = buffer("coordinates of points", most * bytesAt, COPY_SRC | COPY_DST);
  const found = buffer("losses of points", most * savedBytes, COPY_SRC | COPY_DST);
  const staging = buffer("losses of points, read", most * savedBytes, MAP_READ | COPY_DST);
  try {
    space.write(theta, [problem.parameters]);
    directions.forEach((direction, i) => {
      space.write(along[i], [direction]);
    });
    const move = await weightedSum(pipelines, space, {
      ...{ base: theta, vectors: along, coefficients: here, out: weights },
    });
    const commandsAt = (i: number) => [
      { from: coordinates, fromAt: i * bytesAt, to: here, toAt: 0, bytes: bytesAt },
      move,
      ...forward.evaluation(found, i * savedBytes),
    ];
    const cost = commandsAt(0);
    const left = points[Symbol.iterator]();
    for (;;) {
      signal?.throwIfAborted();
      const at = take(left, Math.min(most, submitter.repeats(cost)));
      if (at.length === 0) return;
      device.queue.writeBuffer(coordinates, 0, Float32Array.from(at.flat()));
      await submitter.run(
        at.flatMap((_, i) => commandsAt(i)),
        signal,
      );
      const encoder = device.createCommandEncoder();
      encoder.copyBufferToBuffer(found, 0, staging, 0, at.length * savedBytes);
      device.queue.submit([encoder.finish()]);
      const bytes = await mapped(device, staging, at.length * savedBytes);
      for (let i = 0; i < at.length; i++) {
        signal?.throwIfAborted();
        yield forward.saved(bytes, i * savedBytes);
      }
    }
  } finally {
    for (const vector of [theta, ...along]) space.release(vector);
    for (const used of [here, coordinates, found, staging]) used.destroy();
    forward.destroy();
  }
}

function take<T>(from: Iterator<T>, most: number): T[] {
  const taken: T[] = [];
  while (taken.length < most) {
    const next = from.next();
    if (next.done === true) break;
    taken.push(next.value);
  }
  return taken;
}
