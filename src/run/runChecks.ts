/** What a finished run measures about itself. */

import type { GpuVector } from "../gpu/vectors.ts";
import { momentMatch, type SlqRun, symmetryDefect } from "../spectrum/index.ts";
import type { HessianOperator } from "./hessian.ts";
import type { Check, RunSettings } from "./protocol.ts";

/** Below this many products the checks would cost more than a fifth of the run. */
const PRODUCTS_WORTH_CHECKING = 20;
/** m steps match the moments up to 2m - 1, and the check looks at four. */
const STEPS_FOR_MOMENTS = 3;

const checked = (name: string, value: number, bound: number): Check => ({
  name,
  value,
  bound,
  passed: value <= bound,
});

/** The checks behind "may this be believed?" (bounds: docs/numerics.md). */
export async function runChecks(
  slq: SlqRun<GpuVector>,
  operator: HessianOperator,
  settings: RunSettings,
  signal: AbortSignal,
): Promise<Check[]> {
  const { probes, nodes, weights } = slq.result();
  const sums = weights.map((row) => Math.abs(row.reduce((a, b) => a + b, 0) - 1));
  const checks: Check[] = [checked("sum of weights", Math.max(...sums), 1e-9)];
  const orthogonality = await slq.orthogonality();
  if (orthogonality !== null) checks.push(checked("orthogonality", orthogonality, 1e-4));
  const { steps: done } = slq.result();
  if (done[0] >= STEPS_FOR_MOMENTS && settings.steps * settings.probes >= PRODUCTS_WORTH_CHECKING) {
    const source = { seed: settings.seed, distribution: "rademacher" } as const;
    const first = { probe: probes[0], nodes: nodes[0], weights: weights[0] };
    const moments = await momentMatch(operator, source, first, signal);
    checks.push(checked("moments 1 to 4", Math.max(...moments.slice(1).map((m) => m.relativeError)), 1e-4));
    const { relative } = await symmetryDefect(operator, source, [0, 1], signal);
    checks.push(checked("symmetry", relative, 1e-4));
  }
  return checks;
}
