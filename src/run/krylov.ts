/** The operator of a run with room for its Krylov bases. */

import { MemoryRefusal } from "../gpu/plan.ts";
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

/** Throws MemoryRefusal, and RunRefusal where parts are wanted of samples that depend on each other. */
export async function makeWithBasis({
  n,
  vectors,
  runs,
  ...request
}: KrylovRequest): Promise<{ readonly operator: HessianOperator; readonly keepBases: number }> {
  const keeping = async (keepBases: number) => ({
    operator: await makeHessian({ ...request, krylovVectors: keepBases * vectors }),
    keepBases,
  });
  const most = basesToKeep(runs, 4 * vectors * request.probes * n, request.budget);
  return keeping(most).catch((error) => {
    // Bases that are kept save time later; they must not cost the run.
    if (most === 1 || !(error instanceof MemoryRefusal)) throw error;
    return keeping(1);
  });
}

/**
 * Bases to hold at a time: a Ritz vector of a basis that was let go costs a whole Lanczos run. They may take a quarter of
 * the budget.
 */
const basesToKeep = (runs: number, basisBytes: number, budget: number): number =>
  Math.max(1, Math.min(runs, Math.floor(budget / 4 / basisBytes)));
