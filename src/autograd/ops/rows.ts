import { type Attrs, type Shape, sizeOf } from "../../model/graph.ts";
import { indexed } from "./families.ts";
import { EPSILON, type Example, fail, integer, type Random, sameShape, ulps } from "./op.ts";

/**
 * Reading rows of a table by their numbers, and the adjoint: adding rows to a table. Both are linear in their first
 * operand; the second holds i32 indices, which have no derivative. Each is the other's adjoint, so the pair is closed
 * under differentiation.
 */

/** Calls `visit(place of the row in the table, place of its copy)` in the order of the indices. */
function eachRow(
  name: string,
  indices: Float64Array,
  count: number,
  length: number,
  visit: (table: number, copy: number) => void,
): void {
  indices.forEach((index, i) => {
    if (!Number.isInteger(index) || index < 0 || index >= count)
      throw new Error(`${name}: expected indices from 0 to ${count - 1}, found ${index} at element ${i}`);
    visit(index * length, i * length);
  });
}

const checkTable = (table: Shape): Shape =>
  table.length < 2 ? fail("the table needs rows of at least one axis") : table;

function rowCount(attrs: Attrs): number {
  const { rows: count } = attrs;
  return typeof count === "number" && Number.isSafeInteger(count) && count >= 1
    ? count
    : fail("attribute rows must be a positive integer");
}

/** Tables with rows that no index names and with rows named several times. */
const tables = (random: Random): { table: Shape; indices: Shape }[] => {
  const [a, b, c] = [0, 1, 2].map(() => integer(random, 1, 5));
  return [
    { table: [7, a], indices: [4] },
    { table: [3, b], indices: [2, 5] },
    { table: [2, 3, c], indices: [3, 2] },
  ];
};

/** table [V,...row], indices [...k] of 0 to V - 1 -> [...k,...row]. */
export const gather = indexed("gather", {
  kind: "rows",
  indexDtype: "i32",
  tolerance: ulps(0),
  shape: ([table, indices]) => [...indices, ...checkTable(table).slice(1)],
  f64: ([table, indices], [[count, ...row]], _attrs, shape) => {
    const out = new Float64Array(sizeOf(shape));
    const length = sizeOf(row);
    eachRow("gather", indices, count, length, (from, to) => {
      out.set(table.subarray(from, from + length), to);
    });
    return out;
  },
  adjoint: (g, { inputs: [table, indices] }, cotangent) =>
    g.op("scatterAdd", [cotangent, indices], { rows: g.shape(table)[0] }),
  examples: (random) =>
    tables(random).map(
      ({ table, indices }): Example => ({ shapes: [table, indices], attrs: {}, indexBound: table[0] }),
    ),
});

/** `{rows}`: values [...k,...row], indices [...k] -> [rows,...row]: the sum of the values of each index, in order. */
export const scatterAdd = indexed("scatterAdd", {
  kind: "rows",
  indexDtype: "i32",
  // Up to ten summands in the examples.
  tolerance: { relative: 16 * EPSILON, absolute: 0 },
  shape: ([values, indices], attrs) => {
    const row = values.slice(indices.length);
    if (row.length === 0 || !sameShape(values.slice(0, indices.length), indices))
      return fail("values must have the axes of the indices and then those of a row, at least one");
    return [rowCount(attrs), ...row];
  },
  f64: ([values, indices], _shapes, attrs, shape) => {
    const out = new Float64Array(sizeOf(shape));
    const count = rowCount(attrs);
    const length = out.length / count;
    eachRow("scatterAdd", indices, count, length, (to, from) => {
      for (let i = 0; i < length; i++) out[to + i] += values[from + i];
    });
    return out;
  },
  adjoint: (g, { inputs: [, indices] }, cotangent) => g.op("gather", [cotangent, indices]),
  examples: (random) =>
    tables(random).map(
      ({ table: [count, ...row], indices }): Example => ({
        shapes: [[...indices, ...row], indices],
        attrs: { rows: count },
        indexBound: count,
      }),
    ),
});
