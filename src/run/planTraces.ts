/** The traces that a plan goes by: exact ones where a closed sum gives them, because samples mislead a plan; else the run's. */

import { MemoryRefusal } from "../gpu/plan.ts";
import type { TraceEstimate, TraceSample } from "../spectrum/index.ts";
import type { Ground, JobContext } from "./ground.ts";
import type { HessianOperator } from "./hessian.ts";
import type { LayerTrace } from "./protocol.ts";
import { traceBy } from "./traceBy.ts";
import { chooseTrace } from "./traceMethod.ts";

export interface PlanTraces {
  /** Of the run's matrix, by tensor; empty where the run's method gives the total alone. */
  readonly perLayer: readonly LayerTrace[];
  /** Of each probe, with `perLayer` as segments; null where the traces have none. */
  readonly samples: readonly TraceSample[] | null;
  /** Samples behind each; 0 where they are exact. */
  readonly count: number;
  /** Why these and what they cost; absent where the method was asked for by name. */
  readonly reason?: string | undefined;
}

/** Of the operators that are in use: a second plan of the same run does not sum again. */
const known = new WeakMap<HessianOperator, TraceEstimate>();

/** @param own the run's traces as they are. Throws AbortError when cancelled. */
export async function planTraces(
  ground: Ground,
  own: boolean,
  { signal, onProgress }: Pick<JobContext, "signal" | "onProgress">,
): Promise<PlanTraces> {
  const { problem, matrix, operator, budget, settings } = ground;
  const { trace } = ground.result();
  const { traceProbes: products, seed } = settings;
  const question = { problem, matrix, products, n: operator.space.n, budget };
  const runs = {
    perLayer: trace.perLayer,
    samples: ground.traceSamples(),
    count: trace.samples,
    reason: trace.reason,
  };
  if (own || trace.method === "exact") return runs;
  const { method, reason } = chooseTrace("auto", question);
  if (method !== "exact") return runs;
  const exactOrNull = (): Promise<TraceEstimate | null> =>
    traceBy("exact", {
      ...{ ...ground, products, seed, signal },
      onProgress: (done, total) => onProgress({ phase: "plan", done, total, etaSeconds: null }),
    }).catch((error) => {
      // The run has traces of its own.
      if (error instanceof MemoryRefusal) return null;
      throw error;
    });
  const exact = known.get(operator) ?? (await exactOrNull());
  if (exact === null) return runs;
  known.set(operator, exact);
  return { perLayer: exact.perSegment, samples: null, count: 0, reason: reason ?? undefined };
}
