import type { Numbers, TensorData } from "./decode.ts";
import { sizeOf } from "./graph.ts";
import { limits } from "./limits.ts";

/**
 * A tensor as it was read. Floating-point numbers are float32 whatever the file holds, because that is what the
 * GPU computes with; integers keep their width; booleans are bytes 0 and 1.
 */
export interface Tensor extends Numbers {
  readonly name: string;
  /** The file's own word for the element type, e.g. `BF16`, `<f8`. */
  readonly dtype: string;
  readonly shape: readonly number[];
  /** Row-major, sizeOf(shape) elements. */
  readonly data: TensorData;
}

export type { TensorData };

/** The tensors of a file by name, in the file's order. */
export type Tensors = ReadonlyMap<string, Tensor>;

/** What is wrong with a shape read from a file, as the words after "expected" and "file has"; undefined if sound. */
export function shapeDefect(shape: readonly number[]): { expected: string; found: string } | undefined {
  if (shape.length > limits.rank) {
    return { expected: `at most ${limits.rank} axes`, found: `${shape.length}` };
  }
  const long = shape.find((d) => d > limits.dimension);
  if (long !== undefined) {
    return { expected: `axes of at most ${limits.dimension} elements`, found: `an axis of ${long}` };
  }
  // Each factor is below 2^31 and the cap is 2^29, so the product of a prefix is exact while it matters.
  if (sizeOf(shape) > limits.tensorElements) {
    return { expected: `at most ${limits.tensorElements} elements`, found: `shape [${shape.join(",")}]` };
  }
  return undefined;
}

/**
 * The elements of a strided view in row-major order, as a new array. Strides and offset count elements; every element
 * of the view must lie within `data`.
 */
export function gatherStrided(
  data: TensorData,
  shape: readonly number[],
  strides: readonly number[],
  offset = 0,
): TensorData {
  const make = data.constructor as new (length: number) => TensorData;
  const out = new make(sizeOf(shape));
  const index = shape.map(() => 0);
  let from = offset;
  for (let to = 0; to < out.length; to++) {
    out[to] = data[from];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += strides[axis];
      if (++index[axis] < shape[axis]) break;
      from -= strides[axis] * shape[axis];
      index[axis] = 0;
    }
  }
  return out;
}
