import type { Candidate } from "../architecture.ts";
import { printShape } from "../errors.ts";
import { type Dtype, type GraphBuilder, type NodeId, type Shape, sizeOf } from "../graph.ts";
import { floats, numbersFor, uniform } from "./numbers.ts";
import { PerBatch } from "./perBatch.ts";
import { type Constant, constant } from "./tensor.ts";
import { type Choice, defaultFor, groupOf } from "./trainable.ts";

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
  readonly value: Constant;
}

/** An input of our graph that the file computes from the integers of a batch. */
export interface Feed {
  readonly value: Constant;
  readonly dtype: Dtype;
}

export const identity = (rank: number): number[] => Array.from({ length: rank }, (_, i) => i);
export const sameList = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((n, i) => n === b[i]);

export interface TracerOptions {
  readonly opset: number;
  /** BatchNorm with running statistics or with those of the batch. */
  readonly bn: "eval" | "batch";
  /** Samples of the batch. */
  readonly samples: number;
  /** Names of the file's initialisers. */
  readonly names: Iterable<string>;
  /** Scalar initialisers that are numbers of the computation, by value. */
  readonly scalars: ReadonlyMap<Constant, string>;
  readonly choice: Choice;
}

export class Tracer {
  readonly g: GraphBuilder;
  readonly opset: number;
  readonly bn: "eval" | "batch";
  readonly samples: number;
  /** In order of first use. */
  readonly parameters: TracedParameter[] = [];
  /** Float initialisers that the output is differentiable in, in order of first use, trained or not. */
  readonly candidates = new Map<string, Candidate>();
  /** Values of the graph's `state` inputs. */
  readonly states = new Map<string, Float32Array | Int32Array>();
  /** What is computed from the integers of a batch, and the graph's inputs that carry it. */
  readonly perBatch = new PerBatch();
  readonly feeds = new Map<string, Feed>();
  /** Initialisers of several elements that are held constant, apart from running statistics. */
  readonly heldConstant = new Set<string>();
  /** Sentences for the card. */
  readonly notes = new Set<string>();
  readonly #scalars: TracerOptions["scalars"];
  readonly #choice: Choice;
  readonly #leaves = new Map<Constant, Traced>();
  readonly #indices = new Map<Constant, NodeId>();
  /** The name under which a weight was declared. */
  readonly #names = new Map<string, string>();
  readonly #taken: Set<string>;

  constructor(g: GraphBuilder, { opset, bn, samples, names, scalars, choice }: TracerOptions) {
    this.g = g;
    this.opset = opset;
    this.bn = bn;
    this.samples = samples;
    this.#taken = new Set(names);
    this.#scalars = scalars;
    this.#choice = choice;
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
   * A weight as a trainable parameter, unless the user's choice leaves it out.
   * @param axes graph axis k is file axis axes[k]; only the first use decides
   * @param recovered name to use where the file's own says nothing
   */
  parameter(
    { name, value }: Weight,
    axes: readonly number[] = identity(value.shape.length),
    recovered: string | null = null,
  ): Traced {
    return this.#use(name, value, true, axes, recovered);
  }

  /** A weight or constant that is not trained unless the user says so: running statistics, masks, normalisation. */
  state(value: Weight | Constant): Traced {
    if (value.kind === "constant") return this.#leaf(value, null);
    return this.#use(value.name, value.value, false, identity(value.value.shape.length), null);
  }

  /**
   * What a weight without a parameter's name is in arithmetic: a constant (a normalisation, a mask, a position buffer),
   * unless the user trains it.
   */
  held(weight: Weight): Value {
    const { name, value } = weight;
    if (this.#leaves.has(value) || this.#candidate(name, value.shape, false)) return weight;
    this.heldConstant.add(name);
    return value;
  }

  #use(
    name: string,
    value: Constant,
    byUse: boolean,
    axes: readonly number[],
    recovered: string | null,
  ): Traced {
    const known = this.#leaves.get(value);
    if (known !== undefined) return known;
    const shown = this.#named(name, recovered);
    if (!this.#candidate(shown, value.shape, byUse)) return this.#leaf(value, shown, byUse);
    const traced = this.traced(this.g.param(shown, value.shape, axes), axes);
    this.parameters.push({ name: shown, shape: value.shape, value });
    this.#leaves.set(value, traced);
    return traced;
  }

  /** Whether the tensor is trained; lists it. */
  #candidate(name: string, shape: Shape, byUse: boolean): boolean {
    const known = this.candidates.get(name);
    if (known !== undefined) return known.chosen;
    const chosen = this.#choice.trained(name, byUse);
    this.candidates.set(name, {
      name,
      shape,
      group: groupOf(name),
      byDefault: defaultFor(name, byUse),
      chosen,
    });
    return chosen;
  }

  /** Computes a constant from constants, anew for each batch where one of them depends on it. */
  derive(
    inputs: readonly Constant[],
    make: (inputs: readonly Constant[], real: boolean) => Constant,
  ): Constant {
    return this.perBatch.derive(inputs, make);
  }

  /** Whole numbers as an i32 node, for gathers. */
  indices(value: Constant): NodeId {
    const known = this.#indices.get(value);
    if (known !== undefined) return known;
    const node = this.#input(value, null, "i32");
    this.#indices.set(value, node);
    return node;
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

  /** @param arithmetic whether infinities stand for masked places; elsewhere they are faults of the file */
  #leaf(value: Constant, name: string | null, arithmetic = true): Traced {
    const known = this.#leaves.get(value);
    if (known !== undefined) return known;
    const scalar = this.#scalars.get(value);
    if (scalar !== undefined) this.#candidate(scalar, value.shape, false);
    const number = name === null && !this.perBatch.has(value) ? uniform(value) : null;
    const node =
      number === null ? this.#input(value, name, "f32", arithmetic) : this.#full(number, value.shape);
    const traced = this.traced(node);
    this.#leaves.set(value, traced);
    return traced;
  }

  #full(number: number, shape: Shape): NodeId {
    const node = this.g.constant(number);
    return shape.length === 0 ? node : this.op("broadcast", [node], { shape });
  }

  /** A constant as an input of the graph: per batch, or fixed. */
  #input(value: Constant, name: string | null, dtype: Dtype, arithmetic = true): NodeId {
    if (this.perBatch.has(value)) {
      const input = `batch:${this.feeds.size}`;
      this.feeds.set(input, { value, dtype });
      return this.g.input(input, value.shape, "data", dtype);
    }
    const input = `state:${name ?? `constant ${this.states.size}`}`;
    this.states.set(input, arithmetic ? numbersFor(dtype, value) : floats(value));
    return this.g.input(input, value.shape, "state", dtype);
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

/** For messages. */
export const describe = (t: Tracer, value: Value): string => printShape(t.shape(value));
