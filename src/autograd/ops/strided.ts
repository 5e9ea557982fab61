import { type Shape, sizeOf } from "../../model/graph.ts";

/** A window on a flat array: element (i0, i1, ...) lies at offset + sum of i_a * strides[a]. */
export interface View {
  readonly data: Float64Array;
  readonly offset: number;
  readonly strides: readonly number[];
}

/** Row-major strides, in elements. */
export function rowMajor(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let step = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = step;
    step *= shape[axis];
  }
  return strides;
}

/** Calls `visit(i, j)` with the places in both views of every index of `shape`, in row-major order. */
export function walk(
  shape: Shape,
  a: Omit<View, "data">,
  b: Omit<View, "data">,
  visit: (i: number, j: number) => void,
): void {
  const rank = shape.length;
  if (rank === 0) {
    visit(a.offset, b.offset);
    return;
  }
  const inner = shape[rank - 1];
  const [stepA, stepB] = [a.strides[rank - 1], b.strides[rank - 1]];
  const index = new Array<number>(rank).fill(0);
  let [i, j] = [a.offset, b.offset];
  for (let row = sizeOf(shape) / inner; row > 0; row--) {
    for (let k = 0; k < inner; k++) visit(i + k * stepA, j + k * stepB);
    for (let axis = rank - 2; axis >= 0; axis--) {
      i += a.strides[axis];
      j += b.strides[axis];
      if (++index[axis] < shape[axis]) break;
      i -= shape[axis] * a.strides[axis];
      j -= shape[axis] * b.strides[axis];
      index[axis] = 0;
    }
  }
}

/** Copies `from` to `to` over the indices of `shape`; a stride of 0 repeats. */
export function copy(shape: Shape, from: View, to: View): void {
  const [source, target] = [from.data, to.data];
  walk(shape, from, to, (i, j) => {
    target[j] = source[i];
  });
}
