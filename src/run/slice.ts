/** The measured loss along a Ritz vector. */

import { evenSteps, inner } from "../spectrum/index.ts";
import type { Ground, JobContext } from "./ground.ts";
import { lossesAt } from "./points.ts";
import type { LossSlice } from "./protocol.ts";

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
  const { vector, eigenvalue } = await ground.ritz(rank, signal);
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
