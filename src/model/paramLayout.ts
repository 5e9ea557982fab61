import { type Param, sizeOf } from "./graph.ts";

/**
 * Two layouts of a parameter. Files, and the flat vector over all parameters, hold it row-major in `fileShape`;
 * the graph holds it row-major with its axes permuted (graph axis i is file axis axes[i]).
 */

type Floats = Float32Array | Float64Array;

/** For each element in graph order its place in file order. */
function fileIndices({ fileShape, axes }: Param): Int32Array {
  const fileStrides = fileShape.map((_, axis) => sizeOf(fileShape.slice(axis + 1)));
  const indices = new Int32Array(sizeOf(fileShape));
  let filled = 1;
  for (const axis of axes.toReversed()) {
    const [size, stride] = [fileShape[axis], fileStrides[axis]];
    const inner = indices.slice(0, filled);
    for (let i = 0; i < size; i++)
      for (let j = 0; j < filled; j++) indices[i * filled + j] = inner[j] + i * stride;
    filled *= size;
  }
  return indices;
}

function checkLength(param: Param, given: Floats): void {
  if (given.length !== param.size)
    throw new Error(`${param.name}: expected ${param.size} elements, found ${given.length}`);
}

/** The parameter's elements, given in file order, in graph order. */
export function toGraphLayout<T extends Floats>(param: Param, fileOrder: T): T {
  checkLength(param, fileOrder);
  const out = fileOrder.slice() as T;
  fileIndices(param).forEach((from, to) => {
    out[to] = fileOrder[from];
  });
  return out;
}

/** The parameter's elements, given in graph order, in file order. */
export function toFileLayout<T extends Floats>(param: Param, graphOrder: T): T {
  checkLength(param, graphOrder);
  const out = graphOrder.slice() as T;
  fileIndices(param).forEach((to, from) => {
    out[to] = graphOrder[from];
  });
  return out;
}

/** The flat vector over all parameters as one array per parameter, in graph order. */
export function unflatten(params: readonly Param[], flat: Floats): Record<string, Float64Array> {
  return Object.fromEntries(
    params.map((p) => [
      p.name,
      toGraphLayout(p, Float64Array.from(flat.subarray(p.offset, p.offset + p.size))),
    ]),
  );
}

/** The inverse of `unflatten`: one array per parameter, in graph order, as the flat vector in file order. */
export function flatten(params: readonly Param[], arrays: Readonly<Record<string, Floats>>): Float64Array {
  const flat = new Float64Array(params.reduce((n, p) => n + p.size, 0));
  for (const p of params) {
    const array = arrays[p.name];
    if (array === undefined) throw new Error(`${p.name}: no values given for this parameter`);
    flat.set(toFileLayout(p, array), p.offset);
  }
  return flat;
}
