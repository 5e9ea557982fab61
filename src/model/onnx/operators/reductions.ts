import { sizeOf } from "../../graph.ts";
import { reduce } from "../fold.ts";
import { type Constant, constant } from "../tensor.ts";
import { identity, type Tracer, type Value } from "../tracer.ts";
import { dropped } from "./movement.ts";
import type { Call, Operator } from "./operator.ts";

/** Reductions over axes, and what is made of them. */

/** Applies one of our reductions over ONNX axes, which stay with size 1. */
export function reduced(t: Tracer, op: "sum" | "max", value: Value, axes: readonly number[]): Value {
  const { node, axes: order } = t.trace(value);
  const own = identity(order.length).filter((k) => axes.includes(order[k]));
  return t.traced(t.op(op, [node], { axes: own }), order);
}

export const mean = (t: Tracer, x: Value, axes: readonly number[]): Value =>
  t.pointwise("mul", reduced(t, "sum", x, axes), t.scalar(1 / sizeOf(axes.map((a) => t.shape(x)[a]))));

interface Reduction {
  readonly lower: (t: Tracer, x: Value, axes: readonly number[]) => Value;
  readonly start: number;
  readonly join: (a: number, b: number) => number;
  /** What the sum is divided by in the end. */
  readonly divisor: (count: number) => number;
  /** The opset in which the axes became an input. */
  readonly inputSince: number;
}

const reduction =
  ({ lower, start, join, divisor, inputSince }: Reduction): Operator =>
  (call) => {
    const x = call.operand(0);
    const shape = call.shape(0);
    const given = call.integersOr(1, "axes", inputSince);
    const keep = call.node.int("keepdims", 1) === 1;
    const noop = call.node.int("noop_with_empty_axes", 0) === 1;
    const none = given === undefined || given.length === 0;
    if (none && noop) return x;
    const axes = none ? identity(shape.length) : call.axes(given, shape.length);
    const kept = x.kind === "constant" ? folded(call, x, axes) : lower(call.t, x, axes);
    return keep ? kept : dropped(call, kept, axes);
    function folded(at: Call, value: Constant, over: readonly number[]): Constant {
      const total = reduce(at.node, at.budget, value, over, start, join);
      const by = divisor(sizeOf(over.map((a) => shape[a])));
      return constant(
        value.element,
        total.shape,
        Array.from(total.data, (v) => v / by),
      );
    }
  };

/** Softmax of an axis; before opset 13 of all axes from `axis` on. */
const softmaxOver =
  (finish: (t: Tracer, exp: Value, shifted: Value, sum: Value) => Value): Operator =>
  (call) => {
    const { t, node } = call;
    const rank = call.shape(0).length;
    const axis = call.axis(node.int("axis", t.opset >= 13 ? -1 : 1), rank);
    const axes = t.opset >= 13 ? [axis] : identity(rank).slice(axis);
    const x = call.at(0);
    const peak = t.trace(reduced(t, "max", x, axes));
    const held = t.traced(t.op("stopGradient", [peak.node]), peak.axes);
    const shifted = t.pointwise("sub", x, held);
    const exp = t.pointwise("exp", shifted);
    return finish(t, exp, shifted, reduced(t, "sum", exp, axes));
  };

const one = (): number => 1;
const total = (t: Tracer, x: Value, axes: readonly number[]): Value => reduced(t, "sum", x, axes);
const largest = (t: Tracer, x: Value, axes: readonly number[]): Value => reduced(t, "max", x, axes);
const squares = (t: Tracer, x: Value, axes: readonly number[]): Value =>
  total(t, t.pointwise("mul", x, x), axes);
const add = (a: number, b: number): number => a + b;

const productOf: Operator = (call) => {
  call.folded(0);
  return reduction({
    lower: (_t, x) => x,
    ...{ start: 1, join: (a, b) => a * b, divisor: one, inputSince: 18 },
  })(call);
};

export const reductions = {
  ReduceMean: reduction({ lower: mean, start: 0, join: add, divisor: (n) => n, inputSince: 18 }),
  ReduceSum: reduction({ lower: total, start: 0, join: add, divisor: one, inputSince: 13 }),
  ReduceMax: reduction({
    lower: largest,
    ...{ start: Number.NEGATIVE_INFINITY, join: Math.max, divisor: one, inputSince: 18 },
  }),
  ReduceMin: reduction({
    lower: (t, x, axes) => t.pointwise("neg", largest(t, t.pointwise("neg", x), axes)),
    ...{ start: Number.POSITIVE_INFINITY, join: Math.min, divisor: one, inputSince: 18 },
  }),
  ReduceSumSquare: reduction({
    lower: squares,
    ...{ start: 0, join: (a, b) => a + b * b, divisor: one, inputSince: 18 },
  }),
  ReduceL2: reduction({
    lower: (t, x, axes) => t.pointwise("sqrt", squares(t, x, axes)),
    ...{ start: 0, join: Math.hypot, divisor: one, inputSince: 18 },
  }),
  ReduceProd: productOf,
  Softmax: softmaxOver((t, exp, _shifted, sum) => t.pointwise("div", exp, sum)),
  LogSoftmax: softmaxOver((t, _exp, shifted, sum) => t.pointwise("sub", shifted, t.pointwise("log", sum))),
} satisfies Record<string, Operator>;
