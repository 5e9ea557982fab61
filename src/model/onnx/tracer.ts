import { printShape } from "../errors.ts";
import { type GraphBuilder, type NodeId, type Shape, sizeOf } from "../graph.ts";
import { type Constant, constant } from "./tensor.ts";

/**
 * The values of an ONNX graph on their way into ours. ONNX counts axes in its own order (images NCHW), our graph in
 * another (NHWC): a value carries the order of its node's axes, so a transposition costs nothing until an operation
 * needs a certain order.
 */

/** A float initialiser before its first use decides what it is. */
export interface Weight {
  readonly kind: "weight";
  readonly name: string;
  readonly value: Constant;
}

/** A node of our graph: its axis k is axis axes[k] of the ONNX value. */
export interface Traced {
  readonly kind: "traced";
  readonly node: NodeId;
  readonly axes: readonly number[];
}

export type Value = Constant | Weight | Traced;

export interface TracedParameter {
  readonly name: string;
  readonly shape: Shape;
  readonly data: Float32Array;
}

export const identity = (rank: number): number[] => Array.from({ length: rank }, (_, i) => i);
export const sameList = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((n, i) => n === b[i]);

export class Tracer {
  readonly g: GraphBuilder;
  readonly opset: number;
  /** BatchNorm with running statistics or with those of the batch. */
  readonly bn: "eval" | "batch";
  /** In order of first use. */
  readonly parameters: TracedParameter[] = [];
  /** Values of the graph's `state` inputs. */
  readonly states = new Map<string, Float32Array>();
  /** Initialisers of several elements that are held constant, apart from running statistics. */
  readonly heldConstant = new Set<string>();
  /** Sentences for the card. */
  readonly notes = new Set<string>();
  readonly #leaves = new Map<Constant, Traced>();
  /** The name under which a weight was declared. */
  readonly #names = new Map<string, string>();
  readonly #taken: Set<string>;

  constructor(g: GraphBuilder, opset: number, bn: "eval" | "batch", names: Iterable<string>) {
    this.g = g;
    this.opset = opset;
    this.bn = bn;
    this.#taken = new Set(names);
  }

  shape(value: Value): Shape {
    if (value.kind === "constant") return value.shape;
    if (value.kind === "weight") return value.value.shape;
    const shape = this.g.shape(value.node);
    return value.axes.map((_, axis) => shape[value.axes.indexOf(axis)]);
  }

  traced(node: NodeId, axes: readonly number[] = identity(this.g.shape(node).length)): Traced {
    return { kind: "traced", node, axes };
  }

  op(name: string, inputs: readonly NodeId[], attrs = {}): NodeId {
    return this.g.op(name, inputs, attrs);
  }

