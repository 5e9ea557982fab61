/**
 * Lowering is lazy: a node's value is first an expression over loads, and becomes a buffer only when something needs
 * it as one. What stays an expression is fused into the kernel that consumes it; movement ops only rewrite the views
 * of the loads below them.
 */

import type { Window as Window2d } from "../autograd/ops/window.ts";
import type { Attrs, NodeId, Shape } from "../model/graph.ts";
import { broadcastView, reshapeView, sliceView, transposeView, type View } from "./view.ts";

/** Zeros around and between the elements of a loaded view (the `pad` op): out = low + step * in, else zero. */
export interface Window {
  readonly low: readonly number[];
  readonly step: readonly number[];
  /** Shape of the padded result. */
  readonly shape: Shape;
}

export interface ConvPair {
  readonly x: View;
  readonly w: View;
}

/** Work that needs a kernel of its own; pointwise consumers may ride in its epilogue. */
export type Heavy =
  | {
      readonly kind: "conv";
      readonly mode: "forward" | "input" | "weight";
      readonly window: Window2d;
      readonly groups: number;
      readonly pairs: readonly ConvPair[];
    }
  | {
      readonly kind: "matmul";
      readonly ta: boolean;
      readonly tb: boolean;
      readonly pairs: readonly ConvPair[];
    }
  | {
      readonly kind: "gather";
      /** The table [V,...row]. */
      readonly source: View;
      readonly indices: View;
    }
  | {
      readonly kind: "scatter";
      /** The values [k,...row]. */
      readonly source: View;
      /** Lists of equal indices (rowLists.ts). */
      readonly first: View;
      readonly next: View;
    }
  | {
      readonly kind: "pool";
      readonly op: "poolArgmax" | "poolPick" | "poolSpread";
      readonly window: Window2d;
      readonly source: View;
      /** Tap numbers, which `poolArgmax` does not read. */
      readonly taps: View | null;
    }
  | {
      readonly kind: "reduce";
      readonly fn: "sum" | "max";
      readonly axes: readonly number[];
      /** Reduced side by side in one kernel; the accumulators are numbered so. */
      readonly inputs: readonly Expr[];
      readonly inputShape: Shape;
    };

export type Expr =
  | { readonly kind: "const"; readonly value: number }
  | { readonly kind: "load"; readonly view: View; readonly window?: Window }
  /** A reshape that no strides can express: elements keep their row-major order, `shape` is the new shape. */
  | { readonly kind: "relinearise"; readonly view: View; readonly shape: Shape }
  | { readonly kind: "apply"; readonly op: string; readonly args: readonly Expr[] }
  /** A kernel that has not run yet; `node` is where its result belongs. */
  | { readonly kind: "heavy"; readonly node: NodeId; readonly work: Heavy; readonly shape: Shape }
  /** Inside an epilogue: a value that the host kernel has just computed. Only reductions have more than number 0. */
  | { readonly kind: "accumulator"; readonly index: number };

/** The loads of an expression, kernels inside it not included; equal ones may repeat. */
export function loadsOf(expr: Expr): Extract<Expr, { kind: "load" | "relinearise" }>[] {
  switch (expr.kind) {
    case "apply":
      return expr.args.flatMap(loadsOf);
    case "load":
    case "relinearise":
      return [expr];
    default:
      return [];
  }
}

/** What a kernel reads as operands, before its epilogue; a reduction's are expressions. */
export function operandViews(work: Heavy): View[] {
  switch (work.kind) {
    case "gather":
      return [work.source, work.indices];
    case "scatter":
      return [work.source, work.first, work.next];
    case "pool":
      return work.taps === null ? [work.source] : [work.source, work.taps];
    case "reduce":
      return work.inputs.flatMap((i) => loadsOf(i).map(({ view }) => view));
    default:
      return work.pairs.flatMap(({ x, w }) => [x, w]);
  }
}

/** Whether the value depends on the tangent, so that each probe has its own. */
export function isBatched(expr: Expr): boolean {
  switch (expr.kind) {
    case "load":
    case "relinearise":
      return expr.view.slot.probeStride > 0;
    case "apply":
      return expr.args.some(isBatched);
    case "heavy":
      return operandViews(expr.work).some(({ slot }) => slot.probeStride > 0);
    default:
      return false;
  }
}

