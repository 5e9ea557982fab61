/** The operator of a run with room for its Krylov bases. */

import { MemoryRefusal } from "../gpu/plan.ts";
import type { LanczosMemory } from "../spectrum/index.ts";
import { type Choice, chooseHessian, createChosen, type FitRequest, type OperatorRequest } from "./fit.ts";
import type { HessianOperator } from "./hessian.ts";

export interface KrylovSizes {
  /** Rows of the matrix. */
  readonly n: number;
  /** Lanczos steps. */
  readonly steps: number;
  /** Lanczos runs, each of `probes` vectors at once and with a basis. */
  readonly runs: number;
}

export type KrylovRequest = Omit<FitRequest, "krylovVectors" | "advice"> & KrylovSizes;

/** What is held of the Krylov bases. */
export interface Held {
  /** Bases that there is room for. */
  readonly keepBases: number;
  /** Two vectors of each instead, where not even one basis fits: then only the density may be claimed. */
  readonly memory: LanczosMemory;
  /** Steps that a basis has room for. */
  readonly capacity: number;
}

export interface WithBasis extends Held {
  readonly operator: HessianOperator;
}

/** Room for a later "more steps" before the basis has to be copied. */
const SPARE_STEPS = 20;
const TWO = 2;

/** The operator and the bases that `planWithBasis` finds. */
export async function makeWithBasis(
  request: Omit<OperatorRequest, "krylovVectors" | "advice"> & KrylovSizes,
): Promise<WithBasis> {
  const { choice, ...held } = planWithBasis(request);
  return { operator: await createChosen({ ...request, krylovVectors: 0 }, choice), ...held };
}

/**
 * With room for as many bases as a share of the budget holds and for more steps, else for one, else for one of these steps alone,
 * else for two vectors of it; nothing is allocated.
 * Throws MemoryRefusal, and RunRefusal where parts are wanted of samples that depend on each other.
 */
export function planWithBasis({
  n,
  steps,
  runs,
  ...request
}: KrylovRequest): Held & { readonly choice: Choice } {
  const drawings = request.drawings ?? new Map();
  const attempt = (keepBases: number, capacity: number): Held & { readonly choice: Choice } => {
    const krylovVectors = keepBases * vectorsOf(capacity);
    return {
      choice: chooseHessian({ ...request, drawings, krylovVectors }),
      ...{ keepBases, memory: "all vectors", capacity },
    };
  };
  const vectorsOf = (capacity: number): number => Math.min(capacity, n) + 1;
  // One step is a trace or a product, which nobody extends step by step.
  const roomy = steps + (steps > 1 ? SPARE_STEPS : 0);
  const most = basesToKeep(runs, 4 * vectorsOf(roomy) * request.probes * n, request.budget);
  // Bases that are kept save time later; they must not cost the run.
  const wishes = [...(most > 1 ? [[most, roomy]] : []), [1, roomy], ...(steps > 1 ? [[1, steps]] : [])];
  for (const [keepBases, capacity] of wishes) {
    try {
      return attempt(keepBases, capacity);
    } catch (error) {
      if (!(error instanceof MemoryRefusal)) throw error;
    }
  }
  const advice = "look at fewer tensors (neither fewer steps nor fewer samples at a time help)";
  const choice = chooseHessian({ ...request, drawings, krylovVectors: TWO, advice });
  const memory = vectorsOf(steps) > TWO ? "two vectors" : "all vectors";
  return { choice, keepBases: 1, memory, capacity: steps };
}

/**
 * Bases to hold at a time: a Ritz vector of a basis that was let go costs a whole Lanczos run. They may take a quarter of
 * the budget.
 */
const basesToKeep = (runs: number, basisBytes: number, budget: number): number =>
  Math.max(1, Math.min(runs, Math.floor(budget / 4 / basisBytes)));
