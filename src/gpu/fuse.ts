/**
 * Kernels to be, before they are written down: a host (matrix product, convolution, reduction, or none) and the
 * expressions that it stores. Four passes make fewer of them: small ones that wait for nothing go first; a pointwise kernel joins the one that made its youngest
 * operand, which still holds that operand in registers; reductions over the same axes share one walk; and what nobody
 * reads any more is not stored.
 */

import { sameShape } from "../autograd/ops/op.ts";
import { type NodeId, type Shape, sizeOf } from "../model/graph.ts";
import { type Expr, type Heavy, loadsOf, moveExpr, operandViews, sameView } from "./expr.ts";
import type { Output } from "./kernels/elementwise.ts";
import { reduceShares } from "./kernels/reduce.ts";
import type { KernelChoices } from "./tiling.ts";
import { reshapeView, type Slot } from "./view.ts";

export interface Work {
  readonly label: string;
  readonly host: { readonly node: NodeId; readonly work: Heavy; readonly shape: Shape } | null;
  /** All of one shape. Where there is a host, their expressions contain it as `accumulator`. */
  readonly outputs: readonly Output[];
}

/** What a kernel may bind, and how its work is laid out. */
export interface Bounds {
  /** Storage buffers. */
  readonly maxBindings: number;
  /** Vectors per product. */
  readonly probes: number;
  /** Tilings other than the usual ones. */
  readonly choices?: KernelChoices;
  /** A software adapter runs the kernels: it has other usual tilings. */
  readonly processor?: boolean;
}

/** The works of both programs, fewer: `kept` are slots that the caller reads. */
export function fused(
  [primal, tangent]: readonly [readonly Work[], readonly Work[]],
  kept: ReadonlySet<Slot>,
  bounds: Bounds,
): [Work[], Work[]] {
  const fewer = (works: readonly Work[], readElsewhere: (slot: Slot) => boolean): Work[] => {
    // Reductions join before epilogues use up their bindings, and once more when epilogues hold what stood between them and
    // what nobody reads is gone.
    const joined = dropUnread(
      joinEpilogues(joinReductions(smallFirst(works), bounds), bounds),
      readElsewhere,
    );
    return dropUnread(joinReductions(joined, bounds), readElsewhere);
  };
  const perProduct = fewer(tangent, (slot) => kept.has(slot));
  const residuals = new Set(perProduct.flatMap(slotsRead));
  return [fewer(primal, (slot) => kept.has(slot) || residuals.has(slot)), perProduct];
}

/** Whether one kernel may do all of a work. */
const allowed = (work: Work, bounds: Bounds): boolean =>
  bindingsOf(work) <= bounds.maxBindings && writesApart(work.outputs, bounds);

/**
 * Whether one kernel may store all of these. Tensors of one parameter vector are bound with all its columns, so with
 * several probes their ranges interleave, and WebGPU forbids a kernel to write to two ranges that overlap.
 */
export function writesApart(outputs: readonly Output[], { probes }: Bounds): boolean {
  const slots = new Set(outputs.map(({ view }) => view.slot).filter((slot) => slot.probeStride > 0));
  const vectors = [...slots].flatMap((slot) => slot.vector ?? []);
  return probes === 1 || new Set(vectors).size === vectors.length;
}

/** Storage buffers that a kernel of this work binds, or the one of its two kernels that binds more. */
function bindingsOf({ host, outputs }: Work): number {
  const slots = new Set<Slot>();
  const epilogue = new Set<Slot>();
  for (const { expr, view } of outputs) {
    slots.add(view.slot);
    for (const { view: read } of loadsOf(expr)) epilogue.add(read.slot);
  }
  const stored = slots.size + epilogue.size;
  if (host === null) return stored;
  const { work } = host;
  const own = new Set(operandViews(work).map((v) => v.slot)).size;
  // The weight gradient and split reductions store through a second pass, which binds the partial sums instead.
  if (work.kind === "conv" && work.mode === "weight") return stored + 1;
  if (work.kind !== "reduce" || reduceShares(work) === 1) return stored + own;
  const partials = work.inputs.length;
  return Math.max(own + partials, stored + partials);
}