  /** The value as a node whose axes stand in the order `axes`, by default ONNX's. */
  node(value: Value, axes: readonly number[] = identity(this.shape(value).length)): NodeId {
    const { node, axes: from } = this.trace(value);
    return this.#permute(
      node,
      axes.map((axis) => from.indexOf(axis)),
    );
  }

  /** The value as a node; a weight becomes a parameter, a constant a state unless all its elements are equal. */
  trace(value: Value): Traced {
    if (value.kind === "traced") return value;
    return value.kind === "weight" ? this.parameter(value) : this.#leaf(value, null);
  }

  /**
   * A weight as a trainable parameter.
   * @param axes graph axis k is file axis axes[k]; only the first use decides
   * @param recovered name to use where the file's own says nothing
   */
  parameter(
    { name, value }: Weight,
    axes: readonly number[] = identity(value.shape.length),
    recovered: string | null = null,
  ): Traced {
    const known = this.#leaves.get(value);
    if (known !== undefined) return known;
    const data = floats(value);
    const shown = this.#named(name, recovered);
    const traced = this.traced(this.g.param(shown, value.shape, axes), axes);
    this.parameters.push({ name: shown, shape: value.shape, data });
    this.#leaves.set(value, traced);
    return traced;
  }

  /** A weight or constant that is not trained: running statistics, masks, normalisation. */
  state(value: Weight | Constant): Traced {
    return value.kind === "weight" ? this.#leaf(value.value, value.name) : this.#leaf(value, null);
  }

  /** Adds axes of size 1 in front up to `rank`. */
  lift(value: Traced, rank: number): Traced {
    const missing = rank - value.axes.length;
    if (missing <= 0) return value;
    const shape = [...Array<number>(missing).fill(1), ...this.g.shape(value.node)];
    const axes = [...identity(missing), ...value.axes.map((axis) => axis + missing)];
    return this.traced(this.op("reshape", [value.node], { shape }), axes);
  }

  /**
   * Operands of a pointwise operation as nodes that broadcast to one shape, in the order of axes of the first of full
   * rank that has one of its own.
   */
  aligned(values: readonly Value[]): { readonly nodes: readonly NodeId[]; readonly axes: readonly number[] } {
    const rank = Math.max(...values.map((value) => this.shape(value).length));
    const traced = values.map((value) => this.lift(this.trace(value), rank));
    const axes = traced.find((t) => !sameList(t.axes, identity(rank)) && sizeOf(this.shape(t)) > 1)?.axes;
    const order = axes ?? identity(rank);
    return { nodes: traced.map((value) => this.node(value, order)), axes: order };
  }

  /** Applies a pointwise op of our table. */
  pointwise(name: string, ...values: Value[]): Traced {
    const { nodes, axes } = this.aligned(values);
    return this.traced(this.op(name, nodes), axes);
  }

  scalar(value: number): Constant {
    return constant("float", [], [value]);
  }

  #leaf(value: Constant, name: string | null): Traced {
    const known = this.#leaves.get(value);
    if (known !== undefined) return known;
    // Not through float32: a number of our own, such as 1/49, keeps its digits in float64.
    const elements = Array.from(value.data);
    const [first] = elements;
    const uniform = name === null && Number.isFinite(first) && elements.every((x) => x === first);
    const node = uniform ? this.#full(first, value.shape) : this.#state(floats(value), value.shape, name);
    const traced = this.traced(node);
    this.#leaves.set(value, traced);
    return traced;
  }

  #full(number: number, shape: Shape): NodeId {
    const node = this.g.constant(number);
    return shape.length === 0 ? node : this.op("broadcast", [node], { shape });
  }

  #state(data: Float32Array, shape: Shape, name: string | null): NodeId {
    const shown = name ?? `constant ${this.states.size}`;
    const input = `state:${shown}`;
    this.states.set(input, data);
    return this.g.input(input, shape, "state");
  }

  /** The recovered name unless another tensor has it. */
  #named(name: string, recovered: string | null): string {
    const known = this.#names.get(name);
    if (known !== undefined) return known;
    const shown = recovered !== null && !this.#taken.has(recovered) ? recovered : name;
    this.#taken.add(shown);
    this.#names.set(name, shown);
    return shown;
  }

  /** Axis k of the result is axis perm[k]. A permutation that only moves axes of size 1 is a reshape. */
  #permute(node: NodeId, perm: readonly number[]): NodeId {
    if (perm.every((axis, i) => axis === i)) return node;
    const shape = this.g.shape(node);
    const long = perm.filter((axis) => shape[axis] !== 1);
    if (long.every((axis, i) => i === 0 || axis > long[i - 1]))
      return this.op("reshape", [node], { shape: perm.map((axis) => shape[axis]) });
    return this.op("transpose", [node], { perm });
  }
}

/** Numbers of a constant as float32. Integers below 2^24 are exact. */
export const floats = ({ data }: Constant): Float32Array =>
  data instanceof Float32Array ? data : Float32Array.from(data);

/** For messages. */
export const describe = (t: Tracer, value: Value): string => printShape(t.shape(value));
