import { printShape } from "../../errors.ts";
import { type Shape, sizeOf } from "../../graph.ts";
import { each, stridesOf } from "../fold.ts";
import { type Constant, constant } from "../tensor.ts";
import { identity, type Value } from "../tracer.ts";
import { layerTensor } from "./linear.ts";
import { dropped } from "./movement.ts";
import type { Call, Operator } from "./operator.ts";
import { strided } from "./parts.ts";

/**
 * Operators that read elements by their numbers. The numbers are constants or computed from the integers of a batch; the
 * elements may be parameters.
 */

/** Indices as numbers from 0 to `size` - 1: negative ones count from the end. */
function wrapped(call: Call, indices: Constant, size: number): Constant {
  const { t, node } = call;
  return t.derive([indices], ([found], real) => {
    if (!real) return constant("int", found.shape, new Float64Array(found.data.length));
    const data = Float64Array.from(found.data, (i) => (i < 0 ? i + size : i));
    const bad = data.findIndex((i) => !Number.isInteger(i) || i < 0 || i >= size);
    if (bad >= 0)
      node.refuse(
        `indices below ${size}`,
        `${found.data[bad]}`,
        "Use data made for this model, such as by its own tokenizer",
      );
    return constant("int", found.shape, data);
  });
}

const gather: Operator = (call) => {
  const { t, node } = call;
  const from = call.shape(0);
  const axis = call.axis(node.int("axis", 0), from.length);
  const indices = wrapped(call, call.folded(1), from[axis]);
  const value = tableOf(call);
  if (value.kind === "constant") return foldGather(call, value, indices, axis);
  const outside = from.filter((_, a) => a !== axis);
  if (indices.data.length === 1 && !t.perBatch.has(indices)) {
    const start = from.map((_, a) => (a === axis ? indices.data[0] : 0));
    const size = from.map((n, a) => (a === axis ? 1 : n));
    const one = strided(call, value, { start, size, step: from.map(() => 1) });
    return indices.shape.length === 0 ? dropped(call, one, [axis]) : one;
  }
  const others = identity(from.length).filter((a) => a !== axis);
  const rows = rowsOf(call, t.node(value, [axis, ...others]), indices, [from[axis], ...outside]);
  const rank = indices.shape.length;
  const places = others.map((a) => (a < axis ? a : a - 1 + rank));
  return t.traced(rows, [...identity(rank).map((a) => a + axis), ...places]);
};

/** A table of parameters keeps its axes; without a parameter's name it is a constant. */
const tableOf = (call: Call): Value => {
  const value = call.at(0);
  return value.kind === "weight" && value.value.shape.length > 1
    ? layerTensor(call, value, "weight")
    : call.operand(0);
};

/** Rows of a table [n,...row] by indices [...k]: [...k,...row]. */
function rowsOf(call: Call, table: number, indices: Constant, [count, ...row]: Shape): number {
  const { t } = call;
  const wide = row.length > 0 ? table : t.op("reshape", [table], { shape: [count, 1] });
  const list =
    indices.shape.length > 0 ? indices : t.derive([indices], ([i]) => constant("int", [1], i.data));
  const read = t.op("gather", [wide, t.indices(list)]);
  return t.op("reshape", [read], { shape: [...indices.shape, ...row] });
}

function foldGather(call: Call, value: Constant, indices: Constant, axis: number): Constant {
  const from = value.shape;
  const [outer, inner] = [sizeOf(from.slice(0, axis)), sizeOf(from.slice(axis + 1))];
  const shape = [...from.slice(0, axis), ...indices.shape, ...from.slice(axis + 1)];
  const count = call.budget.take(call.node, shape);
  return call.t.derive([value, indices], ([table, places]) => {
    const out = new Float64Array(count);
    let at = 0;
    for (let i = 0; i < outer; i++)
      for (let k = 0; k < places.data.length; k++)
        for (let j = 0; j < inner; j++) out[at++] = table.data[(i * from[axis] + places.data[k]) * inner + j];
    return constant(value.element, shape, out);
  });
}

/**
 * Elements of `value`, seen as a list of runs of the last axes `row`, by the numbers of the runs.
 * @param runs whole numbers of the shape of the result without `row`
 */
function runsOf(call: Call, runs: Constant, row: Shape): Value {
  const { t } = call;
  const value = call.operand(0);
  const count = sizeOf(t.shape(value)) / sizeOf(row);
  if (value.kind === "constant") {
    const list = constant(value.element, [count, ...row], value.data);
    return foldGather(
      call,
      t.derive([value], ([x]) => ({ ...list, data: x.data })),
      runs,
      0,
    );
  }
  const table = t.op("reshape", [t.node(value)], { shape: [count, ...row] });
  return t.traced(rowsOf(call, table, runs, [count, ...row]));
}

