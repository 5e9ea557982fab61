/** The operator of a run with room for its Krylov bases. */

import type { Disk } from "../gpu/columns.ts";
import type { HostRoom } from "../gpu/hostBasis.ts";
import { MemoryRefusal, mostBound } from "../gpu/plan.ts";
import type { LanczosMemory } from "../spectrum/index.ts";
import { type Choice, chooseHessian, createChosen, type FitRequest, type OperatorRequest } from "./fit.ts";
import type { HessianOperator } from "./hessian.ts";

/** Where a basis may lie that does not fit the device. */
export interface HostBudget {
  /** Bytes of host memory; 0 for none. */
  readonly hostBudget: number;
  /** Absent or null: no files. */
  readonly disk?: DiskRoom | null;
}

/** Room for files of Krylov vectors. */
export interface DiskRoom {
  readonly disk: Disk;
  readonly bytes: number;
}

export interface KrylovSizes extends HostBudget {
  /** Rows of the matrix. */
  readonly n: number;
  /** Lanczos steps. */
  readonly steps: number;
  /** Lanczos runs, each of `probes` vectors at once and with a basis. */
  readonly runs: number;
}

export type KrylovRequest = Omit<FitRequest, "krylovVectors" | "host" | "recompute" | "advice"> & KrylovSizes;

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
/** Vectors that a window on host memory holds, where so many are small: kernels read four at a time. */
const WINDOW = 4;
const WINDOW_BYTES = 256e6;

type More = Pick<FitRequest, "host" | "recompute">;
type KrylovPlan = Held & { readonly choice: Choice };

/** The operator and the bases that `planWithBasis` finds. */
export async function makeWithBasis(
  request: Omit<OperatorRequest, "krylovVectors" | "host" | "recompute" | "advice"> & KrylovSizes,
): Promise<WithBasis> {
  const { choice, ...held } = planWithBasis(request);
  return { operator: await createChosen({ ...request, krylovVectors: 0 }, choice), ...held };
}

/**
 * With room for as many bases as a share of the budget holds and for more steps, else for one, else for one of these steps alone;
 * else for one in host memory, which the device reads four times a step; else the same with residuals computed again; else for one
 * in a file, if need be with residuals computed again; else for two vectors. Nothing is allocated.
 * Throws MemoryRefusal, and RunRefusal where parts are wanted of samples that depend on each other.
 */
export function planWithBasis(given: KrylovRequest): KrylovPlan {
  const { n, steps, runs, hostBudget, disk = null, ...rest } = given;
  const request = { ...rest, drawings: rest.drawings ?? new Map() };
  const vectorsOf = (capacity: number): number => Math.min(capacity, n) + 1;
  const attempt = (keepBases: number, capacity: number, more: More = {}): KrylovPlan => {
    const krylovVectors = keepBases * vectorsOf(capacity);
    const choice = chooseHessian({ ...request, krylovVectors, ...more });
    return { choice, keepBases, memory: "all vectors", capacity };
  };
  // One step is a trace or a product, which nobody extends step by step.
  const roomy = steps + (steps > 1 ? SPARE_STEPS : 0);
  const block = 4 * n * request.probes;
  const most = basesToKeep(runs, vectorsOf(roomy) * block, request.budget);
  const capacities = roomy > steps ? [roomy, steps] : [steps];
  const window = WINDOW * block > Math.min(WINDOW_BYTES, mostBound(request.gpu.limits)) ? 1 : WINDOW;
  const windows = vectorsOf(steps) > TWO ? [...new Set([window, 1])] : [];
  const memories = hostBudget > 0 ? windows.map((w): HostRoom => ({ bytes: hostBudget, window: w })) : [];
  const files = disk === null ? [] : windows.map((w): HostRoom => ({ ...disk, window: w }));
  // Bases that are kept save time later; they must not cost the run.
  const wishes: (() => KrylovPlan)[] = [
    ...(most > 1 ? [() => attempt(most, roomy)] : []),
    ...capacities.map((capacity) => () => attempt(1, capacity)),
    ...memories.flatMap((host) => capacities.map((capacity) => () => attempt(1, capacity, { host }))),
    // To compute residuals again costs less than a file that is read four times a step, and than to know no eigenvalues.
    ...[null, ...memories.slice(-1)].map((host) => () => attempt(1, steps, { host, recompute: true })),
    // A file ends with its job: it needs no room for more steps.
    ...files.map((host) => () => attempt(1, steps, { host })),
    ...files.slice(-1).map((host) => () => attempt(1, steps, { host, recompute: true })),
  ];
  for (const wish of wishes) {
    try {
      return wish();
    } catch (error) {
      if (!(error instanceof MemoryRefusal)) throw error;
    }
  }
  const advice = "look at fewer tensors (neither fewer steps nor fewer samples at a time help)";
  const choice = chooseHessian({ ...request, krylovVectors: TWO, recompute: true, advice });
  const memory = vectorsOf(steps) > TWO ? "two vectors" : "all vectors";
  return { choice, keepBases: 1, memory, capacity: steps };
}

/**
 * Bases to hold at a time: a Ritz vector of a basis that was let go costs a whole Lanczos run. They may take a quarter of
 * the budget.
 */
const basesToKeep = (runs: number, basisBytes: number, budget: number): number =>
  Math.max(1, Math.min(runs, Math.floor(budget / 4 / basisBytes)));
