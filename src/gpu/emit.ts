/** From a piece of work to the kernels that do it: one, or two where a sum is split into shares. */

import type { Shape } from "../model/graph.ts";
import type { Chain } from "./chains.ts";
import { type ConvPair, type Expr, type Heavy, moveExpr } from "./expr.ts";
import type { Kernel } from "./kernel.ts";
import { chainKernel } from "./kernels/chain.ts";
import { conv2dKernel } from "./kernels/conv2d.ts";
import { conv2dDirectKernel, conv2dDirectWeightKernel, isDirect } from "./kernels/conv2dDirect.ts";
import { conv2dWeightKernel, sharesFor } from "./kernels/conv2dWeight.ts";
import { elementwiseKernel, type Output } from "./kernels/elementwise.ts";
import { matmulKernel } from "./kernels/matmul.ts";
import { poolKernel } from "./kernels/pool.ts";
import { reducedShape, reduceKernel, reduceShares } from "./kernels/reduce.ts";
import { rowsKernel } from "./kernels/rows.ts";
import { broadcastView, type View } from "./view.ts";

type Conv = Extract<Heavy, { kind: "conv" }>;

/** Gives a fresh dense slot for intermediate sums. */
export type Allocate = (shape: Shape, batched: boolean) => View;

/** The kernels of a chain of works, in order. */
export function emit(chain: Chain, allocate: Allocate): Kernel[] {
  const ready = chain.map((work) => ({ ...work, outputs: work.outputs.map(atLeastOneAxis) }));
  if (ready.length > 1) return [chainKernel(ready)];
  const [{ host, outputs, label }] = ready;
  if (host === null) return [elementwiseKernel(outputs, label)];
  return emitHosted(host.work, host.shape, outputs, allocate);
}

/** Kernels count vec4s along an innermost axis, so a scalar counts as shape [1]. */
const atLeastOneAxis = ({ expr, view }: Output): Output =>
  view.shape.length > 0
    ? { expr, view }
    : { expr: lifted(expr, [1]), view: { ...view, shape: [1], strides: [1] } };

function emitHosted(work: Heavy, shape: Shape, outputs: readonly Output[], allocate: Allocate): Kernel[] {
  const batched = outputs.some((o) => o.view.slot.probeStride > 0);
  switch (work.kind) {
    case "matmul":
      return [matmulKernel(work, shape, outputs)];
    case "gather":
    case "scatter":
      return [rowsKernel(work, shape, outputs)];
    case "pool":
      return [poolKernel(work, shape, outputs)];
    case "reduce": {
      const shares = reduceShares(work);
      if (shares === 1) return [reduceKernel(work, outputs, 1)];
      const partials = work.inputs.map(() => allocate([shares, ...reducedShape(work)], batched));
      const sums = partials.map((view, index) => ({ expr: { kind: "accumulator", index } as const, view }));
      return [reduceKernel(work, sums, shares), secondPass(work.fn, partials, outputs)];
    }
    case "conv": {
      const direct = isDirect(work);
      if (work.mode !== "weight") return [(direct ? conv2dDirectKernel : conv2dKernel)(work, shape, outputs)];
      if (direct) {
        const partials = allocate([sharesFor(work, shape), ...shape], batched);
        return [conv2dDirectWeightKernel(work, partials), secondPass("sum", [partials], outputs)];
      }
      const parts = pairGroups(work);
      const shares = sharesFor(work, shape);
      const partials = allocate([parts.length * shares, ...shape], batched);
      const first = parts.map((pairs, i) =>
        conv2dWeightKernel({ ...work, pairs }, within(partials, i * shares, shares)),
      );
      return [...first, secondPass("sum", [partials], outputs)];
    }
  }
}

/**
 * Pairs that one kernel of a weight gradient sums: all of them, but one where the stride is above 1. Networks have few
 * such layers, which then share the pipeline of their gradient; it is as fast.
 */
const pairGroups = ({ window, pairs }: Conv): readonly (readonly ConvPair[])[] =>
  window.stride[1] > 1 ? pairs.map((pair) => [pair]) : [pairs];

const within = (view: View, first: number, count: number): View => ({
  ...view,
  shape: [count, ...view.shape.slice(1)],
  offset: view.offset + first * view.strides[0],
});

/** Adds up the first axis of each of `partials`; the epilogue moves to this pass. */
function secondPass(fn: "sum" | "max", partials: readonly View[], outputs: readonly Output[]): Kernel {
  const work = {
    kind: "reduce",
    fn,
    axes: [0],
    inputs: partials.map((view) => ({ kind: "load", view }) as const),
    inputShape: partials[0].shape,
  } as const;
  const raised = outputs.map(({ expr, view }) => {
    const shape = [1, ...view.shape];
    return { expr: lifted(expr, shape), view: broadcastView(view, shape) };
  });
  return reduceKernel(work, raised, 1);
}

/** `expr` with axes of length 1 in front. */
function lifted(expr: Expr, shape: Shape): Expr {
  const moved = moveExpr(expr, "broadcast", { shape });
  if (moved === null) throw new Error("internal: an epilogue operand cannot take a leading axis");
  return moved;
}