/** Elements below which a tensor may wait in memory for long, and recomputing a short expression beats a dispatch. */
export const SMALL = 4096;

/**
 * Moves each small pointwise work up to right behind what makes its youngest operand, and to the front where nothing does. Such a
 * work, a scale per channel say, would otherwise stand between a kernel and the pointwise work that could be its epilogue.
 */
function smallFirst(works: readonly Work[]): Work[] {
  const behind = new Map<Slot, number>();
  const places = works.map((work, i) => {
    const small = work.host === null && sizeOf(work.outputs[0].view.shape) <= SMALL;
    const place = small ? Math.max(-1, ...slotsRead(work).map((slot) => behind.get(slot) ?? -1)) : i;
    for (const { view } of work.outputs) behind.set(view.slot, place);
    return { work, place };
  });
  return places.toSorted((a, b) => a.place - b.place).map(({ work }) => work);
}

/** Moves pointwise works into the epilogue of the work that computes their youngest operand. */
function joinEpilogues(works: readonly Work[], bounds: Bounds): Work[] {
  const joined: (Work | null)[] = [...works];
  const writer = new Map<Slot, number>();
  works.forEach((work, i) => {
    const target = work.host === null ? youngest(work, writer) : -1;
    const merged = target < 0 ? null : join(joined[target] as Work, work, bounds);
    if (merged === null) for (const { view } of work.outputs) writer.set(view.slot, i);
    else {
      joined[target] = merged;
      joined[i] = null;
      for (const { view } of work.outputs) writer.set(view.slot, target);
    }
  });
  return joined.filter((w) => w !== null);
}

/** The place of the work that writes the last of a work's operands; -1 if all of them come from elsewhere. */
function youngest(work: Work, writer: ReadonlyMap<Slot, number>): number {
  const places = work.outputs.flatMap(({ expr }) =>
    loadsOf(expr).map(({ view }) => writer.get(view.slot) ?? -1),
  );
  return Math.max(-1, ...places);
}

function join(into: Work, work: Work, bounds: Bounds): Work | null {
  const shaped = inShape(work.outputs, into.outputs[0].view.shape);
  if (shaped === null) return null;
  const outputs = [...into.outputs];
  for (const { expr, view } of shaped) {
    const replaced = inRegisters(expr, into.outputs);
    if (replaced === null) return null;
    outputs.push({ expr: replaced, view });
  }
  const merged = { ...into, outputs };
  return allowed(merged, bounds) ? merged : null;
}

/** `outputs` with axes of length 1 put in or left out so that their shape is `shape`; null where they differ in more. */
function inShape(outputs: readonly Output[], shape: Shape): readonly Output[] | null {
  const own = outputs[0].view.shape;
  if (sameShape(own, shape)) return outputs;
  const longer = (s: Shape): number[] => s.filter((size) => size !== 1);
  // The innermost axis stays the one whose elements lie in the lanes of a vec4.
  if (own.at(-1) !== shape.at(-1) || !sameShape(longer(own), longer(shape))) return null;
  const moved: Output[] = [];
  for (const output of outputs) {
    const expr = moveExpr(output.expr, "reshape", { shape });
    const view = reshapeView(output.view, shape);
    if (expr === null || view === null) return null;
    moved.push({ expr, view });
  }
  return moved;
}

/** `expr` with loads of what `outputs` store replaced by what they compute; null if one is read at other places. */
function inRegisters(expr: Expr, outputs: readonly Output[]): Expr | null {
  if (expr.kind === "apply") {
    const args: Expr[] = [];
    for (const arg of expr.args) {
      const replaced = inRegisters(arg, outputs);
      if (replaced === null) return null;
      args.push(replaced);
    }
    return { ...expr, args };
  }
  if (expr.kind !== "load" && expr.kind !== "relinearise") return expr;
  const source = outputs.find((o) => o.view.slot === expr.view.slot);
  if (source === undefined) return expr;
  const plain = expr.kind === "load" && expr.window === undefined && sameView(expr.view, source.view);
  return plain ? source.expr : null;
}

