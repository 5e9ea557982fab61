import type { Attrs, Dtype, GraphBuilder, NodeId, Shape } from "../../model/graph.ts";

/** Every operation of the graph language. The table in `table.ts` is total over these names. */
export const OP_NAMES = [
  ...([
    "add",
    "sub",
    "mul",
    "div",
    "neg",
    "exp",
    "log",
    "sqrt",
    "rsqrt",
    "tanh",
    "erf",
    "pow",
    "sin",
    "cos",
  ] as const),
  ...(["relu", "step", "eq", "select", "clip", "inside", "floor", "round"] as const),
  ...(["reshape", "transpose", "broadcast", "slice", "pad", "concat", "stopGradient"] as const),
  ...(["sum", "max"] as const),
  ...(["matmul", "conv2d"] as const),
  ...(["gather", "scatterAdd"] as const),
  ...(["poolArgmax", "poolPick", "poolSpread"] as const),
] as const;

export type OpName = (typeof OP_NAMES)[number];

/** What a transform may do to the graph: append nodes. `Builder` implements it. */
export interface Rules extends GraphBuilder {
  add(a: NodeId, b: NodeId): NodeId;
  sub(a: NodeId, b: NodeId): NodeId;
  mul(a: NodeId, b: NodeId): NodeId;
  div(a: NodeId, b: NodeId): NodeId;
  neg(a: NodeId): NodeId;
  /** `value` broadcast to `shape`. */
  full(value: number, shape: Shape): NodeId;
}

/** One application of an op, as the derivative rules see it. */
export interface Call {
  readonly inputs: readonly NodeId[];
  readonly output: NodeId;
  readonly attrs: Attrs;
}

/** A derivative that is structurally zero is `null`: no node stands for it. */
export type Tangent = NodeId | null;

/**
 * How an op differentiates. `linear`: its tangent is itself; `bilinear`: two products; `pointwise`: partial
 * derivatives per element; `zero`: none; `selection`: it passes on some of its elements.
 */
export type Family = "linear" | "bilinear" | "pointwise" | "zero" | "selection";

/** Operand shapes and attributes for the generic op test. */
export interface Example {
  readonly shapes: readonly Shape[];
  readonly attrs: Attrs;
  /** Where the op has an index operand: its integers are drawn from 0 to this, this not included. */
  readonly indexBound?: number;
}

/** Uniform on [0, 1), seeded by the caller. */
export type Random = () => number;

/**
 * How far a float32 kernel may be off the float64 meaning, per element:
 * |got - want| <= absolute + relative * max(|want|, rms(want over the tensor)).
 */
export interface Tolerance {
  readonly relative: number;
  readonly absolute: number;
}

interface OpBase {
  readonly name: OpName;
  readonly family: Family;
  /** Number of operands, `null` for any number from one on. */
  readonly arity: number | null;
  /** The operand that holds indices, if the op has one. It has no derivative. */
  readonly indexOperand?: number;
  /** Of the index operand: i32 where a caller supplies the indices, f32 where the network computes them. Others are f32. */
  readonly indexDtype?: Dtype;
  /** Shape of the result. Throws `OpError` where operands or attributes do not fit. */
  shape(operands: readonly Shape[], attrs: Attrs): Shape;
  /** The meaning: row-major float64 operands to a row-major result of `shape`. */
  f64(operands: readonly Float64Array[], shapes: readonly Shape[], attrs: Attrs, shape: Shape): Float64Array;
  /** Forward mode: the tangent of the result from the tangents of the operands. */
  jvp(g: Rules, call: Call, tangents: readonly Tangent[]): Tangent;
  /** Reverse mode: the cotangents of the operands from the cotangent of the result. */
  vjp(g: Rules, call: Call, cotangent: NodeId): readonly Tangent[];
  /** Interval from which operands may be drawn so that the op is defined. */
  readonly domain: readonly [number, number];
  /** Twice differentiable on `domain`, so that difference quotients may judge its derivatives. */
  readonly smooth: boolean;
  readonly tolerance: Tolerance;
  /** Random instances, odd sizes included. */
  examples(random: Random): readonly Example[];
}

/** Files of shaders/functions that WGSL text may call. */
export type WgslFunction = "tanh" | "erf" | "log" | "pow" | "sin";

export interface PointwiseOp extends OpBase {
  readonly kind: "pointwise";
  readonly arity: number;
  /** The meaning for one element. */
  readonly scalar: (...operands: number[]) => number;
  /** WGSL text of four elements: vec4f operands to a vec4f. */
  wgsl(args: readonly string[]): string;
  /** What the text calls; a file that another one calls stands before it. */
  readonly helpers: readonly WgslFunction[];
}

export interface TensorOp extends OpBase {
  readonly kind: "movement" | "reduce" | "matmul" | "conv2d" | "rows" | "pool";
}

export type Op = PointwiseOp | TensorOp;

/** Operands or attributes do not fit an op. The builder adds the op's name, shapes and attributes. */
export class OpError extends Error {}

export const fail = (message: string): never => {
  throw new OpError(message);
};

/** A list attribute of `length` integers, each at least `least`. */
export function integers(attrs: Attrs, key: string, length: number, least: number): readonly number[] {
  const value = attrs[key];
  if (
    !Array.isArray(value) ||
    value.length !== length ||
    !value.every((v) => Number.isInteger(v) && v >= least)
  )
    return fail(`attribute ${key} must be ${length} integers of at least ${least}`);
  return value;
}

/** A list attribute of integers, each at least `least`, of any length. */
export function integerList(attrs: Attrs, key: string, least: number): readonly number[] {
  const value = attrs[key];
  return integers(attrs, key, Array.isArray(value) ? value.length : 0, least);
}

export const sameShape = (a: Shape, b: Shape): boolean =>
  a.length === b.length && a.every((n, i) => n === b[i]);

/** Float32 rounding unit. */
export const EPSILON = 2 ** -23;

/** A tolerance of `ulps` units in the last place of the largest of element and root mean square. */
export const ulps = (count: number, absolute = 0): Tolerance => ({ relative: count * EPSILON, absolute });

/** Integer from `low` to `high`, both included. */
export const integer = (random: Random, low: number, high: number): number =>
  low + Math.floor(random() * (high - low + 1));

/** A shape of `rank` random sizes from 1 to `high`. */
export const randomShape = (random: Random, rank: number, high = 5): number[] =>
  Array.from({ length: rank }, () => integer(random, 1, high));
