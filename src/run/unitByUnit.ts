/** Measures matrices of the activations of units, one unit after the other, on samples of the batch of a run. */

import { Activations, type ActivationsOptions } from "./activations.ts";
import { Eta } from "./eta.ts";
import { RunRefusal } from "./fit.ts";
import type { Ground, JobContext } from "./ground.ts";
import type { Partition } from "./partition.ts";
import type { Problem } from "./problem.ts";
import type { Progress } from "./protocol.ts";
import { type Part, partsOf } from "./units.ts";
import type { UnitsAnswer, UnitsRequest } from "./unitTypes.ts";

const MOST_STEPS = 1000;
const MOST_PROBES = 100;

/** What a measurement of activations needs of its run. */
export type ActivationGround = Pick<Ground, "problem" | "settings" | "forward">;

/** Where a measurement on samples of a run's batch looks: the first of them as one part, or the whole coupled batch. */
interface SampleCut {
  readonly partition: Partition;
  readonly columns: number;
  readonly samples: number;
}

/** A unit to be measured. */
export interface UnitJob extends SampleCut {
  readonly part: Part;
  readonly steps: number;
  readonly probes: number;
  readonly signal: AbortSignal;
  /** Of all start vectors so far. */
  readonly onStep: (done: number) => Promise<void>;
}

export interface UnitMeasurement<Unit> {
  readonly phase: Progress["phase"];
  /** Products that a step takes. */
  readonly productsPerStep: number;
  readonly measure: (job: UnitJob) => Promise<Unit>;
}

/**
 * What is known is published after each unit.
 * Throws RunRefusal, FormatError and MemoryRefusal for requests that cannot be met, AbortError when cancelled.
 */
export async function measureUnits<Unit>(
  { problem }: ActivationGround,
  request: UnitsRequest,
  { signal, gate, onProgress }: JobContext,
  publish: (answer: UnitsAnswer<Unit>) => void,
  { phase, productsPerStep, measure }: UnitMeasurement<Unit>,
): Promise<UnitsAnswer<Unit>> {
  checkSteps(request);
  const { steps, probes } = request;
  const cut = cutSamples(problem, request.samples);
  const parts = partsOf(cut.partition.graph, request.units);
  const rate = new Eta();
  const units: Unit[] = [];
  let products = 0;
  const answer = (): UnitsAnswer<Unit> => ({
    ...{ request, samples: cut.samples, coupled: problem.coupled, products, units: [...units] },
  });
  for (const part of parts) {
    const onStep = async (done: number): Promise<void> => {
      products += productsPerStep;
      const total = parts.length * probes * steps;
      onProgress(rate.progress(phase, units.length * probes * steps + done, total, performance.now()));
      await gate();
    };
    units.push(await measure({ ...cut, part, steps, probes, signal, onStep }));
    if (units.length < parts.length) publish(answer());
  }
  return answer();
}

/** Compiles products with the activations of a unit, and gives their memory back after use. Throws MemoryRefusal. */
export async function withActivations<T>(
  ground: ActivationGround,
  { partition, columns, steps, signal }: UnitJob,
  maps: Pick<ActivationsOptions, "shapes" | "maps">,
  use: (activations: Activations) => Promise<T>,
): Promise<T> {
  const { gpu, pipelines, submitter, budget, heldBytes } = ground.forward();
  const activations = await Activations.create(
    {
      ...{ gpu, pipelines, submitter, partition, columns, parameters: ground.problem.parameters },
      ...maps,
      vectors: steps + 3,
      budget: budget - heldBytes,
      advice: "use fewer samples or steps",
    },
    signal,
  );
  try {
    return await use(activations);
  } finally {
    activations.destroy();
  }
}

/** Throws RunRefusal for numbers that no measurement can have. */
function checkSteps({ steps, probes }: UnitsRequest): void {
  if (!Number.isInteger(steps) || steps < 1 || steps > MOST_STEPS)
    throw new RunRefusal(`A matrix of activations takes 1 to ${MOST_STEPS} steps, not ${steps}.`);
  if (!Number.isInteger(probes) || probes < 1 || probes > MOST_PROBES)
    throw new RunRefusal(`A sample has 1 to ${MOST_PROBES} start vectors, not ${probes}.`);
}

/** Throws RunRefusal where samples cannot be taken out of the batch, or are more than it has. */
function cutSamples({ cut, batch: { count }, coupled }: Problem, wanted: number): SampleCut {
  if (!Number.isInteger(wanted) || wanted < 1)
    throw new RunRefusal(`Samples are a whole number of at least 1, not ${wanted}.`);
  const samples = Math.min(wanted, count);
  if (coupled && samples < count)
    throw new RunRefusal(
      `BatchNorm with the statistics of the batch couples its samples: take all ${count} of them, or use running statistics.`,
    );
  const { rows, ...rest } = cut(samples);
  return { partition: { ...rest, rows: rows.slice(0, 1) }, columns: coupled ? 1 : samples, samples };
}
