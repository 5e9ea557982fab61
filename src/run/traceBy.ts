/** The trace of a run's matrix by another method than the probes of its quadrature. */

import { hutchPlusPlus, type TraceEstimate, xtrace } from "../spectrum/index.ts";
import type { Engines } from "./device.ts";
import { exactGaussNewtonTrace, exactly } from "./exactTrace.ts";
import type { HessianOperator } from "./hessian.ts";
import type { Matrix } from "./matrix.ts";
import type { Problem } from "./problem.ts";
import type { TraceMethod } from "./protocol.ts";

export interface TraceRequest extends Engines {
  readonly problem: Problem;
  readonly operator: HessianOperator;
  readonly matrix: Matrix;
  /** Products in all. */
  readonly products: number;
  readonly seed: number;
  readonly budget: number;
  readonly signal: AbortSignal;
  readonly onProgress: (done: number, total: number) => void;
}

/** What `chooseTrace` has allowed. Throws MemoryRefusal. */
export async function traceBy(
  method: Exclude<TraceMethod, "hutchinson">,
  request: TraceRequest,
): Promise<TraceEstimate> {
  if (method === "exact") return exactTrace(request);
  const { operator, products, seed, signal, onProgress } = request;
  let done = 0;
  const onProducts = (more: number): void => {
    done += more;
    onProgress(done, products);
  };
  const options = { products, signal, onProducts };
  if (method === "hutch++")
    return hutchPlusPlus(operator, { ...options, source: { seed, distribution: "rademacher" } });
  const total = await xtrace(operator, { ...options, source: { seed, distribution: "gaussian" } });
  return { ...total, perSegment: [] };
}

async function exactTrace(request: TraceRequest): Promise<TraceEstimate> {
  const { gpu, pipelines, submitter, problem, operator, matrix, budget, signal, onProgress } = request;
  const { parameters } = problem;
  const partition = problem.cut(1);
  const { trace: found } = await exactGaussNewtonTrace({
    ...{ gpu, pipelines, submitter, partition, loss: matrix.loss, parameters, budget, signal },
    onSample: onProgress,
  });
  const { segments } = operator.space;
  return exactly(
    found.perSegment
      .filter(({ name }) => segments.some((segment) => segment.name === name))
      .map(({ name, size, estimate }) => ({ name, size, trace: estimate + matrix.weightDecay * size })),
  );
}
