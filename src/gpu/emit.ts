/** From an expression with at most one kernel inside to the kernels that store it. */

import type { Shape } from "../model/graph.ts";
import { type Expr, type Heavy, heaviesOf, moveExpr, substitute } from "./expr.ts";
import type { Kernel } from "./kernel.ts";
import { conv2dKernel } from "./kernels/conv2d.ts";
import { conv2dWeightKernel, sharesFor } from "./kernels/conv2dWeight.ts";
import { elementwiseKernel, type Output } from "./kernels/elementwise.ts";
import { matmulKernel } from "./kernels/matmul.ts";
import { reducedShape, reduceKernel, reduceShares } from "./kernels/reduce.ts";
import { broadcastView, type View } from "./view.ts";

/** Gives a fresh dense slot for intermediate sums. */
export type Allocate = (shape: Shape, batched: boolean) => View;

/** Kernels that compute `expr` and store it to `view`, in order. */
export function emit(expr: Expr, view: View, label: string, allocate: Allocate): Kernel[] {
  const [host, ...others] = heaviesOf(expr);
  if (others.length > 0) throw new Error(`internal: ${label}: two kernels in one expression`);
  if (view.shape.length === 0)
    return emit(lifted(expr, [1]), { ...view, shape: [1], strides: [1] }, label, allocate);
  if (host === undefined) return [elementwiseKernel([{ expr, view }], label)];
  const epilogue = substitute(expr, host.node, { kind: "accumulator" });
  return emitHosted(host.work, host.shape, { expr: epilogue, view }, allocate);
}

function emitHosted(work: Heavy, shape: Shape, output: Output, allocate: Allocate): Kernel[] {
  const batched = output.view.slot.probeStride > 0;
  switch (work.kind) {
    case "matmul":
      return [matmulKernel(work, shape, [output])];
    case "reduce": {
      const shares = reduceShares(work);
      if (shares === 1) return [reduceKernel(work, [output], 1)];
      const partials = allocate([shares, ...reducedShape(work)], batched);
      const first = reduceKernel(work, [{ expr: { kind: "accumulator" }, view: partials }], shares);
      return [first, secondPass(work.fn, partials, output)];
    }
    case "conv": {
      if (work.mode !== "weight") return [conv2dKernel(work, shape, [output])];
      const [n, h] = work.pairs[0].w.shape;
      const partials = allocate([sharesFor(shape, n * h), ...shape], batched);
      return [conv2dWeightKernel(work, partials), secondPass("sum", partials, output)];
    }
  }
}

/** Adds up the first axis of `partials`; the epilogue moves to this pass. */
function secondPass(fn: "sum" | "max", partials: View, { expr, view }: Output): Kernel {
  const shape = [1, ...view.shape];
  const work = {
    kind: "reduce",
    fn,
    axes: [0],
    input: { kind: "load", view: partials },
    inputShape: partials.shape,
  } as const;
  return reduceKernel(work, [{ expr: lifted(expr, shape), view: broadcastView(view, shape) }], 1);
}

/** `expr` with axes of length 1 in front. */
function lifted(expr: Expr, shape: Shape): Expr {
  const moved = moveExpr(expr, "broadcast", { shape });
  if (moved === null) throw new Error("internal: an epilogue operand cannot take a leading axis");
  return moved;
}
