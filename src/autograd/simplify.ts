import { type Attrs, type GraphNode, type NodeId, type Shape, sizeOf } from "../model/graph.ts";
import { type Op, type PointwiseOp, type Rules, sameShape } from "./ops/op.ts";

/**
 * Algebra on the way into the graph: `simplify` looks at an application before its node is made and answers with
 * an equal node that is cheaper, or null. Constants are followed through `broadcast` and `reshape`, so a tensor
 * full of zeros is recognised as such and everything linear in it disappears.
 *
 * x * 0 is 0 here even where x may be infinite: a structural zero is a statement about the network, not a rounding.
 */
export interface Simplifier extends Rules {
  node(id: NodeId): GraphNode;
  /** The value of a tensor whose elements are one known constant, else null. */
  uniform(id: NodeId): number | null;
}

type Rule = (g: Simplifier, inputs: readonly NodeId[], attrs: Attrs, shape: Shape) => NodeId | null;

/** The operand of `id` where it is an application of `op`, else null. */
const operandOf = (g: Simplifier, id: NodeId, op: string): NodeId | null =>
  g.node(id).op === op ? g.node(id).inputs[0] : null;

const list = (attrs: Attrs, key: string): readonly number[] => attrs[key] as readonly number[];

const sum: Rule = (g, [a, b]) => {
  if (g.uniform(a) === 0) return b;
  if (g.uniform(b) === 0) return a;
  const [minusA, minusB] = [operandOf(g, a, "neg"), operandOf(g, b, "neg")];
  if (minusB !== null) return g.sub(a, minusB);
  return minusA === null ? null : g.sub(b, minusA);
};

const difference: Rule = (g, [a, b], _attrs, shape) => {
  if (a === b) return g.full(0, shape);
  if (g.uniform(b) === 0) return a;
  if (g.uniform(a) === 0) return g.neg(b);
  const minusB = operandOf(g, b, "neg");
  return minusB === null ? null : g.add(a, minusB);
};

/** x times a known constant. */
function scaled(g: Simplifier, x: NodeId, factor: number, shape: Shape): NodeId | null {
  if (factor === 0) return g.full(0, shape);
  if (factor === 1) return x;
  if (factor === -1) return g.neg(x);
  const inner = g.node(x);
  if (inner.op === "neg") return g.mul(inner.inputs[0], g.constant(-factor));
  if (inner.op !== "mul") return null;
  const at = inner.inputs.findIndex((i) => g.uniform(i) !== null);
  if (at < 0) return null;
  const known = g.uniform(inner.inputs[at]) as number;
  return g.mul(inner.inputs[1 - at], g.constant(known * factor));
}

const product: Rule = (g, [a, b], _attrs, shape) => {
  const [ka, kb] = [g.uniform(a), g.uniform(b)];
  if (kb !== null) return scaled(g, a, kb, shape);
  if (ka !== null) return scaled(g, b, ka, shape);
  const [minusA, minusB] = [operandOf(g, a, "neg"), operandOf(g, b, "neg")];
  if (minusA !== null) return g.neg(g.mul(minusA, b));
  return minusB === null ? null : g.neg(g.mul(a, minusB));
};

const quotient: Rule = (g, [a, b], _attrs, shape) => {
  if (g.uniform(a) === 0) return g.full(0, shape);
  const divisor = g.uniform(b);
  return divisor === 1 ? a : null;
};

/** Whole exponents become products, which hold for negative x in every derivative, and half ones roots. */
const power: Rule = (g, [x, exponent], _attrs, shape) => {
  const p = g.uniform(exponent);
  if (p === 0.5) return g.op("sqrt", [x]);
  if (p === -0.5) return g.op("rsqrt", [x]);
  if (p === null || !Number.isInteger(p) || Math.abs(p) > 16) return null;
  if (p < 0) return g.div(g.constant(1), g.op("pow", [x, g.constant(-p)]));
  if (p === 0) return g.full(1, shape);
  if (p === 1) return x;
  const root = g.op("pow", [x, g.constant(Math.floor(p / 2))]);
  const square = g.mul(root, root);
  return p % 2 === 0 ? square : g.mul(square, x);
};

const negation: Rule = (g, [a]) => {
  const inner = g.node(a);
  if (inner.op === "neg") return inner.inputs[0];
  return inner.op === "sub" ? g.sub(inner.inputs[1], inner.inputs[0]) : null;
};

/** A movement op that is applied to a tensor of one known constant gives one; `pad` only where that is zero. */
const moved =
  (rule: Rule): Rule =>
  (g, inputs, attrs, shape) => {
    const value = g.uniform(inputs[0]);
    const still = inputs.length === 1 && sameShape(g.shape(inputs[0]), shape);
    if (value !== null && !still && g.node(inputs[0]).op !== "const") return g.full(value, shape);
    return rule(g, inputs, attrs, shape);
  };

const reshape: Rule = (g, [x], _attrs, shape) => {
  if (sameShape(g.shape(x), shape)) return x;
  const inner = operandOf(g, x, "reshape");
  return inner === null ? null : g.op("reshape", [inner], { shape });
};

