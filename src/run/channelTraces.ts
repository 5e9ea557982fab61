/** Traces of groups of parameters, such as output channels: exact ones where a closed sum gives them, else by probes. */

import { MemoryRefusal } from "../gpu/plan.ts";
import {
  diagonalEstimate,
  type Groups,
  type MeanEstimate,
  shifted,
  type TraceSample,
} from "../spectrum/index.ts";
import { exactGaussNewtonTrace } from "./exactTrace.ts";
import { RunRefusal } from "./fit.ts";
import type { Ground, JobContext } from "./ground.ts";
import type { HessianOperator } from "./hessian.ts";
import { chooseTrace } from "./traceMethod.ts";

export interface GroupTraces {
  /** Of the loss alone, without the weight decay of the run. */
  readonly traces: readonly MeanEstimate[];
  /** Of each probe, with the groups as segments; null where the traces are exact. */
  readonly samples: readonly TraceSample[] | null;
  readonly count: number;
  readonly reason: string;
}

/** Bytes on the CPU of the diagonal, its spread, and the vectors of a product with their answers. */
const HOST_LIMIT = 2e9;

/** Of the operators that are in use: a second question of the same run does not sum again. */
const diagonals = new WeakMap<HessianOperator, Float64Array>();

/**
 * @param groups over all parameters in file order, with none outside the run's block
 * @param products where no closed sum gives the traces
 * @throws RunRefusal where the vectors do not fit the CPU; AbortError when cancelled
 */
export async function groupTraces(
  ground: Ground,
  groups: Groups,
  products: number,
  context: Pick<JobContext, "signal"> & { readonly onProgress: (done: number, total: number) => void },
): Promise<GroupTraces> {
  const { problem, matrix, operator, budget } = ground;
  const choice = chooseTrace("auto", { problem, matrix, products, n: operator.space.n, budget });
  const diagonal =
    choice.method === "exact" ? (diagonals.get(operator) ?? (await exactDiagonal(ground, context))) : null;
  if (diagonal === null || choice.reason === null) return sampled(ground, groups, products, context);
  diagonals.set(operator, diagonal);
  const sums = new Float64Array(groups.count);
  groups.of.forEach((group, i) => {
    if (group >= 0) sums[group] += diagonal[i];
  });
  const traces = Array.from(sums, (x) => ({ estimate: x, standardError: 0, interval95: [x, x] as const }));
  return { traces, samples: null, count: 0, reason: choice.reason };
}

/** Null where it does not fit the device. */
async function exactDiagonal(
  { gpu, pipelines, submitter, problem, matrix, budget }: Ground,
  { signal, onProgress }: Parameters<typeof groupTraces>[3],
): Promise<Float64Array | null> {
  try {
    const { diagonal } = await exactGaussNewtonTrace({
      ...{ gpu, pipelines, submitter, budget, signal, diagonal: true },
      ...{ partition: problem.cut(1), loss: matrix.loss, parameters: problem.parameters },
      onSample: onProgress,
    });
    return diagonal;
  } catch (error) {
    if (error instanceof MemoryRefusal) return null;
    throw error;
  }
}

async function sampled(
  { operator, matrix, settings }: Ground,
  groups: Groups,
  products: number,
  { signal, onProgress }: Parameters<typeof groupTraces>[3],
): Promise<GroupTraces> {
  const { n, k } = operator.space;
  const bytes = 8 * n * (2 + 2 * k);
  if (bytes > HOST_LIMIT)
    throw new RunRefusal(
      `Traces of channels would hold ${Math.ceil(bytes / 1e6)} MB of vectors, at most ${HOST_LIMIT / 1e6} MB are allowed: run on fewer tensors.`,
    );
  let done = 0;
  const found = await diagonalEstimate(operator, {
    source: { seed: settings.seed, distribution: "rademacher" },
    probes: products,
    groups: { of: Int32Array.from(operator.restrict(Float64Array.from(groups.of))), count: groups.count },
    signal,
    onProducts: (more) => {
      done += more;
      onProgress(done, products);
    },
  });
  const sizes = new Float64Array(groups.count);
  for (const group of groups.of) if (group >= 0) sizes[group]++;
  const decay = sizes.map((size) => matrix.weightDecay * size);
  return {
    traces: found.groups.map((trace, g) => shifted(trace, -decay[g])),
    samples: found.groupSamples.map(({ probe, perSegment }) => ({
      probe,
      perSegment: perSegment.map((x, g) => x - decay[g]),
    })),
    count: found.samples,
    reason: `hutchinson: one stream of ${products} products for all channels; no closed sum gives their traces, or not at four times that work or in the memory there is`,
  };
}
