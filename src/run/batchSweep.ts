/** The largest eigenvalue against the size of the batch: random batches of doubling sizes. */

import { eigs } from "../spectrum/index.ts";
import { Eta } from "./eta.ts";
import { makeHessian, RunRefusal } from "./fit.ts";
import type { Ground, JobContext } from "./ground.ts";
import { poseProblem } from "./problem.ts";
import type { BatchSweep, BatchSweepRequest, SweptBatch } from "./protocol.ts";

const MOST_BATCHES = 100;

/** Throws RunRefusal, FormatError and MemoryRefusal for requests that cannot be met, AbortError when cancelled. */
export async function sweepBatches(
  ground: Ground,
  request: BatchSweepRequest,
  context: JobContext,
  publish: (known: BatchSweep) => void,
): Promise<BatchSweep> {
  const available = ground.problem.batch.available;
  const planned = sizesOf(request, available);
  const plan = planned.map((batchSize) => ({
    batchSize,
    // Of all samples there is one batch only.
    batches: Array.from({ length: batchSize === available ? 1 : request.batches }, (_, i) => i),
  }));
  const total = plan.reduce((sum, { batches }) => sum + batches.length, 0);
  const sizes: { batchSize: number; batches: SweptBatch[] }[] = [];
  let [done, products] = [0, 0];
  const rate = new Eta();
  const answer = (): BatchSweep => structuredClone({ request, available, sizes, planned, products });
  for (const { batchSize, batches } of plan) {
    const own: SweptBatch[] = [];
    sizes.push({ batchSize, batches: own });
    for (const i of batches) {
      const found = await largest(
        ground,
        { batchSize, dataSeed: seedOf(ground, i), request, planned },
        context,
      );
      own.push(found.batch);
      products += found.products;
      context.onProgress(rate.progress("batchSweep", ++done, total, performance.now()));
      await context.gate();
      if (done < total) publish(answer());
    }
  }
  return answer();
}

const seedOf = ({ settings }: Ground, batch: number): number => (settings.dataSeed + batch) % 2 ** 32;

function sizesOf({ least, most, batches, steps }: BatchSweepRequest, available: number): number[] {
  const whole = (n: number): boolean => Number.isInteger(n) && n >= 1;
  if (!whole(least) || !whole(most) || most < least)
    throw new RunRefusal(`Batch sizes go from a whole number to a larger one, not from ${least} to ${most}.`);
  if (least > available)
    throw new RunRefusal(`The data have ${available} samples, fewer than the smallest batch of ${least}.`);
  if (!whole(batches) || batches > MOST_BATCHES)
    throw new RunRefusal(`A size has 1 to ${MOST_BATCHES} batches, not ${batches}.`);
  if (!whole(steps)) throw new RunRefusal(`Lanczos takes at least 1 step, not ${steps}.`);
  const sizes: number[] = [];
  for (let size = least; size <= Math.min(most, available); size *= 2) sizes.push(size);
  return sizes;
}

interface Draw {
  readonly batchSize: number;
  readonly dataSeed: number;
  readonly request: BatchSweepRequest;
  readonly planned: readonly number[];
}

async function largest(
  ground: Ground,
  { batchSize, dataSeed, request, planned }: Draw,
  { signal }: JobContext,
): Promise<{ readonly batch: SweptBatch; readonly products: number }> {
  const { gpu, pipelines, submitter, loaded, settings, matrix, budget, operator: held, software } = ground;
  const problem = poseProblem(loaded, { ...settings, draw: "random", dataSeed, batchSize });
  // A software device spends more on compiling for a new size than on computing in parts of the smallest one.
  const automatic = software && !problem.coupled ? planned[0] : null;
  const operator = await makeHessian({
    ...{ gpu, pipelines, submitter, problem, budget: budget - held.cost.usedBytes },
    matrix: { ...matrix, weightDecay: 0 },
    microBatch: settings.microBatch ?? automatic,
    probes: 1,
    krylovVectors: request.steps + 1,
  });
  try {
    await operator.prepare(signal);
    const loss = await operator.loss();
    const source = { seed: settings.seed, distribution: "rademacher" } as const;
    for await (const event of eigs(operator, {
      top: 1,
      bottom: 0,
      maxSteps: request.steps,
      source,
      signal,
    })) {
      if (event.kind === "running") continue;
      event.run.release();
      signal.throwIfAborted();
      const [{ value, residual, converged }] = event.top;
      const batch = { dataSeed, loss, value, residual, converged, steps: event.step };
      return { batch, products: operator.products };
    }
    throw new Error("internal: Lanczos ended without an eigenvalue");
  } finally {
    operator.destroy();
  }
}
