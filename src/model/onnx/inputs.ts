import type { ArraySpec, BuildOptions, InputSpec } from "../architecture.ts";
import { printShape, quote } from "../errors.ts";
import { type Shape, sizeOf } from "../graph.ts";
import { limits } from "../limits.ts";
import { UNSUPPORTED } from "./node.ts";
import { NHWC } from "./operators/linear.ts";
import type { Program } from "./program.ts";
import type { ValueInfo } from "./schema.ts";
import { constant, type Element, elementOf, printDataTypes } from "./tensor.ts";
import type { Tracer, Value } from "./tracer.ts";

/**
 * The inputs of an ONNX graph as samples of a batch: images, vectors, or named arrays. The first axis of each is the
 * batch and is bound when the graph is built, whatever the file says.
 */

export interface Inputs {
  readonly spec: InputSpec;
  /** Pixels that the file fixes. */
  readonly sides: Sides;
}

export interface Sides {
  readonly height?: number;
  readonly width?: number;
}

/** @throws FormatError where an input cannot carry samples */
export function inputsOf({ inputs, refuse }: Program): Inputs {
  if (inputs.length === 0) refuse("graph inputs", "an input with the samples", "none", UNSUPPORTED);
  const read = inputs.map((info) => ({ ...describeInput(info, refuse), name: info.name ?? "" }));
  const [{ name, sizes, element, where }] = read;
  const printed = printShape(sizes.map((n) => n ?? -1)).replaceAll("-1", "?");
  const source = name === "" ? {} : { source: name };
  if (read.length === 1 && element === "float" && sizes.length === 2 && sizes[1] !== null)
    return { spec: { name: "x", features: sizes[1], ...source }, sides: {} };
  if (read.length > 1 || element !== "float" || sizes.length !== 4) {
    const named = read.filter((input) => input.sizes.length === 0);
    if (named.length > 0) refuse(named[0].where, "an axis for the samples", "a number", UNSUPPORTED);
    return { spec: { name: "arrays", arrays: inputs.map((info, i) => arraySpec(info, i, read)) }, sides: {} };
  }
  const [, channels, height, width] = sizes;
  if (channels === null)
    return refuse(where, "[N,features] or [N,channels,height,width]", printed, UNSUPPORTED);
  if ([height, width].some((side) => side !== null && side > limits.imageSide))
    refuse(
      where,
      `images of at most ${limits.imageSide} pixels a side`,
      printed,
      "Export with smaller images",
    );
  const sides = { ...(height === null ? {} : { height }), ...(width === null ? {} : { width }) };
  return { spec: { name: "images", channels, ...source }, sides };
}

interface Described {
  readonly where: string;
  readonly element: Element;
  /** Sizes of the axes, null where the file leaves them open. */
  readonly sizes: readonly (number | null)[];
}

function describeInput({ name = "", type }: ValueInfo, refuse: Program["refuse"]): Described {
  const where = `input ${quote(name)}`;
  const kind = type?.tensor_type?.elem_type;
  const element =
    elementOf(kind) ??
    refuse(where, `a data type among ${printDataTypes()}`, `data type ${kind ?? 0}`, UNSUPPORTED);
  const dims = type?.tensor_type?.shape?.dim ?? [];
  if (dims.length > limits.rank) refuse(where, `at most ${limits.rank} axes`, `${dims.length}`, UNSUPPORTED);
  const sizes = dims.map(({ dim_value }) =>
    dim_value !== undefined && dim_value > 0 && dim_value <= limits.dimension ? dim_value : null,
  );
  return { where, element, sizes };
}

/** What an array of integers is, told from its name, and the name under which tokenizers write it. */
const ROLES: readonly (readonly [RegExp, string, ArraySpec["absent"]])[] = [
  [/mask/i, "attention_mask", "ones"],
  [/type|segment/i, "token_type_ids", "zeros"],
  [/position/i, "position_ids", "places"],
];

function arraySpec(
  info: ValueInfo,
  place: number,
  all: readonly (Described & { name: string })[],
): ArraySpec {
  const { name, element, sizes } = all[place];
  const symbols = (info.type?.tensor_type?.shape?.dim ?? []).map(({ dim_param = "" }) => dim_param);
  // Axes without a name of their own are one length in all inputs of tokens: the axis number stands for it.
  const axes = sizes.map((n, axis) => n ?? (symbols[axis] || `axis ${axis}`));
  const role = ROLES.find(([pattern]) => pattern.test(name));
  if (role !== undefined)
    return { name, element, axes, sources: [...new Set([name, role[1]])], absent: role[2] };
  const isFirst = (wanted: (d: Described & { name: string }) => boolean): boolean =>
    all.findIndex((d) => wanted(d) && !ROLES.some(([pattern]) => pattern.test(d.name))) === place;
  const usual = [
    ...(element !== "float" && isFirst((d) => d.element !== "float") ? ["input_ids"] : []),
    ...(element === "float" && sizes.length === 4 && isFirst((d) => d.sizes.length === 4) ? ["images"] : []),
    ...(element === "float" && sizes.length !== 4 && isFirst((d) => d.element === "float")
      ? ["x", "x_f32"]
      : []),
  ];
  return { name, element, axes, sources: [...new Set([name, ...usual])], absent: null };
}

/** Size of an axis that neither file nor data decide, in the trial that finds out what a file holds. */
const TRIAL_SIZE = 8;

/** Shapes of the named arrays for a number of samples. */
export const arrayShapes = (
  arrays: readonly ArraySpec[],
  samples: number,
  symbols: ReadonlyMap<string, number>,
): Readonly<Record<string, Shape>> =>
  Object.fromEntries(
    arrays.map(({ name, axes }) => [
      name,
      axes.map((axis, i) => {
        if (i === 0) return samples;
        return typeof axis === "number" ? axis : (symbols.get(axis) ?? TRIAL_SIZE);
      }),
    ]),
  );

/** The inputs as values of the trace: integers are folded per batch, the others enter the graph. */
export function inputValues({ spec }: Inputs, t: Tracer, options: BuildOptions): ReadonlyMap<string, Value> {
  const { batchSize, height = 32, width = 32 } = options;
  if (spec.name === "input_ids") throw new Error("internal: an ONNX file takes tokens as named arrays");
  if (spec.name === "x") {
    const node = t.g.input("x", [batchSize, spec.features], "data");
    return new Map([[spec.source ?? "", t.traced(node)]]);
  }
  if (spec.name === "images") {
    const node = t.g.input("images", [batchSize, height, width, spec.channels], "data");
    return new Map([[spec.source ?? "", t.traced(node, NHWC)]]);
  }
  return new Map(
    spec.arrays.map(({ name, element }): [string, Value] => {
      const shape = options.shapes?.[name];
      if (shape === undefined) throw new Error(`internal: no shape is given for input ${name}`);
      if (element === "float") return [name, t.traced(t.g.input(name, shape, "data"))];
      return [name, t.perBatch.input(name, constant(element, shape, new Float64Array(sizeOf(shape))))];
    }),
  );
}

/** Holds the pixels of the data against those that the file fixes. */
export function checkSides(
  { refuse }: Program,
  { spec, sides }: Inputs,
  { height = sides.height, width = sides.width }: Sides,
): void {
  if (spec.name !== "images") return;
  if ((sides.height ?? height) === height && (sides.width ?? width) === width) return;
  refuse(
    `input ${quote(spec.source ?? "")}`,
    `images of ${sides.height ?? height}x${sides.width ?? width} pixels`,
    `data of ${height}x${width}`,
    "Resize the images, or export with dynamic_axes for height and width",
  );
}
