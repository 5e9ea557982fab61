import { printShape } from "../../errors.ts";
import { gatherStrided, stridesOf } from "../fold.ts";
import { identity, type Value } from "../tracer.ts";
import type { Call, Operator } from "./operator.ts";

/** Operators that take a part of a tensor. */

/** Elements start, start + step, ... of each axis. */
export function strided(
  call: Call,
  value: Value,
  { start, size, step }: Readonly<Record<"start" | "size" | "step", readonly number[]>>,
): Value {
  const { t, node, budget } = call;
  if (value.kind === "constant") {
    const strides = stridesOf(value.shape);
    const offset = start.reduce((sum, n, axis) => sum + n * strides[axis], 0);
    return gatherStrided(
      value,
      size,
      offset,
      strides.map((s, axis) => s * step[axis]),
      budget.take(node, size),
    );
  }
  if (size.includes(0)) node.refuse("at least one element per axis", printShape(size));
  if (step.some((n) => n < 1)) node.refuse("steps of at least 1", printShape(step));
  const { node: from, axes } = t.trace(value);
  const inOrder = (list: readonly number[]): number[] => axes.map((axis) => list[axis]);
  const attrs = { start: inOrder(start), size: inOrder(size), stride: inOrder(step) };
  return t.traced(t.op("slice", [from], attrs), axes);
}

const slice: Operator = (call) => {
  const from = call.shape(0);
  const starts = call.integersOr(1, "starts", 10) ?? call.node.refuse("starts", "none");
  const ends = call.integersOr(2, "ends", 10) ?? call.node.refuse("ends", "none");
  const axes = (call.integersOr(3, "axes", 10) ?? identity(starts.length)).map((a) =>
    call.axis(a, from.length),
  );
  const steps = (call.t.opset >= 10 ? call.integers(4) : undefined) ?? starts.map(() => 1);
  if ([ends, axes, steps].some((list) => list.length !== starts.length) || new Set(axes).size < axes.length)
    call.node.refuse("one start, end, axis and step each", `${starts.length} starts, ${ends.length} ends`);
  const [start, size, step] = [from.map(() => 0), [...from], from.map(() => 1)];
  axes.forEach((axis, i) => {
    const [n, by] = [from[axis], steps[i]];
    if (by === 0) call.node.refuse("steps other than 0", "0");
    const clamp = (at: number): number => {
      const place = at < 0 ? at + n : at;
      return by > 0 ? Math.min(Math.max(place, 0), n) : Math.min(Math.max(place, -1), n - 1);
    };
    const first = by > 0 ? clamp(starts[i]) : Math.max(clamp(starts[i]), 0);
    start[axis] = first;
    step[axis] = by;
    size[axis] = Math.max(0, Math.ceil((clamp(ends[i]) - first) / by));
  });
  return strided(call, call.operand(0), { start, size, step });
};

const split: Operator = (call) => {
  const from = call.shape(0);
  const axis = call.axis(call.node.int("axis", 0), from.length);
  const parts = call.node.outputs.length;
  if (call.node.int("num_outputs", parts) !== parts)
    call.node.refuse(`num_outputs ${parts}`, `${call.node.int("num_outputs", parts)}`);
  const even = Math.ceil(from[axis] / parts);
  const sizes =
    call.integersOr(1, "split", 13) ??
    Array.from({ length: parts }, (_, i) => Math.min(even, from[axis] - i * even));
  if (sizes.length !== call.node.outputs.length || sizes.reduce((a, b) => a + b, 0) !== from[axis])
    call.node.refuse(`${call.node.outputs.length} sizes that sum to ${from[axis]}`, printShape(sizes));
  let at = 0;
  return sizes.map((size) => {
    const start = from.map((_, a) => (a === axis ? at : 0));
    at += size;
    const shape = from.map((n, a) => (a === axis ? size : n));
    return strided(call, call.operand(0), { start, size: shape, step: from.map(() => 1) });
  });
};

export const parts = { Slice: slice, Split: split } satisfies Record<string, Operator>;
