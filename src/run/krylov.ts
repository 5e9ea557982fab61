/** The operator of a run with room for its Krylov bases. */

import { MemoryRefusal } from "../gpu/plan.ts";
import type { LanczosMemory } from "../spectrum/index.ts";
import { makeHessian, type OperatorRequest } from "./fit.ts";
import type { HessianOperator } from "./hessian.ts";

export interface KrylovRequest extends Omit<OperatorRequest, "krylovVectors"> {
  /** Rows of the matrix. */
  readonly n: number;
  /** Vectors of one basis. */
  readonly vectors: number;
  /** Lanczos runs, each of `probes` vectors at once and with a basis. */
  readonly runs: number;
}

export interface WithBasis {
  readonly operator: HessianOperator;
  /** Bases that there is room for. */
  readonly keepBases: number;
  /** Two vectors of each instead, where not even one basis fits: then only the density may be claimed. */
  readonly memory: LanczosMemory;
}

/**
 * With room for as many bases as a share of the budget holds, else for one, else for two vectors of one.
 * Throws MemoryRefusal, and RunRefusal where parts are wanted of samples that depend on each other.
 */
export async function makeWithBasis({ n, vectors, runs, ...request }: KrylovRequest): Promise<WithBasis> {
  const attempt = async (keepBases: number, memory: LanczosMemory): Promise<WithBasis> => {
    const needs =
      memory === "two vectors"
        ? {
            krylovVectors: TWO,
            advice: "look at fewer tensors (neither fewer steps nor fewer samples at a time help)",
          }
        : { krylovVectors: keepBases * vectors };
    return { operator: await makeHessian({ ...request, ...needs }), keepBases, memory };
  };
  const most = basesToKeep(runs, 4 * vectors * request.probes * n, request.budget);
  try {
    return await attempt(most, "all vectors");
  } catch (error) {
    if (!(error instanceof MemoryRefusal)) throw error;
  }
  // Bases that are kept save time later; they must not cost the run.
  if (most > 1) {
    try {
      return await attempt(1, "all vectors");
    } catch (error) {
      if (!(error instanceof MemoryRefusal)) throw error;
    }
  }
  return attempt(1, vectors > TWO ? "two vectors" : "all vectors");
}

const TWO = 2;

/**
 * Bases to hold at a time: a Ritz vector of a basis that was let go costs a whole Lanczos run. They may take a quarter of
 * the budget.
 */
const basesToKeep = (runs: number, basisBytes: number, budget: number): number =>
  Math.max(1, Math.min(runs, Math.floor(budget / 4 / basisBytes)));
