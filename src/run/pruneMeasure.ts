/** Loss and accuracy without some weights: what a pruning plan's prediction is held against. */

import { ForwardLoss } from "./forward.ts";
import type { Ground, JobContext } from "./ground.ts";
import type { Measured, SecondOrder } from "./planTypes.ts";
import { secondOrder } from "./secondOrder.ts";

/** @param gone whether the parameter at a place in file order is set to zero */
export async function measurePruning(
  ground: Ground,
  gone: (place: number) => boolean,
  { signal, gate, onProgress }: JobContext,
): Promise<Measured & SecondOrder> {
  const { parameters } = ground.problem;
  const pruned = parameters.map((w, i) => (gone(i) ? 0 : w));
  const program = await ForwardLoss.create(ground.forward());
  try {
    await gate();
    const base = await program.at(parameters, signal);
    onProgress({ phase: "prune", done: 1, total: 2, etaSeconds: null });
    await gate();
    const { loss, accuracy } = await program.at(pruned, signal);
    onProgress({ phase: "prune", done: 2, total: 2, etaSeconds: null });
    const change = pruned.map((w, i) => w - parameters[i]);
    return { loss, accuracy, rise: loss - base.loss, ...(await secondOrder(ground, change)) };
  } finally {
    program.destroy();
  }
}
