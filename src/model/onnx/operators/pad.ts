import { printShape } from "../../errors.ts";
import { sizeOf } from "../../graph.ts";
import { stridesOf } from "../fold.ts";
import { type Constant, constant } from "../tensor.ts";
import { identity, type Traced, type Value } from "../tracer.ts";
import type { Call, Operator } from "./operator.ts";

/** Padding: which element of the operand, if any, stands at each place of an axis. */

const MODES = ["constant", "reflect", "edge", "wrap"] as const;
type Mode = (typeof MODES)[number];

/** For each place of a padded axis the element that stands there; -1 for the padding's own value. */
function sources(size: number, low: number, high: number, mode: Mode): number[] {
  return Array.from({ length: Math.max(0, low + size + high) }, (_, place) => {
    const at = place - low;
    if (at >= 0 && at < size) return at;
    if (mode === "edge") return at < 0 ? 0 : size - 1;
    if (mode === "wrap") return ((at % size) + size) % size;
    if (mode === "constant") return -1;
    const period = Math.max(1, 2 * (size - 1));
    const folded = ((at % period) + period) % period;
    return folded < size ? folded : period - folded;
  });
}

const pad: Operator = (call) => {
  const { t, node } = call;
  const from = call.shape(0);
  const given = node.text("mode", "constant");
  const mode = MODES.find((name) => name === given) ?? node.refuse(`a mode among ${MODES.join(", ")}`, given);
  const pads = call.integersOr(1, "pads", 11) ?? node.refuse("pads", "none");
  const fill = t.opset >= 11 ? (call.known(2)?.data[0] ?? 0) : node.float("value", 0);
  const some = t.opset >= 18 ? call.integers(3) : undefined;
  const axes = some?.map((axis) => call.axis(axis, from.length)) ?? identity(from.length);
  if (pads.length !== 2 * axes.length) node.refuse(`${2 * axes.length} pads`, `${pads.length}`);
  const [low, high] = [from.map(() => 0), from.map(() => 0)];
  axes.forEach((axis, i) => {
    low[axis] = pads[i];
    high[axis] = pads[axes.length + i];
  });
  const shape = from.map((n, axis) => n + low[axis] + high[axis]);
  const count = call.budget.take(node, shape);
  const value = call.operand(0);
  if ([...low, ...high].every((n) => n === 0)) return value;
  if (shape.some((n) => n < 1)) node.refuse("at least one element per axis", printShape(shape));
  const maps = from.map((n, axis) => sources(n, low[axis], high[axis], mode));
  if (value.kind === "constant") return folded(value, maps, count, fill);
  if (mode === "constant") return surrounded(call, value, { low, high, fill });
  // Repeated elements are read by their numbers, an axis at a time.
  return maps.reduce<Value>((x, places, axis) => {
    if (places.every((place, i) => place === i) && places.length === from[axis]) return x;
    const others = identity(from.length).filter((a) => a !== axis);
    const rows = t.node(x, [axis, ...others]);
    const wide = others.length > 0 ? rows : t.op("reshape", [rows], { shape: [from[axis], 1] });
    const read = t.op("gather", [wide, t.indices(constant("int", [places.length], places))]);
    if (others.length === 0) return t.traced(t.op("reshape", [read], { shape: [places.length] }));
    return t.traced(read, [axis, ...others]);
  }, value);
};

function folded(value: Constant, maps: readonly number[][], count: number, fill: number): Constant {
  const shape = maps.map(({ length }) => length);
  const [own, strides] = [stridesOf(value.shape), stridesOf(shape)];
  const out = Float64Array.from({ length: count }, (_, i) => {
    let at = 0;
    for (let axis = 0; axis < shape.length; axis++) {
      const source = maps[axis][Math.floor(i / strides[axis]) % shape[axis]];
      if (source < 0) return fill;
      at += source * own[axis];
    }
    return value.data[at];
  });
  return constant(value.element, shape, out);
}

interface Border {
  readonly low: readonly number[];
  readonly high: readonly number[];
  readonly fill: number;
}

/** Negative pads cut; then zeros around, and where another value is wanted it is added outside. */
function surrounded(call: Call, value: Value, { low, high, fill }: Border): Value {
  const { t } = call;
  const { node, axes } = t.trace(value);
  const own = t.g.shape(node);
  const inOrder = (list: readonly number[]): number[] => axes.map((axis) => list[axis]);
  const [before, after] = [inOrder(low), inOrder(high)];
  const start = before.map((n) => Math.max(0, -n));
  const size = own.map((n, k) => n - start[k] - Math.max(0, -after[k]));
  const cut = t.op("slice", [node], { start, size, stride: own.map(() => 1) });
  const grown = before.map((n) => Math.max(0, n));
  const attrs = { low: grown, high: after.map((n) => Math.max(0, n)), interior: own.map(() => 0) };
  const padded = t.traced(t.op("pad", [cut], attrs), axes);
  if (fill === 0) return padded;
  const shape = t.shape(padded);
  const inside = folded(
    constant("float", size, new Float64Array(sizeOf(size))),
    size.map((n, k) => sources(n, grown[k], attrs.high[k], "constant")),
    sizeOf(shape),
    fill,
  );
  const border: Traced = t.traced(t.node(inside), axes);
  return t.pointwise("add", padded, border);
}

export const padding = { Pad: pad } satisfies Record<string, Operator>;