/** out[i][j] = data[index[i][j]][j] for axis 0, and so on. */
const gatherElements: Operator = (call) => {
  const { t, node, budget } = call;
  const from = call.shape(0);
  const axis = call.axis(node.int("axis", 0), from.length);
  const indices = wrapped(call, call.folded(1), from[axis]);
  const { shape } = indices;
  if (shape.length !== from.length || shape.some((n, a) => a !== axis && n > from[a]))
    node.refuse(`indices of ${from.length} axes within ${printShape(from)}`, printShape(shape));
  budget.take(node, shape);
  const [own, strides] = [stridesOf(from), stridesOf(shape)];
  const places = t.derive([indices], ([{ data }]) =>
    constant(
      "int",
      shape,
      Float64Array.from(data, (index, i) =>
        shape.reduce((at, n, a) => at + (a === axis ? index : Math.floor(i / strides[a]) % n) * own[a], 0),
      ),
    ),
  );
  return runsOf(call, places, []);
};

/** Each index list of the last axis of the indices names an element or a part of the data. */
const gatherND: Operator = (call) => {
  const { t, node, budget } = call;
  const [from, given] = [call.shape(0), call.shape(1)];
  const batch = node.int("batch_dims", 0);
  const depth = given[given.length - 1] ?? 0;
  const lists = given.slice(0, -1);
  if (batch < 0 || batch > lists.length || depth < 1 || batch + depth > from.length)
    node.refuse(`index lists that fit ${printShape(from)}`, `${printShape(given)} with batch_dims ${batch}`);
  if (printShape(from.slice(0, batch)) !== printShape(lists.slice(0, batch)))
    node.refuse(`indices with the leading axes ${printShape(from.slice(0, batch))}`, printShape(given));
  budget.take(node, given);
  const sizes = from.slice(batch, batch + depth);
  const perBatchOf = sizeOf(lists.slice(batch));
  const runs = t.derive([call.folded(1)], ([{ data }], real) => {
    const out = new Float64Array(sizeOf(lists));
    for (let k = 0; k < out.length && real; k++) {
      let at = Math.floor(k / perBatchOf);
      for (let d = 0; d < depth; d++) {
        const index = data[k * depth + d];
        const place = index < 0 ? index + sizes[d] : index;
        if (!(Number.isInteger(place) && place >= 0 && place < sizes[d]))
          node.refuse(`indices below ${sizes[d]}`, `${index}`);
        at = at * sizes[d] + place;
      }
      out[k] = at;
    }
    return constant("int", lists, out);
  });
  return runsOf(call, runs, from.slice(batch + depth));
};

/** The number of the largest or smallest element along an axis, of constants. */
const extreme =
  (better: (a: number, b: number) => boolean): Operator =>
  (call) => {
    const { node } = call;
    const x = call.folded(0);
    const axis = call.axis(node.int("axis", 0), x.shape.length);
    const last = node.int("select_last_index", 0) === 1;
    const kept = x.shape.map((n, a) => (a === axis ? 1 : n));
    const shape = node.int("keepdims", 1) === 1 ? kept : kept.filter((_, a) => a !== axis);
    const out = new Float64Array(call.budget.take(node, shape));
    const inner = sizeOf(x.shape.slice(axis + 1));
    for (let k = 0; k < out.length; k++) {
      const at = (i: number): number =>
        x.data[(Math.floor(k / inner) * x.shape[axis] + i) * inner + (k % inner)];
      for (let i = 1; i < x.shape[axis]; i++)
        if (better(at(i), at(out[k])) || (last && at(i) === at(out[k]))) out[k] = i;
    }
    return constant("int", shape, out);
  };

/** A one at the place that each index names along a new axis. */
const oneHot: Operator = (call) => {
  const { node, t } = call;
  const depth = call.integers(1)?.[0] ?? Number(call.known(1)?.data[0]);
  const values = call.known(2)?.data ?? node.refuse("values", "none");
  const indices = call.folded(0);
  if (!(Number.isInteger(depth) && depth >= 1)) node.refuse("a depth of at least 1", `${depth}`);
  const axis = call.axis(node.int("axis", -1), indices.shape.length + 1);
  const shape = [...indices.shape.slice(0, axis), depth, ...indices.shape.slice(axis)];
  const inner = sizeOf(indices.shape.slice(axis));
  const count = call.budget.take(node, shape);
  const places = t.derive([indices], ([x]) => each(x, (i) => (i < 0 ? i + depth : i)));
  return t.derive([places], ([{ data }]) =>
    constant(
      "float",
      shape,
      Float64Array.from({ length: count }, (_, k) => {
        const list = Math.floor(k / (depth * inner)) * inner + (k % inner);
        return values[data[list] === Math.floor(k / inner) % depth ? 1 : 0];
      }),
    ),
  );
};

export const gathers = {
  Gather: gather,
  GatherElements: gatherElements,
  GatherND: gatherND,
  ArgMax: extreme((a, b) => a > b),
  ArgMin: extreme((a, b) => a < b),
  OneHot: oneHot,
} satisfies Record<string, Operator>;
