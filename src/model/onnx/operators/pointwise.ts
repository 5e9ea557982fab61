import { each, pairwise } from "../fold.ts";
import { isAnonymous } from "../names.ts";
import type { Constant } from "../tensor.ts";
import type { Tracer, Value } from "../tracer.ts";
import type { Call, Operator } from "./operator.ts";

/** Operators per element. */

/**
 * An operand of arithmetic. A tensor to which the exporter gave no name of a parameter (a normalisation, a mask, a
 * position table) is not trained; parameters of arithmetic keep theirs.
 */
function operand({ t }: Call, value: Value): Value {
  if (value.kind !== "weight" || !isAnonymous(value.name)) return value;
  t.heldConstant.add(value.name);
  return t.state(value);
}

const binary =
  (op: "add" | "sub" | "mul" | "div", f: (a: number, b: number) => number): Operator =>
  (call) => {
    const known = call.constants();
    if (known === null) return call.t.pointwise(op, operand(call, call.at(0)), operand(call, call.at(1)));
    const integers = known[0].element === "int";
    return pairwise(call.node, call.budget, known, integers ? (a, b) => Math.trunc(f(a, b)) : f);
  };

/** Any number of operands, by twos. */
const chain =
  (finish: (t: Tracer, sum: Value, count: number) => Value): Operator =>
  (call) => {
    const [first, ...others] = call.inputs.map((_, i) => operand(call, call.at(i)));
    const sum = others.reduce((a, b) => call.t.pointwise("add", a, b), first);
    return finish(call.t, sum, call.inputs.length);
  };

const unary =
  (lower: (t: Tracer, x: Value) => Value, f: (a: number) => number): Operator =>
  (call) => {
    const x = call.at(0);
    return x.kind === "constant" ? each(x, f) : lower(call.t, x);
  };

const own = (op: string, f: (a: number) => number): Operator => unary((t, x) => t.pointwise(op, x), f);

/** (1 + tanh(x/2)) / 2: no overflow at either end. */
function sigmoid(t: Tracer, x: Value): Value {
  const half = t.pointwise("mul", x, t.scalar(0.5));
  const grown = t.pointwise("add", t.pointwise("tanh", half), t.scalar(1));
  return t.pointwise("mul", grown, t.scalar(0.5));
}

/** min(max(x, low), high); an absent bound does not bind. */
function clipped(t: Tracer, x: Value, low: number | undefined, high: number | undefined): Value {
  const above = (bound: number): Value => t.pointwise("relu", t.pointwise("sub", x, t.scalar(bound)));
  if (low !== undefined && high !== undefined)
    return t.pointwise("add", t.pointwise("sub", above(low), above(high)), t.scalar(low));
  if (low !== undefined) return t.pointwise("add", above(low), t.scalar(low));
  return high === undefined ? x : t.pointwise("sub", x, above(high));
}

const clip: Operator = (call) => {
  const bound = (i: number, name: string): number | undefined => {
    if (call.t.opset >= 11) return call.known(i)?.data[0];
    return call.node.has(name) ? call.node.float(name, 0) : undefined;
  };
  // Exporters write the largest float for "no bound".
  const far = 3e38;
  const finite = (x: number | undefined): number | undefined =>
    x !== undefined && Math.abs(x) < far ? x : undefined;
  const [low, high] = [finite(bound(1, "min")), finite(bound(2, "max"))];
  if (low !== undefined && high !== undefined && low > high)
    call.node.refuse("min of at most max", `${low} and ${high}`);
  const x = call.at(0);
  if (x.kind !== "constant") return clipped(call.t, x, low, high);
  return each(x, (a) => Math.min(Math.max(a, low ?? a), high ?? a));
};

/** x where it is positive, slope x where it is negative. */
function leaky(t: Tracer, x: Value, slope: Value): Value {
  const negative = t.pointwise("relu", t.pointwise("neg", x));
  return t.pointwise("sub", t.pointwise("relu", x), t.pointwise("mul", slope, negative));
}

const leakyRelu: Operator = (call) =>
  leaky(call.t, call.at(0), call.t.scalar(call.node.float("alpha", 0.01)));

const hardSigmoid: Operator = (call) => {
  const { t, node } = call;
  const scaled = t.pointwise("mul", call.at(0), t.scalar(node.float("alpha", 0.2)));
  return clipped(t, t.pointwise("add", scaled, t.scalar(node.float("beta", 0.5))), 0, 1);
};

const hardSwish: Operator = (call) => {
  const { t } = call;
  const x = call.at(0);
  const gate = t.pointwise("add", t.pointwise("mul", x, t.scalar(1 / 6)), t.scalar(0.5));
  return t.pointwise("mul", x, clipped(t, gate, 0, 1));
};

/** x to an exponent known at load. */
const power: Operator = (call) => {
  const { t, node } = call;
  const known = call.constants();
  if (known !== null) return pairwise(node, call.budget, known, (a, b) => a ** b);
  const exponent = uniform(call.known(1));
  const x = call.at(0);
  const squared = (): Value => t.pointwise("mul", x, x);
  if (exponent === 1) return x;
  if (exponent === 2) return squared();
  if (exponent === 3) return t.pointwise("mul", squared(), x);
  if (exponent === 0.5) return t.pointwise("sqrt", x);
  if (exponent === -0.5) return t.pointwise("rsqrt", x);
  if (exponent === -1) return t.pointwise("div", t.scalar(1), x);
  return node.refuse("an exponent of 1, 2, 3, 0.5, -0.5 or -1", `${exponent ?? "several"}`);
};

const uniform = (c: Constant | undefined): number | undefined =>
  c !== undefined && Array.from(c.data).every((x) => x === c.data[0]) ? c.data[0] : undefined;

export const pointwise = {
  Add: binary("add", (a, b) => a + b),
  Sub: binary("sub", (a, b) => a - b),
  Mul: binary("mul", (a, b) => a * b),
  Div: binary("div", (a, b) => a / b),
  Sum: chain((_t, sum) => sum),
  Mean: chain((t, sum, count) => t.pointwise("mul", sum, t.scalar(1 / count))),
  Pow: power,
  Neg: own("neg", (a) => -a),
  Exp: own("exp", Math.exp),
  Log: own("log", Math.log),
  Sqrt: own("sqrt", Math.sqrt),
  Reciprocal: unary(
    (t, x) => t.pointwise("div", t.scalar(1), x),
    (a) => 1 / a,
  ),
  Tanh: own("tanh", Math.tanh),
  Relu: own("relu", (a) => Math.max(a, 0)),
  Sigmoid: unary(sigmoid, (a) => 1 / (1 + Math.exp(-a))),
  LeakyRelu: leakyRelu,
  PRelu: (call) => leaky(call.t, call.at(0), call.at(1)),
  Clip: clip,
  HardSigmoid: hardSigmoid,
  HardSwish: hardSwish,
} satisfies Record<string, Operator>;
