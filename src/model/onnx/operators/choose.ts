import { each, pairwise } from "../fold.ts";
import { constant, type Element } from "../tensor.ts";
import type { Tracer, Value } from "../tracer.ts";
import type { Operator } from "./operator.ts";

/** Comparisons, logic, and choices between elements. In our graph a truth value is the number 0 or 1. */

const truth = (x: boolean): number => (x ? 1 : 0);

const positive = (t: Tracer, a: Value, b: Value): Value => t.pointwise("step", t.pointwise("sub", a, b));
const not = (t: Tracer, a: Value): Value => t.pointwise("sub", t.scalar(1), a);

/** Of two operands: folded where both are constants, else by our ops. */
const joined =
  (
    f: (a: number, b: number) => number,
    lower: (t: Tracer, a: Value, b: Value) => Value,
    element?: Element,
  ): Operator =>
  (call) => {
    const known = call.constants();
    if (known !== null) return pairwise(call.node, call.budget, known, f, element);
    return lower(call.t, call.operand(0), call.operand(1));
  };

const compare = (f: (a: number, b: number) => boolean, lower: (t: Tracer, a: Value, b: Value) => Value) =>
  joined((a, b) => truth(f(a, b)), lower, "bool");

const negation: Operator = (call) => {
  const x = call.operand(0);
  return x.kind === "constant" ? each(x, (a) => truth(a === 0), "bool") : not(call.t, x);
};

/** A computed value is taken for a number: where the network makes NaN on purpose, the loss would be NaN as well. */
const isNaNOf: Operator = (call) => {
  const x = call.operand(0);
  if (x.kind === "constant") return each(x, (a) => truth(Number.isNaN(a)), "bool");
  const shape = call.shape(0);
  const count = call.budget.take(call.node, shape);
  return constant("bool", shape, new Float64Array(count));
};

const where: Operator = (call) => {
  const { t, node, budget } = call;
  const [test, a, b] = [0, 1, 2].map((i) => call.operand(i));
  const known = call.constants();
  if (known !== null) {
    const element = known[1].element;
    const taken = pairwise(node, budget, [known[0], known[1]], (m, x) => (m === 0 ? 0 : x), element);
    const left = pairwise(node, budget, [known[0], known[2]], (m, x) => (m === 0 ? x : 0), element);
    return pairwise(node, budget, [taken, left], (x, y) => x + y);
  }
  return t.pointwise("select", test, a, b);
};

/** Of two equal ones the second has the derivative. */
const larger = (t: Tracer, a: Value, b: Value): Value => t.pointwise("select", positive(t, a, b), a, b);
const smaller = (t: Tracer, a: Value, b: Value): Value => t.pointwise("select", positive(t, b, a), a, b);

/** Any number of operands, by twos. */
const folding =
  (f: (a: number, b: number) => number, lower: (t: Tracer, a: Value, b: Value) => Value): Operator =>
  (call) => {
    const known = call.constants();
    if (known !== null) return known.reduce((a, b) => pairwise(call.node, call.budget, [a, b], f));
    return call.inputs.map((_, i) => call.operand(i)).reduce((a, b) => lower(call.t, a, b));
  };

export const choose = {
  Equal: compare(
    (a, b) => a === b,
    (t, a, b) => t.pointwise("eq", a, b),
  ),
  Less: compare(
    (a, b) => a < b,
    (t, a, b) => positive(t, b, a),
  ),
  LessOrEqual: compare(
    (a, b) => a <= b,
    (t, a, b) => not(t, positive(t, a, b)),
  ),
  Greater: compare((a, b) => a > b, positive),
  GreaterOrEqual: compare(
    (a, b) => a >= b,
    (t, a, b) => not(t, positive(t, b, a)),
  ),
  And: compare(
    (a, b) => a !== 0 && b !== 0,
    (t, a, b) => t.pointwise("mul", a, b),
  ),
  Or: compare(
    (a, b) => a !== 0 || b !== 0,
    (t, a, b) => not(t, t.pointwise("mul", not(t, a), not(t, b))),
  ),
  Xor: compare(
    (a, b) => (a === 0) !== (b === 0),
    (t, a, b) => not(t, t.pointwise("eq", a, b)),
  ),
  Not: negation,
  IsNaN: isNaNOf,
  Where: where,
  Max: folding(Math.max, larger),
  Min: folding(Math.min, smaller),
} satisfies Record<string, Operator>;
