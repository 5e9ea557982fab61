import { printShape } from "../errors.ts";
import { type Shape, sizeOf } from "../graph.ts";
import { limits } from "../limits.ts";
import type { OnnxNode } from "./node.ts";
import { type Constant, constant, type Element } from "./tensor.ts";

/** Arithmetic on values that are known at load: the shapes that exporters compute inside the graph. */

export const product = (sizes: readonly number[]): number => sizes.reduce((a, b) => a * b, 1);

/** Row-major strides. */
export function stridesOf(shape: Shape): number[] {
  const strides = shape.map(() => 1);
  for (let axis = shape.length - 2; axis >= 0; axis--) strides[axis] = strides[axis + 1] * shape[axis + 1];
  return strides;
}

/** How much one file may still write while it is folded. */
export class FoldBudget {
  readonly #all: number;
  #left: number;

  /** @param samples of the batch: masks are folded for each */
  constructor(samples: number) {
    this.#all = limits.onnxFoldedElements + samples * limits.onnxFoldedElementsPerSample;
    this.#left = this.#all;
  }

  /** Elements of a new value. Refuses what would exhaust the budget, before anything is allocated. */
  take(node: OnnxNode, shape: Shape): number {
    if (shape.some((n) => !Number.isSafeInteger(n) || n < 0))
      node.refuse("sizes of at least 0", printShape(shape));
    if (shape.length > limits.rank) node.refuse(`at most ${limits.rank} axes`, `${shape.length}`);
    const count = sizeOf(shape);
    this.#left -= count;
    if (!(this.#left >= 0))
      node.refuse(
        `constants of at most ${this.#all} elements in all`,
        `shape ${printShape(shape)}`,
        "Store the large constant in the file instead of computing it, or use a smaller batch",
      );
    return count;
  }
}

/** Elements of `x` in the order of a strided walk: element (i, j, ...) is x[offset + i * strides[0] + j * strides[1] ...]. */
export function gatherStrided(
  x: Constant,
  shape: Shape,
  offset: number,
  strides: readonly number[],
  count: number,
): Constant {
  const out = new Float64Array(count);
  const index = shape.map(() => 0);
  let at = offset;
  for (let i = 0; i < count; i++) {
    out[i] = x.data[at];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      at += strides[axis];
      if (++index[axis] < shape[axis]) break;
      at -= strides[axis] * shape[axis];
      index[axis] = 0;
    }
  }
  return constant(x.element, shape, out);
}

/** numpy's common shape; null where there is none. */
export function commonShape(a: Shape, b: Shape): number[] | null {
  const rank = Math.max(a.length, b.length);
  const shape: number[] = [];
  for (let axis = 0; axis < rank; axis++) {
    const [m, n] = [a[axis - rank + a.length] ?? 1, b[axis - rank + b.length] ?? 1];
    if (m !== n && m !== 1 && n !== 1) return null;
    shape.push(m === 1 ? n : m);
  }
  return shape;
}

export function broadcastTo(node: OnnxNode, budget: FoldBudget, x: Constant, shape: Shape): Constant {
  const own = stridesOf(x.shape);
  const lead = shape.length - x.shape.length;
  const strides = shape.map((_, axis) => (axis < lead || x.shape[axis - lead] === 1 ? 0 : own[axis - lead]));
  return gatherStrided(x, shape, 0, strides, budget.take(node, shape));
}

/** Applies `f` to each pair of elements. */
export function pairwise(
  node: OnnxNode,
  budget: FoldBudget,
  [a, b]: readonly Constant[],
  f: (a: number, b: number) => number,
  element: Element = a.element,
): Constant {
  const shape = commonShape(a.shape, b.shape);
  if (shape === null)
    return node.refuse("shapes that broadcast", `${printShape(a.shape)} and ${printShape(b.shape)}`);
  const [x, y] = [broadcastTo(node, budget, a, shape), broadcastTo(node, budget, b, shape)];
  return constant(
    element,
    shape,
    Float64Array.from(x.data, (v, i) => f(v, y.data[i])),
  );
}

export function each(x: Constant, f: (a: number) => number, element: Element = x.element): Constant {
  return constant(element, x.shape, Float64Array.from(x.data, f));
}

/** Folds `join` over `axes`, which stay with size 1. */
export function reduce(
  node: OnnxNode,
  budget: FoldBudget,
  x: Constant,
  axes: readonly number[],
  start: number,
  join: (a: number, b: number) => number,
): Constant {
  const shape = x.shape.map((n, axis) => (axes.includes(axis) ? 1 : n));
  const out = new Float64Array(budget.take(node, shape)).fill(start);
  const [from, to] = [stridesOf(x.shape), stridesOf(shape)];
  for (let i = 0; i < x.data.length; i++) {
    let at = 0;
    for (let axis = 0; axis < shape.length; axis++)
      if (shape[axis] !== 1) at += (Math.floor(i / from[axis]) % x.shape[axis]) * to[axis];
    out[at] = join(out[at], x.data[i]);
  }
  return constant(x.element, shape, out);
}
