/** Numbers of a stored run that tours speak of. Pure. */
import { findEigenvalue, findSlice, type RankedEigenvalue } from "../../store/ranks.ts";
import type { LayerTrace, LossSlice, RunResult } from "../../store/state.ts";

/** @throws Error where the run does not list that eigenvalue */
export function eigenvalue(run: RunResult, name: string): RankedEigenvalue {
  const found = findEigenvalue(run, name);
  if (found === null) throw new Error(`internal: the stored run has no ${name}`);
  return found;
}

/** @throws Error where the loss was not measured along that vector */
export function sliceAlong(run: RunResult, name: string): LossSlice {
  const found = findSlice(run, eigenvalue(run, name).rank);
  if (found === null) throw new Error(`internal: the stored run has no slice along ${name}`);
  return found;
}

/** Measured loss at the step of a slice that is nearest to the one asked for. */
export function lossAt({ steps, loss }: LossSlice, step: number): number {
  const place = steps.reduce(
    (best, x, i) => (Math.abs(x - step) < Math.abs(steps[best] - step) ? i : best),
    0,
  );
  return loss[place];
}

/** Part of the spectrum whose magnitude is below the given part of the largest eigenvalue, by the mean over the probes. */
export function massNearZero(run: RunResult, part: number): number {
  const bound = part * eigenvalue(run, "top1").ritz.value;
  const { nodes, weights } = run.spectrum;
  const shares = nodes.map((row, i) =>
    row.reduce((sum, theta, j) => sum + (Math.abs(theta) < bound ? weights[i][j] : 0), 0),
  );
  return shares.reduce((sum, share) => sum + share, 0) / shares.length;
}

/** That part within one hundredth: so near to all of it that tenths of a per cent would round it away. */
export const bulkText = (run: RunResult): string => `${(100 * massNearZero(run, 0.01)).toFixed(2)} %`;

const WEIGHT_DIMENSIONS = 2;

/** Traces of the tensors that a quantiser would round: convolution and linear weights. */
export function weightTraces({ trace, model }: RunResult): readonly LayerTrace[] {
  const shapes = new Map(model.tensors.map(({ name, shape }) => [name, shape]));
  return trace.perLayer.filter(({ name }) => (shapes.get(name)?.length ?? 0) >= WEIGHT_DIMENSIONS);
}

export const perParameter = ({ estimate, size }: LayerTrace): number => estimate / size;

export const largestBy = <T>(rows: readonly T[], value: (row: T) => number): T =>
  rows.reduce((best, row) => (value(row) > value(best) ? row : best));

export const holdsZero = ({ interval95 }: LayerTrace): boolean =>
  interval95 !== null && interval95[0] <= 0 && interval95[1] >= 0;
