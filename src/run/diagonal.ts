/** The diagonal of a run's matrix. */

import { type DiagonalEstimate, diagonalEstimate } from "../spectrum/index.ts";
import type { JobContext } from "./ground.ts";
import type { HessianOperator } from "./hessian.ts";
import type { RunSettings } from "./protocol.ts";

/** From one stream of `traceProbes` products. */
export function measureDiagonal(
  operator: HessianOperator,
  { seed, traceProbes }: RunSettings,
  { signal, onProgress }: Pick<JobContext, "signal" | "onProgress">,
): Promise<DiagonalEstimate> {
  let done = 0;
  return diagonalEstimate(operator, {
    source: { seed, distribution: "rademacher" },
    probes: traceProbes,
    signal,
    onProducts: (more) => {
      done += more;
      onProgress({ phase: "trace", done, total: traceProbes, etaSeconds: null });
    },
  });
}
