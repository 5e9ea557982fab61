import { sizeOf } from "../../graph.ts";
import { each, pairwise, reduce } from "../fold.ts";
import { type Constant, constant } from "../tensor.ts";
import { identity } from "../tracer.ts";
import type { Call, Operator } from "./operator.ts";

/** Operators that exist at load only: they make the shapes and masks that exporters compute inside the graph. */

const made: Operator = ({ node }) => {
  const tensor = node.tensor("value");
  if (tensor !== undefined) return tensor;
  if (node.has("value_float")) return constant("float", [], [node.float("value_float", 0)]);
  if (node.has("value_int")) return constant("int", [], [node.int("value_int", 0)]);
  const floats = node.floats("value_floats");
  if (floats !== undefined) return constant("float", [floats.length], floats);
  const ints = node.ints("value_ints");
  if (ints !== undefined) return constant("int", [ints.length], ints);
  return node.refuse("a dense tensor of numbers", "another kind of value");
};

const constantOfShape: Operator = (call) => {
  const shape = call.integers(0) ?? call.node.refuse("a shape", "none");
  const value = call.node.tensor("value") ?? constant("float", [1], [0]);
  if (value.data.length !== 1) call.node.refuse("a value of one element", `${value.data.length}`);
  const count = call.budget.take(call.node, shape);
  return constant(value.element, shape, new Float64Array(count).fill(value.data[0]));
};

const shapeOf: Operator = (call) => {
  const shape = call.shape(0);
  const [start, end] = [call.node.int("start", 0), call.node.int("end", shape.length)];
  const part = shape.slice(start, end);
  return constant("int", [part.length], part);
};

const size: Operator = (call) => constant("int", [], [sizeOf(call.shape(0))]);

const range: Operator = (call) => {
  const [start, limit, step] = [0, 1, 2].map((i) => needed(call, i).data[0]);
  const length = Math.max(0, Math.ceil((limit - start) / step));
  const count = call.budget.take(call.node, [length]);
  return constant(
    needed(call, 0).element,
    [length],
    Float64Array.from({ length: count }, (_, i) => start + i * step),
  );
};

const needed = (call: Call, i: number): Constant =>
  call.known(i) ?? call.node.refuse(`an input ${i}`, "none");

const compare =
  (f: (a: number, b: number) => boolean): Operator =>
  (call) =>
    pairwise(call.node, call.budget, [needed(call, 0), needed(call, 1)], (a, b) => (f(a, b) ? 1 : 0), "bool");

const unary =
  (f: (a: number) => number): Operator =>
  (call) =>
    each(needed(call, 0), f);

const modulo: Operator = (call) => {
  const truncated = call.node.int("fmod", 0) === 1;
  const floor = (a: number, b: number): number => a - b * Math.floor(a / b);
  return pairwise(
    call.node,
    call.budget,
    [needed(call, 0), needed(call, 1)],
    truncated ? (a, b) => a % b : floor,
  );
};

const where: Operator = (call) => {
  const [test, a, b] = [0, 1, 2].map((i) => needed(call, i));
  const { node, budget } = call;
  const taken = pairwise(node, budget, [test, a], (t, x) => (t === 0 ? 0 : x), a.element);
  const left = pairwise(node, budget, [test, b], (t, x) => (t === 0 ? x : 0), b.element);
  return pairwise(node, budget, [taken, left], (x, y) => x + y);
};

const reduceProduct: Operator = (call) => {
  const x = needed(call, 0);
  const axes = call.integersOr(1, "axes", 18) ?? identity(x.shape.length);
  const kept = reduce(call.node, call.budget, x, call.axes(axes, x.shape.length), 1, (a, b) => a * b);
  if (call.node.int("keepdims", 1) === 1) return kept;
  const gone = call.axes(axes, x.shape.length);
  return constant(
    x.element,
    x.shape.filter((_, axis) => !gone.includes(axis)),
    kept.data,
  );
};

export const constants = {
  Constant: made,
  ConstantOfShape: constantOfShape,
  Shape: shapeOf,
  Size: size,
  Range: range,
  Equal: compare((a, b) => a === b),
  Less: compare((a, b) => a < b),
  LessOrEqual: compare((a, b) => a <= b),
  Greater: compare((a, b) => a > b),
  GreaterOrEqual: compare((a, b) => a >= b),
  And: compare((a, b) => a !== 0 && b !== 0),
  Or: compare((a, b) => a !== 0 || b !== 0),
  Not: unary((a) => (a === 0 ? 1 : 0)),
  Floor: unary(Math.floor),
  Ceil: unary(Math.ceil),
  Abs: unary(Math.abs),
  Mod: modulo,
  Where: where,
  ReduceProd: reduceProduct,
} satisfies Record<string, Operator>;
