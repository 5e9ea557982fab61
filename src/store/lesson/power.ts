/** Power iteration with deflation, one product at a time, on the spectrum of a run in small. Pure. */
import type { RunResult } from "../../run/protocol.ts";
import { denseOperator } from "../../spectrum/dense.ts";
import { powerIteration } from "../../spectrum/power.ts";
import type { ControlValues } from "../controls.ts";

export interface PowerStep {
  /** From 0: the pair that is looked for. */
  readonly pair: number;
  /** From 1, within the pair. */
  readonly iteration: number;
  /** Rayleigh quotient v'Av, with its sign. */
  readonly value: number;
  /** ||(A - shift I) v||: all that an iteration without the quotient knows. It has no sign. */
  readonly length: number;
  readonly residual: number;
  readonly converged: boolean;
}

export interface PowerPairFacts {
  /** The eigenvalue of this place in |lambda - shift|. */
  readonly exact: number;
  /** |lambda_{k+1} - shift| / |lambda_k - shift|: what a residual shrinks by, in the end, with every iteration. */
  readonly rate: number;
  readonly steps: readonly PowerStep[];
}

export interface PowerLesson {
  readonly shift: number;
  /** The largest and the smallest eigenvalue. */
  readonly extent: readonly [number, number];
  readonly pairs: readonly PowerPairFacts[];
}

const PAIRS = 2;
const ITERATIONS = 60;

export type PowerControls = Pick<ControlValues, "powerMatrix" | "powerShift">;

/**
 * A diagonal matrix with the Ritz values of one probe on its diagonal: as they are, negated, or with the negative of the largest
 * added. Power iteration knows no basis, so a diagonal matrix is as good as any with these eigenvalues.
 */
export function powerDiagonal(
  { spectrum }: RunResult,
  probe: number,
  matrix: PowerControls["powerMatrix"],
): number[] {
  const nodes = spectrum.nodes[probe] ?? [];
  if (matrix === "negated") return nodes.map((theta) => -theta);
  return matrix === "pair" && nodes.length > 0 ? [...nodes, -largestOf(nodes)] : [...nodes];
}

/** Null where the diagonal has fewer than two entries. */
export async function powerLesson(
  diagonal: readonly number[],
  seed: number,
  powerShift: PowerControls["powerShift"],
): Promise<PowerLesson | null> {
  if (diagonal.length < 2) return null;
  const shift = powerShift === "top" ? Math.max(...diagonal) : 0;
  const operator = denseOperator(diagonal.map((x, i) => diagonal.map((_, j) => (i === j ? x : 0))));
  const source = { seed, distribution: "rademacher" } as const;
  const steps: PowerStep[] = [];
  const options = { count: PAIRS, maxIterations: ITERATIONS, source, shift };
  for await (const event of powerIteration(operator, options)) {
    if (event.kind !== "running") continue;
    const { value, residual, iterations, converged } = event.current;
    // The residual is orthogonal to v: Pythagoras gives the length of the product.
    const length = Math.hypot(value - shift, residual);
    steps.push({ pair: event.pair, iteration: iterations, value, residual, length, converged });
  }
  const far = diagonal.toSorted((a, b) => Math.abs(b - shift) - Math.abs(a - shift));
  const away = (place: number) => Math.abs(far[place] - shift);
  return {
    shift,
    extent: [Math.max(...diagonal), Math.min(...diagonal)],
    pairs: Array.from({ length: PAIRS }, (_, pair) => ({
      exact: far[pair],
      rate: away(pair) === 0 ? 0 : (away(pair + 1) || 0) / away(pair),
      steps: steps.filter((step) => step.pair === pair),
    })),
  };
}

const largestOf = (values: readonly number[]): number =>
  values.reduce((best, x) => (Math.abs(x) > Math.abs(best) ? x : best), 0);
