/** Cuts an expression down to what one kernel can do: one host, and no more operands than it may bind. */

import type { Shape } from "../model/graph.ts";
import { costOf, type Expr, type Heavy, heaviesOf, operandViews, substitute } from "./expr.ts";

/** Computes a part of the expression beforehand, into a slot of its own, and gives its load. */
export type Spill = (part: Expr, shape: Shape) => Expr;

/** All kernels inside an expression but one get slots of their own. */
export function withOneHost(expr: Expr, shape: Shape, spill: Spill): Expr {
  let ready = expr;
  const heavies = heaviesOf(expr);
  // The costliest hosts the epilogue: it is the one whose result is worth not writing.
  const host = heavies.find((h) => "pairs" in h.work) ?? heavies[0];
  for (const heavy of heavies) {
    if (heavy === host && heavy.shape.length === shape.length) continue;
    ready = substitute(ready, heavy.node, spill(heavy, heavy.shape));
  }
  return ready;
}

/** Operands that a kernel of this work binds, before its epilogue. */
const operandsOf = (work: Heavy): number =>
  work.kind === "reduce"
    ? work.inputs.reduce((n, input) => n + costOf(input).loads.length, 0)
    : operandViews(work).length;

/** Spills parts of an expression until a kernel can bind all that it reads. */
export function withinBindings(expr: Expr, shape: Shape, maxBindings: number, spill: Spill): Expr {
  const [host] = heaviesOf(expr);
  const hosted = host === undefined ? 1 : operandsOf(host.work);
  const most = maxBindings - 1 - hosted;
  if (costOf(expr).loads.length <= most) return expr;
  // A reduction may read so much itself that nothing is left for its epilogue.
  if (host?.work.kind === "reduce") {
    const reduced = substitute(expr, host.node, spill(host, host.shape));
    return withinBindings(reduced, shape, maxBindings, spill);
  }
  if (expr.kind !== "apply") throw new Error("internal: a single operand exceeds the bindings of a kernel");
  const parts = expr.args.map((arg) => ({ arg, cost: costOf(arg) }));
  const spillable = parts.filter((p) => p.cost.heavies === 0 && p.cost.applies > 0);
  const largest = spillable.sort((a, b) => b.cost.loads.length - a.cost.loads.length)[0];
  if (largest === undefined) {
    // Everything hangs below the kernel's own argument: narrow that down.
    const args = expr.args.map((a) =>
      costOf(a).heavies > 0 ? withinBindings(a, shape, maxBindings, spill) : a,
    );
    return { ...expr, args };
  }
  const spilled = spill(withinBindings(largest.arg, shape, maxBindings, spill), shape);
  const args = expr.args.map((a) => (a === largest.arg ? spilled : a));
  return withinBindings({ ...expr, args }, shape, maxBindings, spill);
}
