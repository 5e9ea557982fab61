/** The spectra of units as a result's answers tell them: a row per unit, over all samples. Pure. */
import type { Question, RunResult } from "../run/protocol.ts";
import { answersTo } from "../run/questions.ts";
import { ritzError } from "../spectrum/ritz.ts";

/** Singular values of the unit's Jacobian, or eigenvalues of the Hessian in what it gives. */
export type UnitMeasure = "jacobian" | "activations";

export interface UnitEnd {
  readonly value: number;
  /** Never less than the rounding of the products. */
  readonly residual: number;
  readonly converged: boolean;
}

export interface UnitRow {
  readonly unit: string;
  /** Of one matrix. */
  readonly rows: number;
  readonly columns: number;
  readonly matrices: number;
  /** Of all matrices. */
  readonly largest: UnitEnd;
  readonly smallest: UnitEnd;
  /** Below them lie 5, 50 and 95 % of the values, by the mean of the quadratures. */
  readonly quantiles: readonly [number, number, number];
  /** Mean square of the singular values; mean trace. */
  readonly mean: { readonly estimate: number; readonly interval95: readonly [number, number] | null };
}

export interface UnitView {
  readonly samples: number;
  readonly coupled: boolean;
  readonly steps: number;
  readonly probes: number;
  /** In the order of the forward pass; names that are no unit, such as stages, behind them. */
  readonly rows: readonly UnitRow[];
}

/** What was measured last, and before it with the same numbers; null where nothing was. */
export function unitView(result: RunResult, measure: UnitMeasure): UnitView | null {
  const answers = answersTo(result, measure);
  const last = answers.at(-1);
  if (last === undefined) return null;
  const { steps, probes } = last.request;
  const same = answers.filter(
    ({ request, samples }) =>
      request.steps === steps && request.probes === probes && samples === last.samples,
  );
  const rows = new Map(same.flatMap(({ units }) => units.map((unit) => [unit.unit, rowOf(unit)])));
  const order = result.model.units ?? [];
  const place = ({ unit }: UnitRow): number => (order.includes(unit) ? order.indexOf(unit) : order.length);
  return {
    ...{ samples: last.samples, coupled: last.coupled, steps, probes },
    rows: [...rows.values()].sort((a, b) => place(a) - place(b)),
  };
}

type Measured = ReturnType<typeof answersTo<UnitMeasure>>[number]["units"][number];

function rowOf(unit: Measured): UnitRow {
  const { nodes, weights } = unit;
  const size = Math.max(...unit.largest.map(({ value }) => value));
  const [largest, smallest] = [unit.largest, unit.smallest].map((ends) =>
    ends.map((end): UnitEnd => ({ ...end, residual: ritzError(end.residual, size) })),
  );
  return {
    unit: unit.unit,
    ...("size" in unit
      ? { rows: unit.size, columns: unit.size, mean: unit.trace }
      : { rows: unit.rows, columns: unit.columns, mean: unit.meanSquare }),
    matrices: largest.length,
    largest: largest.reduce((a, b) => (b.value > a.value ? b : a)),
    smallest: smallest.reduce((a, b) => (b.value < a.value ? b : a)),
    quantiles: quantiles(nodes, weights, [0.05, 0.5, 0.95]) as [number, number, number],
  };
}

/** The smallest nodes up to which the share p of the weight lies; every row weighs the same. */
function quantiles(
  nodes: readonly (readonly number[])[],
  weights: readonly (readonly number[])[],
  shares: readonly number[],
): number[] {
  const all = nodes
    .flatMap((row, i) => row.map((node, j) => ({ node, weight: weights[i][j] / nodes.length })))
    .sort((a, b) => a.node - b.node);
  return shares.map((share) => {
    let mass = 0;
    const found = all.find(({ weight }) => {
      mass += weight;
      return mass >= share;
    });
    return (found ?? all[all.length - 1]).node;
  });
}

/** Enough for the largest value in most networks, on few samples: a start that costs little. */
const SAMPLES = 4;
const STEPS = 30;

/** @param units by name; none: all */
export function unitQuestion(
  { settings, meaning }: RunResult,
  measure: UnitMeasure,
  units: readonly string[],
  steps = STEPS,
): Question {
  // The statistics of the batch couple all of its samples.
  const samples = meaning.batchNorm === "batch" ? settings.batchSize : Math.min(SAMPLES, settings.batchSize);
  return { kind: measure, request: { units, samples, steps, probes: 1 } };
}
