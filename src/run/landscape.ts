/** The loss over a line or plane through the weights: directions, prediction, and the points from coarse to fine. */

import {
  coarseToFine,
  coordinatesAt,
  evenSteps,
  inner,
  placesOf,
  type Quadratic,
} from "../spectrum/index.ts";
import { type DirectionGround, findDirections } from "./directions.ts";
import { RunRefusal } from "./fit.ts";
import type { Ground, JobContext } from "./ground.ts";
import { lossesAt } from "./points.ts";
import { poseProblem } from "./problem.ts";
import type { Landscape, LandscapeRequest } from "./protocol.ts";

/** A plane of 201 x 201: more can neither be seen nor awaited. */
const MOST_POINTS = 201 ** 2;
const PUBLISH_MS = 200;

export type LandscapeGround = DirectionGround &
  Pick<Ground, "settings" | "atWeights" | "hessianTimes" | "forward">;

export interface LandscapeContext extends JobContext {
  /** Landscapes among which there may be this one, as far as another device came with it. */
  readonly begun?: readonly Landscape[];
  /** What has been measured so far, every now and then and at the end; also when it was cancelled. */
  readonly publish: (landscape: Landscape) => void;
}

/** A later landscape of the same kind takes the place of an earlier one. */
export const landscapeKind = ({ batchNorm, axes }: Pick<Landscape, "batchNorm" | "axes">): string =>
  JSON.stringify([batchNorm, axes.map(({ direction }) => direction)]);

/**
 * Measures a landscape; what a cancel leaves is published too.
 * Throws RunRefusal, FormatError and MemoryRefusal for requests that cannot be met, AbortError when cancelled.
 */
export async function measureLandscape(
  ground: LandscapeGround,
  request: LandscapeRequest,
  { signal, gate, onProgress, publish, begun = [] }: LandscapeContext,
): Promise<void> {
  const { loaded, settings, problem } = ground;
  checkAxes(request);
  const steps = request.axes.map(({ from, to, points }) => evenSteps(from, to, points));
  const total = placesOf(steps);
  if (total > MOST_POINTS)
    throw new RunRefusal(`A landscape has at most ${MOST_POINTS} points, not ${total}.`);
  const wanted = request.axes.map(({ direction }) => direction);
  const { vectors, names, marks } = await findDirections(wanted, ground, signal);
  signal.throwIfAborted();
  const hasBatchNorm = loaded.card.hasBatchNorm;
  const sameNorm = !hasBatchNorm || request.bn === settings.bn;
  // Slope and curvature are those of the run's own loss: they predict nothing about another one.
  const prediction = sameNorm ? await quadratic(ground, vectors, signal) : null;
  const found: Omit<Landscape, "measured" | "loss" | "accuracy"> = {
    axes: names.map((direction, i) => ({
      direction,
      length: Math.sqrt(inner(vectors[i], vectors[i])),
      steps: steps[i],
    })),
    batchNorm: hasBatchNorm ? request.bn : "none",
    prediction,
    marks,
  };
  const order = coarseToFine(steps.map((axis) => axis.length));
  const same = ({ axes, ...other }: Landscape): boolean =>
    landscapeKind({ axes, ...other }) === landscapeKind(found) &&
    JSON.stringify(axes.map((axis) => axis.steps)) === JSON.stringify(steps);
  const known = begun.find(same);
  const loss = [...(known?.loss ?? new Array<number | null>(total).fill(null))];
  const accuracy = [...(known?.accuracy ?? new Array<number | null>(total).fill(null))];
  let measured = known?.measured ?? 0;
  const before = measured;
  let published = 0;
  const show = (): void => publish({ ...found, measured, loss: [...loss], accuracy: [...accuracy] });
  const began = performance.now();
  const losses = lossesAt({
    ...ground.forward(),
    problem: sameNorm ? problem : poseProblem(loaded, { ...settings, bn: request.bn }),
    directions: vectors,
    points: Array.from(order.slice(before), (place) => coordinatesAt(steps, place)),
    signal,
  });
  try {
    for await (const at of losses) {
      loss[order[measured]] = Number.isFinite(at.loss) ? at.loss : null;
      accuracy[order[measured]] = at.accuracy;
      measured++;
      const now = performance.now();
      const etaSeconds = ((now - began) / (measured - before) / 1000) * (total - measured);
      onProgress({ phase: "landscape", done: measured, total, etaSeconds });
      if (now - published >= PUBLISH_MS && measured < total) {
        published = now;
        show();
      }
      await gate();
    }
  } finally {
    if (measured > 0) show();
  }
}

function checkAxes({ axes }: LandscapeRequest): void {
  if (axes.length < 1 || axes.length > 2)
    throw new RunRefusal(`A landscape has one direction or two, not ${axes.length}.`);
  for (const { from, to, points } of axes) {
    if (!Number.isFinite(from) || !Number.isFinite(to) || from >= to)
      throw new RunRefusal(
        `The steps of a landscape go from a number to a larger one, not from ${from} to ${to}.`,
      );
    if (!Number.isInteger(points) || points < 2)
      throw new RunRefusal(`A landscape has at least 2 points along a direction, not ${points}.`);
  }
  const total = axes.reduce((n, { points }) => n * points, 1);
  if (total > MOST_POINTS)
    throw new RunRefusal(`A landscape has at most ${MOST_POINTS} points, not ${total}.`);
}

/** Slope and curvature along the directions, by one product each. */
async function quadratic(
  { atWeights: { loss }, gradient, hessianTimes }: LandscapeGround,
  vectors: readonly Float64Array[],
  signal: AbortSignal,
): Promise<Quadratic | null> {
  const products: Float64Array[] = [];
  for (const vector of vectors) {
    const found = await hessianTimes(Float32Array.from(vector));
    if (found === null) return null;
    products.push(found);
    signal.throwIfAborted();
  }
  // Symmetric but for rounding: the mean of both halves.
  const half = vectors.map((v) => products.map((hv) => inner(v, hv)));
  return {
    loss,
    slope: vectors.map((v) => inner(v, gradient)),
    curvature: half.map((row, i) => row.map((x, j) => (x + half[j][i]) / 2)),
  };
}
