/** From a piece of work to the kernels that do it: one, or two where a sum is split into shares. */

import type { Shape } from "../model/graph.ts";
import type { Chain } from "./chains.ts";
import { type ConvPair, type Expr, type Heavy, moveExpr } from "./expr.ts";
import type { Bounds } from "./fuse.ts";
import type { Kernel } from "./kernel.ts";
import { chainKernel } from "./kernels/chain.ts";
import { conv2dKernel } from "./kernels/conv2d.ts";
import { conv2dDirectKernel, conv2dDirectWeightKernel } from "./kernels/conv2dDirect.ts";
import { conv2dWeightKernel, directShares } from "./kernels/conv2dWeight.ts";
import { elementwiseKernel, type Output } from "./kernels/elementwise.ts";
import { matmulKernel } from "./kernels/matmul.ts";
import { poolKernel } from "./kernels/pool.ts";
import { reducedShape, reduceKernel, reduceShares } from "./kernels/reduce.ts";
import { rowsKernel } from "./kernels/rows.ts";
import { shapeKey, type Tiling } from "./tiling.ts";
import { kernelShape, tilingsFor } from "./tilings.ts";
import { broadcastView, type View } from "./view.ts";

type Conv = Extract<Heavy, { kind: "conv" }>;

/** Gives a fresh dense slot for intermediate sums. */
export type Allocate = (shape: Shape, batched: boolean) => View;

/** The kernels of a chain of works, in order; each shape in the tiling that was chosen for it, or in the usual one. */
export function emit(
  chain: Chain,
  allocate: Allocate,
  { choices, processor }: Pick<Bounds, "choices" | "processor"> = {},
): Kernel[] {
  const ready = chain.map((work) => ({ ...work, outputs: work.outputs.map(atLeastOneAxis) }));
  if (ready.length > 1) return [chainKernel(ready)];
  const [{ host, outputs, label }] = ready;
  if (host === null) return [elementwiseKernel(outputs, label)];
  const shape = kernelShape(host.work, host.shape);
  const write = (tiling: Tiling | null): Kernel[] =>
    emitHosted(host.work, host.shape, outputs, allocate, tiling);
  if (shape === null) return write(null);
  const [usual] = tilingsFor(shape, processor);
  const kernels = write(choices?.get(shapeKey(shape)) ?? usual);
  return [{ ...kernels[0], tiled: { shape, write } }, ...kernels.slice(1)];
}

/** Kernels count vec4s along an innermost axis, so a scalar counts as shape [1]. */
const atLeastOneAxis = ({ expr, view }: Output): Output =>
  view.shape.length > 0
    ? { expr, view }
    : { expr: lifted(expr, [1]), view: { ...view, shape: [1], strides: [1] } };

/** @param tiling null where the work knows one way only */
function emitHosted(
  work: Heavy,
  shape: Shape,
  outputs: readonly Output[],
  allocate: Allocate,
  tiling: Tiling | null,
): Kernel[] {
  const batched = outputs.some((o) => o.view.slot.probeStride > 0);
  switch (work.kind) {
    case "matmul":
      return [matmulKernel(work, shape, outputs, tiling as Tiling)];
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
      if (tiling === null) {
        if (work.mode !== "weight") return [conv2dDirectKernel(work, shape, outputs)];
        const partials = allocate([directShares(work, shape), ...shape], batched);
        return [conv2dDirectWeightKernel(work, partials), secondPass("sum", [partials], outputs)];
      }
      if (work.mode !== "weight") return [conv2dKernel(work, shape, outputs, tiling)];
      const parts = pairGroups(work);
      const shares = tiling.splitK;
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
