/** The largest and smallest eigenvalues: one Lanczos run of k probes, until both ends have converged. */
import { LanczosRun } from "./lanczos.ts";
import { quadrature } from "./lanczosColumn.ts";
import type { LinearOperator } from "./operator.ts";
import type { ProbeSource } from "./probes.ts";
import { type Extremes, extremes, type RitzOptions } from "./ritz.ts";

export interface EigsOptions extends RitzOptions {
  readonly top: number;
  readonly bottom: number;
  readonly maxSteps: number;
  readonly source: ProbeSource;
  /** Probes to advance together, 1 to k; more of them cost memory and guard against a probe that misses one. Default k. */
  readonly probes?: number;
  readonly breakdownTolerance?: number;
  readonly signal?: AbortSignal;
}

export type EigsEvent<V> =
  | ({ readonly kind: "running"; readonly step: number } & Extremes)
  /** All asked-for values have converged. `run` holds the basis for Ritz vectors: release it. */
  | ({ readonly kind: "converged"; readonly step: number; readonly run: LanczosRun<V> } & Extremes)
  /** The steps ran out, or the operator has fewer distinct eigenvalues than were asked for. See each `converged`. */
  | ({ readonly kind: "exhausted"; readonly step: number; readonly run: LanczosRun<V> } & Extremes)
  | ({ readonly kind: "cancelled"; readonly step: number; readonly run: LanczosRun<V> } & Extremes);

/** Convergence must hold at this many steps in a row: a value about to appear would shift the ranks. */
const STEADY = 2;

/**
 * An event per step; the last one holds the run with its basis, which the caller releases. A consumer that stops
 * pulling early releases it by ending the iteration.
 */
export async function* eigs<V>(
  operator: LinearOperator<V>,
  options: EigsOptions,
): AsyncGenerator<EigsEvent<V>, void, undefined> {
  const { top, bottom, maxSteps, source, probes = operator.space.k, breakdownTolerance, signal } = options;
  const run = new LanczosRun(operator, {
    source,
    probes: Array.from({ length: probes }, (_, i) => i),
    ...(breakdownTolerance === undefined ? {} : { breakdownTolerance }),
  });
  const found = () => extremes(run.columns.map(quadrature), { top, bottom }, options);
  let handedOver = false;
  let steady = 0;
  try {
    for await (const event of run.advance({ steps: maxSteps, signal })) {
      const ends = found();
      const { step } = run;
      if (event.kind !== "running") {
        handedOver = true;
        yield { kind: event.kind === "cancelled" ? "cancelled" : "exhausted", step, run, ...ends };
        return;
      }
      const complete = ends.top.length === top && ends.bottom.length === bottom;
      steady = complete && [...ends.top, ...ends.bottom].every((r) => r.converged) ? steady + 1 : 0;
      if (steady >= STEADY || (steady > 0 && run.columns.every((column) => column.closed))) {
        handedOver = true;
        yield { kind: "converged", step, run, ...ends };
        return;
      }
      yield { kind: "running", step, ...ends };
    }
  } finally {
    if (!handedOver) run.release();
  }
}
