import { printShape } from "../../errors.ts";
import { type Shape, sizeOf } from "../../graph.ts";
import { limits } from "../../limits.ts";
import { broadcastTo, commonShape, gatherStrided, stridesOf } from "../fold.ts";
import { recoverName } from "../names.ts";
import { type Constant, constant, elementOf, twin } from "../tensor.ts";
import { identity, type Value } from "../tracer.ts";
import type { Call, Operator } from "./operator.ts";

/** Operators that place elements. */

function checkRank(call: Call, { length }: Shape): void {
  if (length > limits.rank) call.node.refuse(`at most ${limits.rank} axes`, `${length}`);
}

/** The same elements in ONNX's row-major order under another shape. */
export function reshaped(call: Call, value: Value, shape: Shape): Value {
  const from = call.t.shape(value);
  checkRank(call, shape);
  if (sizeOf(from) !== sizeOf(shape))
    call.node.refuse(
      `a shape of ${sizeOf(from)} elements for ${printShape(from)}`,
      printShape(shape),
      "If the shape holds the batch size of the export, export with dynamic_axes for axis 0 of input and output",
    );
  if (value.kind === "constant") return constant(value.element, shape, value.data);
  return call.t.traced(call.t.op("reshape", [call.t.node(value)], { shape }));
}

const reshape: Operator = (call) => {
  const from = call.shape(0);
  const wanted = call.integers(1) ?? call.node.ints("shape") ?? call.node.refuse("a shape", "none");
  const zero = call.node.int("allowzero", 0) === 1;
  const shape = wanted.map((n, axis) => (n === 0 && !zero ? (from[axis] ?? 0) : n));
  const open = shape.indexOf(-1);
  if (open >= 0) shape[open] = sizeOf(from) / sizeOf(shape.filter((_, axis) => axis !== open));
  if (shape.some((n) => !Number.isInteger(n) || n < 0))
    call.node.refuse(`a shape that fits ${printShape(from)}`, printShape(wanted));
  return reshaped(call, call.operand(0), shape);
};

const flatten: Operator = (call) => {
  const from = call.shape(0);
  const given = call.node.int("axis", 1);
  const axis = given === from.length ? given : call.axis(given, from.length);
  return reshaped(call, call.operand(0), [sizeOf(from.slice(0, axis)), sizeOf(from.slice(axis))]);
};

const unsqueeze: Operator = (call) => {
  const from = call.shape(0);
  const given = call.integersOr(1, "axes", 13) ?? call.node.refuse("axes", "none");
  const axes = call.axes(given, from.length + given.length);
  const shape = [...from];
  for (const axis of axes) shape.splice(axis, 0, 1);
  return reshaped(call, call.operand(0), shape);
};

const squeeze: Operator = (call) => {
  const from = call.shape(0);
  const given = call.integersOr(1, "axes", 13);
  const axes = given
    ? call.axes(given, from.length)
    : identity(from.length).filter((axis) => from[axis] === 1);
  if (axes.some((axis) => from[axis] !== 1))
    call.node.refuse(`axes ${printShape(axes)} of size 1`, printShape(from));
  return dropped(call, call.operand(0), axes);
};

/** Without the axes, which have size 1. */
export function dropped(call: Call, value: Value, axes: readonly number[]): Value {
  const { t } = call;
  const shape = t.shape(value).filter((_, axis) => !axes.includes(axis));
  if (value.kind === "constant") return constant(value.element, shape, value.data);
  const { node, axes: order } = t.trace(value);
  const own = t.g.shape(node);
  const kept = order.filter((axis) => !axes.includes(axis));
  const slim = t.op("reshape", [node], { shape: own.filter((_, k) => !axes.includes(order[k])) });
  return t.traced(
    slim,
    kept.map((axis) => axis - axes.filter((a) => a < axis).length),
  );
}

/** Exporters turn the matrix of a layer before they multiply: its name stands in the scope of the Transpose, too. */
function layerOr(call: Call): Value {
  const value = call.at(0);
  if (value.kind !== "weight" || value.value.shape.length !== 2) return call.operand(0);
  return call.t.parameter(value, undefined, recoverName(call.node, value.name, "weight"));
}

const transpose: Operator = (call) => {
  const value = layerOr(call);
  const rank = call.shape(0).length;
  const perm = call.node.ints("perm") ?? identity(rank).reverse();
  if (perm.length !== rank || identity(rank).some((axis) => !perm.includes(axis)))
    call.node.refuse(`perm to order the axes 0 to ${rank - 1}`, printShape(perm));
  if (value.kind === "constant") {
    const strides = stridesOf(value.shape);
    const shape = perm.map((axis) => value.shape[axis]);
    return gatherStrided(
      value,
      shape,
      0,
      perm.map((axis) => strides[axis]),
      call.budget.take(call.node, shape),
    );
  }
  const { node, axes } = call.t.trace(value);
  return call.t.traced(
    node,
    axes.map((axis) => perm.indexOf(axis)),
  );
};

