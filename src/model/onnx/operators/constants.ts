import { sizeOf } from "../../graph.ts";
import { each, pairwise, stridesOf } from "../fold.ts";
import { constant } from "../tensor.ts";
import type { Operator } from "./operator.ts";

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
  const parts = [0, 1, 2].map((i) => call.known(i) ?? call.node.refuse(`an input ${i}`, "none"));
  const [start, limit, step] = parts.map(({ data }) => data[0]);
  if (step === 0) call.node.refuse("a step other than 0", "0");
  const length = Math.max(0, Math.ceil((limit - start) / step));
  const count = call.budget.take(call.node, [length]);
  return constant(
    parts[0].element,
    [length],
    Float64Array.from({ length: count }, (_, i) => start + i * step),
  );
};

const unary =
  (f: (a: number) => number): Operator =>
  (call) =>
    each(call.folded(0), f);

const modulo: Operator = (call) => {
  const truncated = call.node.int("fmod", 0) === 1;
  const floor = (a: number, b: number): number => a - b * Math.floor(a / b);
  return pairwise(
    call.node,
    call.budget,
    [call.folded(0), call.folded(1)],
    truncated ? (a, b) => a % b : floor,
  );
};

/** Sums along an axis up to each element. */
const cumulative: Operator = (call) => {
  const { node } = call;
  const x = call.folded(0);
  const axis = call.axis(call.integers(1)?.[0] ?? node.refuse("an axis", "none"), x.shape.length);
  const [exclusive, reverse] = [node.int("exclusive", 0) === 1, node.int("reverse", 0) === 1];
  const out = new Float64Array(call.budget.take(node, x.shape));
  const step = stridesOf(x.shape)[axis];
  const length = x.shape[axis];
  for (let k = 0; k < out.length; k++) {
    if (Math.floor(k / step) % length !== 0) continue;
    let sum = 0;
    for (let i = 0; i < length; i++) {
      const at = k + step * (reverse ? length - 1 - i : i);
      out[at] = exclusive ? sum : sum + x.data[at];
      sum += x.data[at];
    }
  }
  return constant(x.element, x.shape, out);
};

/** Places of the elements that are not zero: [axes, places]. */
const nonZero: Operator = (call) => {
  const { shape, data } = call.known(0) ?? call.node.refuse("an input", "none");
  const strides = stridesOf(shape);
  const places = Array.from(data).flatMap((v, i) => (v === 0 ? [] : [i]));
  call.budget.take(call.node, [shape.length, places.length]);
  const rows = shape.map((n, axis) => places.map((i) => Math.floor(i / strides[axis]) % n));
  return constant("int", [shape.length, places.length], rows.flat());
};

/** The constant with the parts that index lists name replaced by, or joined with, updates. */
const scatterND: Operator = (call) => {
  const { node } = call;
  const [data, indices, updates] = [0, 1, 2].map((i) => call.folded(i));
  const mode = node.text("reduction", "none");
  const joins: Readonly<Record<string, (a: number, b: number) => number>> = {
    none: (_a, b) => b,
    add: (a, b) => a + b,
    mul: (a, b) => a * b,
    max: Math.max,
    min: Math.min,
  };
  const join = Object.hasOwn(joins, mode) ? joins[mode] : node.refuse("a known reduction", mode);
  const depth = indices.shape[indices.shape.length - 1] ?? 0;
  const run = sizeOf(data.shape.slice(depth));
  const lists = sizeOf(indices.shape.slice(0, -1));
  if (depth < 1 || depth > data.shape.length || updates.data.length !== lists * run)
    node.refuse("indices and updates that fit", `${indices.shape} and ${updates.shape} for ${data.shape}`);
  const out = new Float64Array(call.budget.take(node, data.shape));
  out.set(Array.from(data.data));
  const real = !call.t.perBatch.has(indices);
  for (let k = 0; k < lists && real; k++) {
    let at = 0;
    for (let d = 0; d < depth; d++) {
      const size = data.shape[d];
      const index = indices.data[k * depth + d];
      const place = index < 0 ? index + size : index;
      if (!(Number.isInteger(place) && place >= 0 && place < size))
        node.refuse(`indices below ${size}`, `${index}`);
      at = at * size + place;
    }
    for (let j = 0; j < run; j++) out[at * run + j] = join(out[at * run + j], updates.data[k * run + j]);
  }
  return constant(data.element, data.shape, out);
};

/** The upper or lower triangle of the last two axes; zeros elsewhere. */
const trilu: Operator = (call) => {
  const { node, t } = call;
  const shape = call.shape(0);
  if (shape.length < 2) node.refuse("matrices", `[${shape}]`);
  const upper = node.int("upper", 1) === 1;
  const shift = call.integers(1)?.[0] ?? 0;
  const [rows, columns] = shape.slice(-2);
  const kept = (i: number): boolean => {
    const [row, column] = [Math.floor(i / columns) % rows, i % columns];
    return upper ? column >= row + shift : column <= row + shift;
  };
  const x = call.operand(0);
  if (x.kind === "constant")
    return constant(
      x.element,
      shape,
      Float64Array.from(x.data, (v, i) => (kept(i) ? v : 0)),
    );
  call.budget.take(node, [rows, columns]);
  const mask = Float64Array.from({ length: rows * columns }, (_, i) => (kept(i) ? 1 : 0));
  return t.pointwise("mul", x, constant("float", [rows, columns], mask));
};

export const constants = {
  Constant: made,
  ConstantOfShape: constantOfShape,
  Shape: shapeOf,
  Size: size,
  Range: range,
  Ceil: unary(Math.ceil),
  Sign: unary(Math.sign),
  Mod: modulo,
  CumSum: cumulative,
  NonZero: nonZero,
  ScatterND: scatterND,
  Trilu: trilu,
} satisfies Record<string, Operator>;
