/** Which estimate of the trace a run takes: the one that it is told, or the best for its network and products. */

import { isPiecewiseLinear } from "../autograd/ggnFactor.ts";
import { chooseTraceMethod, LEAST_SKETCHED, traceCost } from "../spectrum/index.ts";
import { RunRefusal } from "./fit.ts";
import type { Matrix } from "./matrix.ts";
import type { Problem } from "./problem.ts";
import type { TraceMethod } from "./protocol.ts";

export interface TraceQuestion {
  readonly problem: Problem;
  readonly matrix: Matrix;
  /** Products in all. */
  readonly products: number;
  /** Rows of the matrix. */
  readonly n: number;
  /** Bytes that the run may use on the device. */
  readonly budget: number;
}

export interface ChosenTrace {
  readonly method: TraceMethod;
  /** Why, and what it costs; null where the method was asked for by name. */
  readonly reason: string | null;
}

/** Bytes of columns that sketching methods may hold on the CPU: where they are asked for, and by choice. */
const HOST_LIMIT = 1e9;
const HOST_BUDGET = 5e8;
/** Forward and backward pass of a class take about a third of a product with the Hessian. */
const CLASSES_PER_PRODUCT = 3;
/** Work of the exact trace that its certainty is worth, in products that were asked for. */
const EXACT_WORTH = 4;
/** Classes that a product of the exact trace takes at once hold two vectors each. */
const EXACT_COLUMNS = 32;

/** Before anything is computed. Throws RunRefusal where the method that is asked for does not give this matrix's trace. */
export function chooseTrace(asked: TraceMethod | "auto", question: TraceQuestion): ChosenTrace {
  if (asked === "auto") return automatic(question);
  const { products, n } = question;
  if (asked === "exact") {
    const refusal = exactRefusal(question);
    if (refusal !== null) throw new RunRefusal(refusal);
  } else if (asked !== "hutchinson") {
    if (products < LEAST_SKETCHED)
      throw new RunRefusal(`${asked} needs at least ${LEAST_SKETCHED} products, ${products} were asked for.`);
    const { hostBytes } = traceCost(asked, n, products);
    if (hostBytes > HOST_LIMIT)
      throw new RunRefusal(
        `${asked} with ${products} products would hold ${megabytes(hostBytes)} of vectors: use fewer products, fewer tensors or hutchinson.`,
      );
  }
  return { method: asked, reason: null };
}

/** Exact, or the sharpest estimate in total and per tensor. */
function automatic(question: TraceQuestion): ChosenTrace {
  const { problem, products, n, budget } = question;
  const classes = classesOf(problem);
  const refusal = exactRefusal(question);
  const work = Math.ceil(classes / CLASSES_PER_PRODUCT);
  if (refusal === null && work <= EXACT_WORTH * products && 4 * EXACT_COLUMNS * n <= budget / 2)
    return {
      method: "exact",
      reason: `exact: here the trace is a closed sum over ${problem.batch.count} samples and ${classes} classes, about the work of ${counted(work)} (${products} were asked for)`,
    };
  const noSum =
    refusal === null
      ? `an exact trace would take the work of ${counted(work)} and ${megabytes(4 * EXACT_COLUMNS * n)}`
      : "no closed sum gives this trace";
  const sketch = traceCost("hutch++", n, products);
  const { method } = chooseTraceMethod({
    ...{ n, products, hostBudget: HOST_BUDGET, perSegment: true, outliers: classes },
  });
  const why =
    method !== "hutchinson"
      ? `${products} products can hold what stands out (about ${classes} eigenvalues), with ${megabytes(sketch.hostBytes)} of columns`
      : sketch.hostBytes > HOST_BUDGET
        ? `the ${megabytes(sketch.hostBytes)} of columns of a sketch do not fit ${megabytes(HOST_BUDGET)}`
        : `${products} products are too few for a sketch of what stands out (about ${classes} eigenvalues)`;
  return { method, reason: `${method}: ${noSum}; ${why}` };
}

/** Why no closed sum gives the trace; null where one does. */
export function exactRefusal({ problem, matrix }: Pick<TraceQuestion, "problem" | "matrix">): string | null {
  const { operator } = matrix;
  const gaussNewton = operator === "ggn" || operator === "fisher";
  if (!gaussNewton && operator !== "hessian")
    return "The exact trace is that of Gauss-Newton, or of the Hessian where it is the same.";
  if (problem.coupled) return "The exact trace sums over samples: use BatchNorm with running statistics.";
  const { single, linear } = structureOf(problem);
  if (!single) return "The exact trace needs one prediction per sample.";
  return gaussNewton || linear
    ? null
    : "The network is not piecewise linear in its tensors, so that no closed sum gives the trace of its Hessian: choose the operator ggn, or another estimator.";
}

interface Structure {
  /** One row of the logits per sample. */
  readonly single: boolean;
  /** Piecewise linear in each of its tensors. */
  readonly linear: boolean;
}

/** Differentiating by each tensor takes seconds for a deep network, and every plan asks again. */
const structures = new WeakMap<Problem, Structure>();

function structureOf(problem: Problem): Structure {
  const known = structures.get(problem);
  if (known !== undefined) return known;
  const { graph, rows } = problem.cut(1);
  const found = { single: rows.every((n) => n === 1), linear: isPiecewiseLinear(graph) };
  structures.set(problem, found);
  return found;
}

function classesOf({ graph }: Problem): number {
  const { shape } = graph.nodes[graph.outputs.logits];
  return shape[shape.length - 1];
}

const counted = (products: number): string => `${products} product${products === 1 ? "" : "s"}`;
const megabytes = (bytes: number): string => `${Math.ceil(bytes / 1e6)} MB`;
