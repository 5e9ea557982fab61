/** The trace of a run's matrix by another method than the probes of its quadrature. */

import { isPiecewiseLinear } from "../autograd/ggnFactor.ts";
import { hutchPlusPlus, LEAST_SKETCHED, type TraceEstimate, traceCost, xtrace } from "../spectrum/index.ts";
import type { Engines } from "./device.ts";
import { exactGaussNewtonTrace, exactly } from "./exactTrace.ts";
import { RunRefusal } from "./fit.ts";
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

/** Bytes of columns that sketching methods may hold on the CPU. */
const HOST_BUDGET = 1e9;

type Question = Pick<TraceRequest, "problem" | "matrix" | "products">;

/** Before anything is computed. Throws RunRefusal where the method does not give this matrix's trace. */
export function checkMethod(method: TraceMethod, { problem, matrix, products }: Question, n: number): void {
  if (method === "hutchinson") return;
  if (method === "exact") {
    checkExact(problem, matrix);
    return;
  }
  if (products < LEAST_SKETCHED)
    throw new RunRefusal(`${method} needs at least ${LEAST_SKETCHED} products, ${products} were asked for.`);
  const { hostBytes } = traceCost(method, n, products);
  if (hostBytes > HOST_BUDGET)
    throw new RunRefusal(
      `${method} with ${products} products would hold ${Math.ceil(hostBytes / 1e6)} MB of vectors: use fewer products, fewer tensors or hutchinson.`,
    );
}

function checkExact(problem: Problem, { operator }: Matrix): void {
  const gaussNewton = operator === "ggn" || operator === "fisher";
  if (!gaussNewton && operator !== "hessian")
    throw new RunRefusal("The exact trace is that of Gauss-Newton, or of the Hessian where it is the same.");
  if (problem.coupled)
    throw new RunRefusal("The exact trace sums over samples: use BatchNorm with running statistics.");
  const { graph, rows } = problem.cut(1);
  if (rows.some((n) => n !== 1)) throw new RunRefusal("The exact trace needs one prediction per sample.");
  if (!gaussNewton && !isPiecewiseLinear(graph))
    throw new RunRefusal(
      "The network is not piecewise linear in its tensors, so that no closed sum gives the trace of its Hessian: choose the operator ggn, or another estimator.",
    );
}

/** What `checkMethod` has allowed. Throws MemoryRefusal. */
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
  const found = await exactGaussNewtonTrace({
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
