/**
 * Lanczos one step at a time: the leading blocks of a tridiagonal matrix, and what each of them knows of the spectrum. T is
 * that of a run, or of a small matrix on which the engine's own Lanczos runs in the page. Pure.
 */
import type { RunResult } from "../../run/protocol.ts";
import { type DensePrecision, DenseSpace, matrixFreeOperator } from "../../spectrum/dense.ts";
import { type LanczosMemory, LanczosRun } from "../../spectrum/lanczos.ts";
import { type Quadrature, quadrature } from "../../spectrum/lanczosColumn.ts";
import { ritzError, ritzValues } from "../../spectrum/ritz.ts";

export interface LanczosState extends Quadrature {
  /** Of each node. A ghost repeats another node: a copy that only lost orthogonality can bring. */
  readonly kinds: readonly ("open" | "settled" | "ghost")[];
  /** Of each node: its residual, or the rounding of float32 where that is larger. */
  readonly errors: readonly number[];
}

export interface LanczosLesson {
  readonly alpha: readonly number[];
  readonly beta: readonly number[];
  /** [j - 1]: after step j. */
  readonly states: readonly LanczosState[];
  /** [j - 1]: largest entry of |V'V - I| over the first j vectors; null where the vectors are not at hand. */
  readonly defect: readonly number[] | null;
}

/** Longer runs are shown up to here: more dots than that on one chart tell nothing. */
export const MOST_STEPS = 120;

/** The run of one probe, replayed from its tridiagonal matrix. */
export function replayed({ spectrum }: RunResult, probe: number): LanczosLesson {
  const alpha = spectrum.alpha[probe] ?? [];
  const beta = spectrum.beta[probe] ?? [];
  return lessonOf(alpha.slice(0, MOST_STEPS), beta.slice(0, MOST_STEPS), null);
}

/**
 * A diagonal matrix with the Ritz values of one probe, and the start vector whose squared entries are their weights: its
 * Lanczos process has, in exact arithmetic, the very T of the run (Gauss quadrature is unique).
 */
export interface SmallMatrix {
  readonly diagonal: readonly number[];
  readonly start: Float64Array;
}

export function smallMatrix({ spectrum }: RunResult, probe: number): SmallMatrix {
  return {
    diagonal: spectrum.nodes[probe] ?? [],
    start: Float64Array.from(spectrum.weights[probe] ?? [], Math.sqrt),
  };
}

export interface SmallOptions {
  readonly steps: number;
  readonly memory: LanczosMemory;
  readonly precision: DensePrecision;
}

/** The engine's Lanczos on a small matrix; unlike on a GPU, its vectors are at hand. */
export async function lanczosInSmall(
  { diagonal, start }: SmallMatrix,
  { steps, memory, precision }: SmallOptions,
): Promise<LanczosLesson> {
  const vectors: Float64Array[] = [];
  const space = new DenseSpace(diagonal.length, 1, undefined, precision);
  const operator = matrixFreeOperator(space, (v, out) => {
    vectors.push(v.slice());
    for (let i = 0; i < v.length; i++) out[i] = diagonal[i] * v[i];
  });
  const source = { seed: 0, distribution: "rademacher" } as const;
  const run = new LanczosRun(operator, { source, probes: [0], start: () => start, memory });
  for await (const _ of run.advance({ steps: Math.min(steps, MOST_STEPS) }));
  const { alpha, beta } = run.columns[0];
  run.release();
  return lessonOf(alpha, beta, defects(vectors.slice(0, alpha.length)));
}

function lessonOf(
  alpha: readonly number[],
  beta: readonly number[],
  defect: readonly number[] | null,
): LanczosLesson {
  const states = alpha.map((_, i) => {
    const column = { alpha: alpha.slice(0, i + 1), beta: beta.slice(0, i + 1) };
    return stateOf(quadrature({ probe: 0, closed: false, quadraticForm: [], ...column }));
  });
  return { alpha, beta, states, defect };
}

function stateOf(known: Quadrature): LanczosState {
  const { nodes, residuals } = known;
  const single = new Map(ritzValues(known).map((ritz) => [ritz.index, ritz]));
  const largest = Math.max(...nodes.map(Math.abs));
  return {
    ...known,
    kinds: nodes.map((_, node) => {
      const ritz = single.get(node);
      if (ritz === undefined) return "ghost";
      return ritz.converged ? "settled" : "open";
    }),
    errors: residuals.map((residual) => ritzError(residual, largest)),
  };
}

function defects(vectors: readonly Float64Array[]): number[] {
  let worst = 0;
  return vectors.map((v, j) => {
    for (let i = 0; i <= j; i++) {
      const product = vectors[i].reduce((sum, x, place) => sum + x * v[place], 0);
      worst = Math.max(worst, Math.abs(product - (i === j ? 1 : 0)));
    }
    return worst;
  });
}