export interface ExprCost {
  readonly applies: number;
  readonly loads: readonly View[];
  readonly heavies: number;
}

/** What it would cost to evaluate an expression again in another kernel. */
export function costOf(expr: Expr): ExprCost {
  const loads: View[] = [];
  for (const { view } of loadsOf(expr)) if (!loads.some((v) => sameView(v, view))) loads.push(view);
  return { applies: appliesIn(expr), loads, heavies: heaviesOf(expr).length };
}

const appliesIn = (expr: Expr): number =>
  expr.kind === "apply" ? expr.args.reduce((n, arg) => n + appliesIn(arg), 1) : 0;

const equal = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((v, i) => v === b[i]);

/** Whether two views name the same elements in the same order; the stride of an axis of length 1 names none. */
export const sameView = (a: View, b: View): boolean =>
  a.slot === b.slot &&
  a.offset === b.offset &&
  equal(a.shape, b.shape) &&
  a.strides.every((stride, d) => stride === b.strides[d] || a.shape[d] === 1);

/**
 * The expression of `op` (reshape, transpose, broadcast, slice) applied to `expr` by rewriting its loads, or null
 * where a load cannot be viewed so (then the caller materialises it first).
 */
export function moveExpr(expr: Expr, op: string, attrs: Attrs): Expr | null {
  switch (expr.kind) {
    case "const":
      return expr;
    case "load": {
      if (expr.window !== undefined) return null;
      const view = moveView(expr.view, op, attrs);
      return view === null ? null : { kind: "load", view };
    }
    case "apply": {
      const args: Expr[] = [];
      for (const arg of expr.args) {
        const moved = moveExpr(arg, op, attrs);
        if (moved === null) return null;
        args.push(moved);
      }
      return { ...expr, args };
    }
    case "accumulator":
      // The host's coordinates are the moved ones already (see `withLeadingAxis` in emit.ts).
      return expr;
    default:
      return null;
  }
}

/** x * dw + dx * w: two products of one kind and shape become one kernel with two pairs. */
export function joinPairs(a: Expr, b: Expr): Expr | null {
  if (a.kind !== "heavy" || b.kind !== "heavy") return null;
  const [left, right] = [a.work, b.work];
  if (!("pairs" in left && "pairs" in right) || left.kind !== right.kind) return null;
  // Operand shapes count: a kernel walks the inner axes of all its pairs in the same loops.
  const signature = ({ pairs, ...rest }: typeof left): string =>
    JSON.stringify([rest, pairs[0].x.shape, pairs[0].w.shape]);
  if (signature(left) !== signature(right)) return null;
  if (left.pairs.length + right.pairs.length > 2) return null;
  return { ...b, work: { ...left, pairs: [...left.pairs, ...right.pairs] } };
}

/** `expr` with the kernel of `node` replaced. */
export function substitute(expr: Expr, node: NodeId, by: Expr): Expr {
  if (expr.kind === "heavy") return expr.node === node ? by : expr;
  if (expr.kind === "apply") return { ...expr, args: expr.args.map((a) => substitute(a, node, by)) };
  return expr;
}

/** The kernels that must run before or with `expr`, each once. */
export function heaviesOf(expr: Expr): Extract<Expr, { kind: "heavy" }>[] {
  const found: Extract<Expr, { kind: "heavy" }>[] = [];
  const walk = (e: Expr): void => {
    if (e.kind === "apply") e.args.forEach(walk);
    else if (e.kind === "heavy" && !found.some((f) => f.node === e.node)) found.push(e);
  };
  walk(expr);
  return found;
}

function moveView(view: View, op: string, attrs: Attrs): View | null {
  switch (op) {
    case "broadcast":
      return broadcastView(view, attrs.shape as Shape);
    case "transpose":
      return transposeView(view, attrs.perm as number[]);
    case "slice":
      return sliceView(view, attrs.start as number[], attrs.size as number[], attrs.stride as number[]);
    case "reshape":
      return reshapeView(view, attrs.shape as Shape);
    default:
      return null;
  }
}
