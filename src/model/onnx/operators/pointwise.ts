import { gelu, geluTanh } from "../../transformer.ts";
import { each, pairwise } from "../fold.ts";
import { LOWEST } from "../numbers.ts";
import type { Constant } from "../tensor.ts";
import type { Traced, Tracer, Value } from "../tracer.ts";
import type { Operator } from "./operator.ts";

/** Operators per element. */

const binary =
  (op: "add" | "sub" | "mul" | "div", f: (a: number, b: number) => number): Operator =>
  (call) => {
    const known = call.constants();
    if (known === null) return call.t.pointwise(op, call.operand(0), call.operand(1));
    const integers = known[0].element === "int";
    return pairwise(call.node, call.budget, known, integers ? (a, b) => Math.trunc(f(a, b)) : f);
  };

/** Any number of operands, by twos. */
const chain =
  (finish: (t: Tracer, sum: Value, count: number) => Value): Operator =>
  (call) => {
    const [first, ...others] = call.inputs.map((_, i) => call.operand(i));
    const sum = others.reduce((a, b) => call.t.pointwise("add", a, b), first);
    return finish(call.t, sum, call.inputs.length);
  };

const unary =
  (lower: (t: Tracer, x: Value) => Value, f: (a: number) => number): Operator =>
  (call) => {
    const x = call.operand(0);
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
const clipped = (t: Tracer, x: Value, low = LOWEST, high = -LOWEST): Value =>
  t.pointwise("clip", x, t.scalar(low), t.scalar(high));

const clip: Operator = (call) => {
  const bound = (i: number, name: string): number | undefined => {
    if (call.t.opset >= 11) return call.known(i)?.data[0];
    return call.node.has(name) ? call.node.float(name, 0) : undefined;
  };
  // Exporters write the largest float for "no bound".
  const finite = (x: number | undefined): number | undefined =>
    x !== undefined && Math.abs(x) < -LOWEST ? x : undefined;
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

/** x to a power: whole and half exponents known at load by products and roots, which GPUs compute more exactly. */
const power: Operator = (call) => {
  const { t, node } = call;
  const known = call.constants();
  if (known !== null) return pairwise(node, call.budget, known, (a, b) => a ** b);
  const [x, y] = [call.operand(0), call.operand(1)];
  const exponent = y.kind === "traced" || t.perBatch.has(constantOf(y)) ? undefined : uniform(constantOf(y));
  const size = Math.abs(exponent ?? Number.NaN);
  if (exponent === undefined || !Number.isInteger(2 * size) || size > 16) return t.pointwise("pow", x, y);
  if (exponent === -0.5) return t.pointwise("rsqrt", x);
  const positive = raised(t, x, size);
  return exponent < 0 ? t.pointwise("div", t.scalar(1), positive) : positive;
};

const constantOf = (value: Exclude<Value, Traced>): Constant =>
  value.kind === "weight" ? value.value : value;

/** x^size for whole and half sizes, by squaring. */
function raised(t: Tracer, x: Value, size: number): Value {
  const factors: Value[] = Number.isInteger(size) ? [] : [t.pointwise("sqrt", x)];
  let square = x;
  for (let rest = Math.floor(size); rest > 0; rest >>= 1) {
    if (rest % 2 === 1) factors.push(square);
    if (rest > 1) square = t.pointwise("mul", square, square);
  }
  if (factors.length === 0) return t.pointwise("add", t.pointwise("mul", x, t.scalar(0)), t.scalar(1));
  return factors.reduce((a, b) => t.pointwise("mul", a, b));
}

/** log(1 + exp(x)) with the larger term taken out, which cancels exactly and is held constant. */
function softplus(t: Tracer, x: Value): Value {
  const peak = t.pointwise("stopGradient", t.pointwise("relu", x));
  const one = t.pointwise("exp", t.pointwise("neg", peak));
  const other = t.pointwise("exp", t.pointwise("sub", x, peak));
  return t.pointwise("add", peak, t.pointwise("log", t.pointwise("add", one, other)));
}

/** x where it is positive, alpha (exp(x) - 1) where it is negative. */
const elu: Operator = (call) => {
  const { t } = call;
  const x = call.at(0);
  const positive = t.pointwise("relu", x);
  const negative = t.pointwise("neg", t.pointwise("relu", t.pointwise("neg", x)));
  const grown = t.pointwise("sub", t.pointwise("exp", negative), t.scalar(1));
  const alpha = t.scalar(call.node.float("alpha", 1));
  return t.pointwise("add", positive, t.pointwise("mul", grown, alpha));
};

const absolute = (t: Tracer, x: Value): Value =>
  t.pointwise("add", t.pointwise("relu", x), t.pointwise("relu", t.pointwise("neg", x)));

const geluOf: Operator = (call) => {
  const { t, node } = call;
  const mode = node.text("approximate", "none");
  if (mode !== "none" && mode !== "tanh") node.refuse("approximate none or tanh", mode);
  const { node: x, axes } = t.trace(call.at(0));
  return t.traced(mode === "none" ? gelu(t.g, x) : geluTanh(t.g, x), axes);
};

const uniform = (c: Constant | undefined): number | undefined =>
  c !== undefined && Array.from(c.data).every((x) => x === c.data[0]) ? c.data[0] : undefined;

/** Halves to even. */
const nearest = (x: number): number => {
  const low = Math.floor(x);
  if (x - low !== 0.5) return Math.round(x);
  return low % 2 === 0 ? low : low + 1;
};

export const pointwise = {
  Add: binary("add", (a, b) => a + b),
  Sub: binary("sub", (a, b) => a - b),
  Mul: binary("mul", (a, b) => a * b),
  Div: binary("div", (a, b) => a / b),
  Sum: chain((_t, sum) => sum),
  Mean: chain((t, sum, count) => t.pointwise("mul", sum, t.scalar(1 / count))),
  Pow: power,
  Neg: own("neg", (a) => -a),
  Abs: unary(absolute, Math.abs),
  Exp: own("exp", Math.exp),
  Log: own("log", Math.log),
  Sqrt: own("sqrt", Math.sqrt),
  Reciprocal: unary(
    (t, x) => t.pointwise("div", t.scalar(1), x),
    (a) => 1 / a,
  ),
  Sin: own("sin", Math.sin),
  Cos: own("cos", Math.cos),
  Floor: own("floor", Math.floor),
  Round: own("round", nearest),
  Tanh: own("tanh", Math.tanh),
  Erf: (call) => call.t.pointwise("erf", call.at(0)),
  Gelu: geluOf,
  Softplus: (call) => softplus(call.t, call.at(0)),
  Mish: (call) => {
    const x = call.at(0);
    return call.t.pointwise("mul", x, call.t.pointwise("tanh", softplus(call.t, x)));
  },
  Softsign: (call) => {
    const x = call.at(0);
    return call.t.pointwise("div", x, call.t.pointwise("add", absolute(call.t, x), call.t.scalar(1)));
  },
  Elu: elu,
  Relu: own("relu", (a) => Math.max(a, 0)),
  Sigmoid: unary(sigmoid, (a) => 1 / (1 + Math.exp(-a))),
  LeakyRelu: leakyRelu,
  PRelu: (call) => leaky(call.t, call.at(0), call.at(1)),
  Clip: clip,
  HardSigmoid: hardSigmoid,
  HardSwish: hardSwish,
} satisfies Record<string, Operator>;