const broadcast: Rule = (g, [x], _attrs, shape) => {
  if (sameShape(g.shape(x), shape)) return x;
  const inner = operandOf(g, x, "broadcast");
  if (inner !== null) return g.op("broadcast", [inner], { shape });
  return sizeOf(g.shape(x)) === sizeOf(shape) ? g.op("reshape", [x], { shape }) : null;
};

const transpose: Rule = (g, [x], attrs) => {
  const perm = list(attrs, "perm");
  if (perm.every((axis, i) => axis === i)) return x;
  const inner = g.node(x);
  if (inner.op !== "transpose") return null;
  const first = list(inner.attrs, "perm");
  return g.op("transpose", inner.inputs, { perm: perm.map((axis) => first[axis]) });
};

const slice: Rule = (g, [x], attrs, shape) =>
  sameShape(g.shape(x), shape) && list(attrs, "stride").every((n, axis) => n > 0 || shape[axis] === 1)
    ? x
    : null;

const pad: Rule = (g, [x], _attrs, shape) => {
  if (sameShape(g.shape(x), shape)) return x;
  return g.uniform(x) === 0 ? g.full(0, shape) : null;
};

const concat: Rule = (_g, inputs) => (inputs.length === 1 ? inputs[0] : null);

const total: Rule = (g, inputs, attrs, shape) => {
  const [x] = inputs;
  const value = g.uniform(x);
  if (value !== null) return g.full((value * sizeOf(g.shape(x))) / sizeOf(shape), shape);
  return dropShortAxes("sum", g, inputs, attrs, shape);
};

const maximum: Rule = (g, inputs, attrs, shape) => {
  const value = g.uniform(inputs[0]);
  return value === null ? dropShortAxes("max", g, inputs, attrs, shape) : g.full(value, shape);
};

/** Reducing an axis of size 1 changes nothing. */
function dropShortAxes(
  op: string,
  g: Simplifier,
  [x]: readonly NodeId[],
  attrs: Attrs,
  shape: Shape,
): NodeId | null {
  const from = g.shape(x);
  if (sameShape(from, shape)) return x;
  const axes = list(attrs, "axes");
  const long = axes.filter((axis) => from[axis] > 1);
  return long.length === axes.length ? null : g.op(op, [x], { axes: long });
}

const ifZero: Rule = (g, inputs, _attrs, shape) =>
  inputs.some((i) => g.uniform(i) === 0) ? g.full(0, shape) : null;

/** The same for ops whose second operand holds indices. */
const ifFirstZero: Rule = (g, [x], _attrs, shape) => (g.uniform(x) === 0 ? g.full(0, shape) : null);

const RULES: Readonly<Record<string, Rule>> = {
  add: sum,
  sub: difference,
  mul: product,
  div: quotient,
  neg: negation,
  pow: power,
  reshape: moved(reshape),
  transpose: moved(transpose),
  broadcast: moved(broadcast),
  slice: moved(slice),
  pad,
  concat,
  stopGradient: (g, [x]) => (g.uniform(x) === null ? null : x),
  sum: total,
  max: maximum,
  matmul: ifZero,
  conv2d: ifZero,
  gather: ifFirstZero,
  scatterAdd: ifFirstZero,
  poolPick: ifFirstZero,
  poolSpread: ifFirstZero,
};

/** The value of a pointwise op all of whose operands are known constants. */
function folded(g: Simplifier, op: PointwiseOp, inputs: readonly NodeId[], shape: Shape): NodeId | null {
  const operands = inputs.map((i) => g.uniform(i)).filter((x) => x !== null);
  if (operands.length < inputs.length) return null;
  const value = op.scalar(...operands);
  return Number.isFinite(value) ? g.full(value, shape) : null;
}

/**
 * f(broadcast a, broadcast b) = broadcast f(a, b) where both come from one shape: compute on the small tensors.
 * Known constants fit any shape.
 */
function hoisted(g: Simplifier, op: PointwiseOp, inputs: readonly NodeId[], shape: Shape): NodeId | null {
  const sources = inputs.map((i) => (g.uniform(i) === null ? operandOf(g, i, "broadcast") : null));
  const first = sources.find((s) => s !== null);
  if (first === undefined) return null;
  const small = g.shape(first);
  const operands: NodeId[] = [];
  for (const [k, source] of sources.entries()) {
    const value = g.uniform(inputs[k]);
    if (source !== null && sameShape(g.shape(source), small)) operands.push(source);
    else if (value !== null) operands.push(g.full(value, small));
    else return null;
  }
  return g.op("broadcast", [g.op(op.name, operands)], { shape });
}

/** An existing or cheaper node equal to `op` of `inputs`, or null. Pointwise operands have the result's shape. */
export function simplify(
  g: Simplifier,
  op: Op,
  inputs: readonly NodeId[],
  attrs: Attrs,
  shape: Shape,
): NodeId | null {
  const rule = RULES[op.name];
  if (op.kind !== "pointwise") return rule?.(g, inputs, attrs, shape) ?? null;
  return folded(g, op, inputs, shape) ?? rule?.(g, inputs, attrs, shape) ?? hoisted(g, op, inputs, shape);
}