const concat: Operator = (call) => {
  const { t, node } = call;
  const values = call.inputs.map((_, i) => call.operand(i));
  const shapes = values.map((value) => t.shape(value));
  const axis = call.axis(node.int("axis", 1), shapes[0]?.length ?? 0);
  const fits = shapes.every(
    (s) => s.length === shapes[0].length && s.every((n, a) => a === axis || n === shapes[0][a]),
  );
  if (!fits) node.refuse(`shapes that differ along axis ${axis} only`, shapes.map(printShape).join(" and "));
  const known = call.constants();
  if (known !== null) return concatConstants(call, known, axis);
  const filled = values.filter((_, i) => !shapes[i].includes(0));
  const order = filled.find((value) => value.kind === "traced") ?? filled[0];
  const { axes } = t.trace(order);
  return t.traced(
    t.op(
      "concat",
      filled.map((value) => t.node(value, axes)),
      { axis: axes.indexOf(axis) },
    ),
    axes,
  );
};

function concatConstants(call: Call, parts: readonly Constant[], axis: number): Constant {
  const shape = parts[0].shape.map((n, a) =>
    a === axis ? parts.reduce((sum, p) => sum + p.shape[a], 0) : n,
  );
  const out = new Float64Array(call.budget.take(call.node, shape));
  const outer = sizeOf(shape.slice(0, axis));
  let at = 0;
  for (let i = 0; i < outer; i++)
    for (const { data, shape: own } of parts) {
      const run = sizeOf(own.slice(axis));
      for (let j = 0; j < run; j++) out[at++] = data[i * run + j];
    }
  return constant(parts[0].element, shape, out);
}

const expand: Operator = (call) => {
  const wanted = call.integers(1) ?? call.node.refuse("a shape", "none");
  checkRank(call, wanted);
  const shape = commonShape(call.shape(0), wanted);
  if (shape === null || shape.some((n) => n < 0))
    return call.node.refuse(`a shape that ${printShape(call.shape(0))} broadcasts to`, printShape(wanted));
  const value = call.operand(0);
  if (value.kind === "constant") return broadcastTo(call.node, call.budget, value, shape);
  if (shape.includes(0)) call.node.refuse("at least one element per axis", printShape(shape));
  return call.t.traced(call.t.op("broadcast", [call.t.node(value)], { shape }));
};

/** The tensor several times along each axis: each axis gets one of size 1 before it, which is stretched. */
const tile: Operator = (call) => {
  const from = call.shape(0);
  const repeats = call.integers(1) ?? call.node.refuse("repeats", "none");
  if (repeats.length !== from.length || repeats.some((n) => !Number.isSafeInteger(n) || n < 1))
    call.node.refuse(`${from.length} repeats of at least 1`, printShape(repeats));
  const value = call.operand(0);
  const spread = from.flatMap((n) => [1, n]);
  const wide = from.flatMap((n, axis) => [repeats[axis], n]);
  const shape = from.map((n, axis) => n * repeats[axis]);
  if (value.kind === "constant") {
    const stretched = broadcastTo(call.node, call.budget, constant(value.element, spread, value.data), wide);
    return constant(value.element, shape, stretched.data);
  }
  const { t } = call;
  const column = t.op("reshape", [t.node(value)], { shape: spread });
  return t.traced(t.op("reshape", [t.op("broadcast", [column], { shape: wide })], { shape }));
};

const same: Operator = (call) => {
  const value = call.at(0);
  // Exporters merge equal initialisers and name the copies by Identity: they are parameters of their own.
  if (value.kind !== "weight") return value;
  return { ...value, name: call.node.outputs[0], value: twin(value.value) };
};

const dropout: Operator = (call) => {
  const { t, node } = call;
  node.float("ratio", 0.5);
  node.int("seed", 0);
  t.notes.add("Dropout is left out, as in evaluation.");
  return call.at(0);
};

const cast: Operator = (call) => {
  const to = call.node.int("to", 1);
  call.node.int("saturate", 1);
  const element = elementOf(to) ?? call.node.refuse("a data type that is read", `data type ${to}`);
  const value = call.operand(0);
  if (value.kind !== "constant") {
    const { t } = call;
    if (element === "bool") return t.pointwise("sub", t.scalar(1), t.pointwise("eq", value, t.scalar(0)));
    if (element !== "float") call.node.refuse("a floating-point type", `a cast of a float to ${element}`);
    return value;
  }
  const convert = { float: Number, int: Math.trunc, bool: (x: number) => (x === 0 ? 0 : 1) }[element];
  return constant(
    element,
    value.shape,
    Array.from(value.data, (x) => convert(x)),
  );
};

export const movement = {
  Reshape: reshape,
  Flatten: flatten,
  Unsqueeze: unsqueeze,
  Squeeze: squeeze,
  Transpose: transpose,
  Concat: concat,
  Expand: expand,
  Tile: tile,
  Identity: same,
  Dropout: dropout,
  Cast: cast,
} satisfies Record<string, Operator>;
