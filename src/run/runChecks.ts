/** The checks behind "may this be believed?" (bounds: docs/numerics.md). */

import type { GpuVector } from "../gpu/vectors.ts";
import { ghostsLeft, measuredResidual, momentMatch, type SlqRun, symmetryDefect } from "../spectrum/index.ts";
import { type Check, type CheckName, checked, type NotChecked, type Trust } from "./checkTypes.ts";
import type { Ground, JobContext } from "./ground.ts";
import type { DeviceReport } from "./protocol.ts";
import { checkSample } from "./sampleChecks.ts";

export const UNCHECKED: Trust = { checks: [], notChecked: [] };

/** Below this many products the checks would cost more than a third of the run. */
const PRODUCTS_WORTH_CHECKING = 20;
const SHORT = `the run has fewer than ${PRODUCTS_WORTH_CHECKING} products, of which this would be too large a part`;
/** m steps match the moments up to 2m - 1, and the check looks at four. */
const STEPS_FOR_MOMENTS = 3;
/** Rounding of a Ritz vector and of a product in float32, relative to the largest eigenvalue. */
const ROUNDING = 1e-5;

type Found = Check | NotChecked;
const without = (name: CheckName, reason: string): NotChecked => ({ name, reason });

export async function runChecks(ground: Ground, context: JobContext): Promise<Trust> {
  const { slq, settings } = ground;
  const { signal, onProgress } = context;
  const orthogonality = await slq.orthogonality(signal);
  const found: Found[] = [
    sumOfWeights(slq),
    orthogonality === null
      ? without("orthogonality", "no basis is held any more")
      : checked("orthogonality", orthogonality, 1e-4),
    ghosts(slq, orthogonality),
    checked("non-finite numbers", nonFinite(ground), 0),
    arithmetic(ground.result().device),
  ];
  const dear: readonly (readonly [readonly CheckName[], () => Promise<Found[]>])[] = [
    [["moments 1 to 4"], async () => [await moments(ground, signal)]],
    [["symmetry"], async () => [await symmetry(ground, signal)]],
    [["residual of the top pair"], async () => [await topResidual(ground, signal)]],
    [["float64 on a sample", "second route"], () => checkSample(ground, signal)],
  ];
  const worth = settings.steps * settings.probes >= PRODUCTS_WORTH_CHECKING;
  for (const [done, [names, make]] of dear.entries()) {
    if (worth) {
      onProgress({ phase: "checks", done, total: dear.length, etaSeconds: null });
      await context.gate();
      found.push(...(await make()));
      signal.throwIfAborted();
    } else found.push(...names.map((name) => without(name, SHORT)));
  }
  return {
    checks: found.filter((check) => "bound" in check),
    notChecked: found.filter((check) => "reason" in check),
  };
}

function sumOfWeights(slq: SlqRun<GpuVector>): Check {
  const sums = slq.result().weights.map((row) => Math.abs(row.reduce((a, b) => a + b, 0) - 1));
  return checked("sum of weights", Math.max(...sums), 1e-9);
}

function ghosts(slq: SlqRun<GpuVector>, orthogonality: number | null): Found {
  const found = slq.result();
  return found.memory === "two vectors"
    ? without("ghosts", "without reorthogonalisation copies are expected, and only the density is claimed")
    : checked("ghosts", ghostsLeft(found, orthogonality), 0);
}

/** Of the loss, its gradient, T and the samples of the trace. A product that is not finite shows in T: its vectors have no zeros. */
function nonFinite({ atWeights, gradient, slq }: Ground): number {
  const count = (numbers: ArrayLike<number>): number => {
    let found = 0;
    for (let i = 0; i < numbers.length; i++) if (!Number.isFinite(numbers[i])) found++;
    return found;
  };
  const { columns, samples } = slq.checkpoint();
  const short = [...columns.flatMap(({ alpha, beta, quadraticForm }) => [alpha, beta, quadraticForm])];
  return [[atWeights.loss], gradient, ...short, ...samples.map(({ perSegment }) => perSegment)].reduce(
    (sum, numbers) => sum + count(numbers),
    0,
  );
}

/** The worst function of the passport as a part of what it may be off by. */
function arithmetic({ passport }: DeviceReport): Found {
  const name = "arithmetic of the device";
  if (passport === undefined)
    return without(name, "the numerics passport of the device could not be measured");
  const used = passport.functions.filter((f) => f.used);
  const worst = Math.max(...used.map((f) => f.worst / f.bound));
  // A fault that is no function has no size.
  return checked(name, passport.faults.length > 0 && worst <= 1 ? Number.NaN : worst, 1);
}

const sourceOf = ({ settings }: Ground) => ({ seed: settings.seed, distribution: "rademacher" }) as const;

async function moments(ground: Ground, signal: AbortSignal): Promise<Found> {
  const name = "moments 1 to 4";
  const { probes, nodes, weights, steps } = ground.slq.result();
  if (steps[0] < STEPS_FOR_MOMENTS) return without(name, `it needs ${STEPS_FOR_MOMENTS} Lanczos steps`);
  const first = { probe: probes[0], nodes: nodes[0], weights: weights[0] };
  const match = await momentMatch(ground.operator, sourceOf(ground), first, signal);
  return checked(name, Math.max(...match.slice(1).map((m) => m.relativeError)), 1e-4);
}

async function symmetry(ground: Ground, signal: AbortSignal): Promise<Found> {
  const { relative } = await symmetryDefect(ground.operator, sourceOf(ground), [0, 1], signal);
  return checked("symmetry", relative, 1e-4);
}

/** ||H u - theta u|| of the largest Ritz value, against what T says of it. */
async function topResidual({ operator, slq }: Ground, signal: AbortSignal): Promise<Found> {
  const name = "residual of the top pair";
  const { top, nodes } = slq.result();
  const [pair] = top;
  if (pair === undefined) return without(name, "the run reports no eigenvalue at its top");
  if (!slq.holds(pair.probe)) return without(name, "the basis of its probe was let go for want of memory");
  const u = operator.space.create();
  try {
    await slq.ritzVector(pair, u, signal);
    const residual = await measuredResidual(operator, u, pair.value, signal);
    const largest = Math.max(...nodes.flat().map(Math.abs));
    return checked(name, residual, pair.residual + ROUNDING * largest);
  } finally {
    operator.space.release(u);
  }
}
