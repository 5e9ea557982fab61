import type { ArraySpec, NumbersByName } from "./architecture.ts";
import { printShape, type Refuse } from "./errors.ts";
import { type Shape, sizeOf } from "./graph.ts";
import type { Tensor, Tensors } from "./tensor.ts";

/** Samples as named arrays in a file's own layout, for networks with inputs of any kind. */

interface Range {
  /** First sample, and samples. */
  readonly start: number;
  readonly count: number;
}

export interface NamedArrays {
  /** By the names of the network's inputs. */
  readonly inputs: NumbersByName;
  readonly shapes: Readonly<Record<string, Shape>>;
}

/** The array of an input, by the first of its names that the file has. */
export function findSource(arrays: Tensors, { sources }: ArraySpec): Tensor | undefined {
  const name = sources.find((source) => arrays.has(source));
  return name === undefined ? undefined : arrays.get(name);
}

/**
 * Sizes that data decide, by the names that the specs give them. An array that is not there takes the sizes of the
 * others.
 */
export function symbolsOf(specs: readonly ArraySpec[], arrays: Tensors): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const spec of specs) {
    const shape = findSource(arrays, spec)?.shape;
    if (shape?.length !== spec.axes.length) continue;
    spec.axes.forEach((axis, i) => {
      if (i > 0 && typeof axis === "string" && !found.has(axis)) found.set(axis, shape[i]);
    });
  }
  return found;
}

/** @throws FormatError where an array is missing or does not fit */
export function readArrays(
  specs: readonly ArraySpec[],
  arrays: Tensors,
  { start, count }: Range,
  refuse: Refuse,
): NamedArrays {
  const symbols = symbolsOf(specs, arrays);
  const available = specs.map((spec) => findSource(arrays, spec)?.shape[0]).find((n) => n !== undefined) ?? 0;
  const inputs: Record<string, Float32Array | Int32Array> = {};
  const shapes: Record<string, Shape> = {};
  for (const spec of specs) {
    const row = spec.axes
      .slice(1)
      .map((axis) => (typeof axis === "number" ? axis : (symbols.get(axis) ?? -1)));
    const array = findSource(arrays, spec);
    if (array === undefined && (spec.absent === null || row.includes(-1)))
      refuse("arrays", spec.sources.join(" or "), [...arrays.keys()].slice(0, 8).join(", ") || "no array");
    const shape = [count, ...row];
    shapes[spec.name] = shape;
    inputs[spec.name] =
      array === undefined
        ? filled(spec, shape)
        : read(spec, array, [available, ...row], { start, count }, refuse);
  }
  return { inputs, shapes };
}

function filled({ absent, element }: ArraySpec, shape: Shape): Float32Array | Int32Array {
  const last = shape[shape.length - 1];
  const data = Int32Array.from({ length: sizeOf(shape) }, (_, i) =>
    absent === "places" ? i % last : absent === "ones" ? 1 : 0,
  );
  return element === "float" ? Float32Array.from(data) : data;
}

function read(
  { element }: ArraySpec,
  { name, shape, data, dtype }: Tensor,
  wanted: Shape,
  { start, count }: Range,
  refuse: Refuse,
): Float32Array | Int32Array {
  if (shape.length !== wanted.length || wanted.some((n, i) => n !== shape[i] || n < 1))
    refuse(name, printShape(wanted).replaceAll("-1", "?"), printShape(shape));
  const size = sizeOf(wanted.slice(1));
  const part = data.subarray(start * size, (start + count) * size);
  if (element === "float") {
    const numbers = Float32Array.from(part as ArrayLike<number | bigint>, Number);
    const bad = numbers.findIndex((v) => !Number.isFinite(v));
    if (bad >= 0)
      refuse(name, "finite float32 numbers", `${numbers[bad]} in sample ${start + Math.floor(bad / size)}`);
    return numbers;
  }
  if (data instanceof Float32Array)
    refuse(name, "whole numbers", `dtype ${dtype}`, `Convert them: ${name}.astype('int64')`);
  return Int32Array.from(part as ArrayLike<number | bigint>, (v, i) => {
    const value = Number(v);
    const allowed = element === "bool" ? value === 0 || value === 1 : Math.abs(value) < 2 ** 31;
    if (!allowed)
      refuse(
        name,
        element === "bool" ? "zeros and ones" : "numbers below 2^31",
        `${value} in sample ${start + Math.floor(i / size)}`,
      );
    return value;
  });
}