/**
 * Reductions of one shape over the same axes become one, so that what they share is read once: the sums behind the
 * gradients of a BatchNorm's scale and shift, for one. A later reduction moves up to an earlier one if all that it
 * reads is there by then; what only its epilogue reads may be a result of the earlier one, still in registers.
 */
function joinReductions(works: readonly Work[], bounds: Bounds): Work[] {
  const joined: (Work | null)[] = [...works];
  const writer = new Map<Slot, number>();
  const latest = new Map<string, number>();
  works.forEach((work, i) => {
    const key = reductionKey(work);
    const target = key === null ? undefined : latest.get(key);
    const readyAt = (slots: readonly Slot[]): number =>
      Math.max(-1, ...slots.map((slot) => writer.get(slot) ?? -1));
    const ready =
      target !== undefined && readyAt(operandsRead(work)) < target && readyAt(slotsRead(work)) <= target;
    const merged = ready ? sideBySide(joined[target] as Work, work) : null;
    if (merged === null || !allowed(merged, bounds)) {
      if (key !== null) latest.set(key, i);
      for (const { view } of work.outputs) writer.set(view.slot, i);
      return;
    }
    joined[target as number] = merged;
    joined[i] = null;
    for (const { view } of work.outputs) writer.set(view.slot, target as number);
  });
  return joined.filter((w) => w !== null);
}

function reductionKey({ host, outputs }: Work): string | null {
  if (host === null || host.work.kind !== "reduce") return null;
  const { fn, axes, inputShape } = host.work;
  return JSON.stringify([fn, axes, inputShape, outputs[0].view.shape]);
}

function sideBySide(a: Work, b: Work): Work | null {
  const [left, right] = [a.host?.work, b.host?.work];
  if (a.host === null || left?.kind !== "reduce" || right?.kind !== "reduce") return null;
  const inputs = [...left.inputs, ...right.inputs];
  const moved: Output[] = [];
  for (const { expr, view } of b.outputs) {
    const replaced = inRegisters(renumber(expr, left.inputs.length), a.outputs);
    if (replaced === null) return null;
    moved.push({ expr: replaced, view });
  }
  return { ...a, host: { ...a.host, work: { ...left, inputs } }, outputs: [...a.outputs, ...moved] };
}

/** `expr` with its accumulators counted from `first`. */
function renumber(expr: Expr, first: number): Expr {
  if (expr.kind === "accumulator") return { ...expr, index: expr.index + first };
  if (expr.kind === "apply") return { ...expr, args: expr.args.map((arg) => renumber(arg, first)) };
  return expr;
}

/** Drops outputs that no work reads and nobody keeps, and works that then store nothing. */
function dropUnread(works: readonly Work[], readElsewhere: (slot: Slot) => boolean): Work[] {
  const kept: Work[] = [];
  const read = new Set<Slot>();
  for (const work of [...works].reverse()) {
    const outputs = work.outputs.filter(
      ({ view: { slot } }) => slot.kind === "vector" || read.has(slot) || readElsewhere(slot),
    );
    if (outputs.length === 0) continue;
    const needed = { ...work, outputs };
    for (const slot of slotsRead(needed)) read.add(slot);
    kept.push(needed);
  }
  return kept.reverse();
}

/** Slots that a work reads. */
export function slotsRead(work: Work): Slot[] {
  return [
    ...work.outputs.flatMap(({ expr }) => loadsOf(expr).map(({ view }) => view.slot)),
    ...operandsRead(work),
  ];
}

/** Slots that its host reads. */
const operandsRead = ({ host }: Work): Slot[] =>
  host === null ? [] : operandViews(host.work).map(({ slot }) => slot);
