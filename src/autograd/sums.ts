import { type Graph, type NodeId, type Shape, sizeOf } from "../model/graph.ts";
import type { Builder } from "./builder.ts";
import { sameShape } from "./ops/op.ts";
import { rebuilt } from "./passes.ts";

/**
 * Sums of tangents over leading axes, taken apart: sum(s a + t b) = s sum(a) + t sum(b) where s and t do not change along these
 * axes. Behind the statistics of a batch, sums wait for sums: the tangent of a variance needs that of the mean first, and the
 * gradient's mean is taken of a tensor all of whose parts have known sums. Each would be another walk over a
 * whole activation; taken apart, the first shares the walk of the mean and the second needs none.
 *
 * A sum is replaced where its parts' sums are at hand (they do not depend on the tangent, or stand in the graph), but
 * for at most one: the product of something that does not depend on the tangent with a tensor whose own sum is
 * at hand, so that one walk serves both. Tensors that do not depend on the tangent are never taken apart: where they are
 * centred, that is what keeps the parts from cancelling.
 */
export const distributeSums = (graph: Graph): Graph =>
  rebuilt(graph, (g) => {
    const sums = new TangentSums(g);
    return ({ op, attrs }, operands) =>
      op === "sum" ? sums.sum(operands[0], attrs.axes as readonly number[]) : g.op(op, operands, attrs);
  });

/** Parts of one sum at most, and how deep it is taken apart; what lies beyond stays one part. */
const MOST_PARTS = 8;
const DEPTH = 16;

/** scale * small * tensor. */
interface Part {
  readonly scale: number;
  /** Of the shape of the sum; null for 1. */
  readonly small: NodeId | null;
  /** Of the shape that is summed; null for 1. */
  readonly tensor: NodeId | null;
  /** Whether `tensor` is a product with a tensor whose sum is at hand. */
  readonly shares: boolean;
}

class TangentSums {
  readonly #g: Builder;
  /** Per node, as far as asked: whether it depends on the tangent. */
  readonly #tangent: boolean[] = [];
  /** Sums in the graph, by operand and axes. */
  readonly #known = new Set<string>();

  constructor(g: Builder) {
    this.#g = g;
  }

  sum(x: NodeId, axes: readonly number[]): NodeId {
    const g = this.#g;
    const from = g.shape(x);
    // Sums along rows are taken by one thread each and wait for nothing.
    if (axes.includes(from.length - 1) || !this.#dependsOnTangent(x)) return this.#plain(x, axes);
    const shape = from.map((size, axis) => (axes.includes(axis) ? 1 : size));
    const parts = this.#partsOf(x, axes, shape);
    const fresh = parts.filter(({ tensor }) => tensor !== null && !this.#atHand(tensor, axes));
    if (parts.length < 2 || fresh.length > 1 || !fresh.every(({ shares }) => shares))
      return this.#plain(x, axes);
    const sums = parts.map(({ scale, small, tensor }) => {
      const own = tensor === null ? g.full(sizeOf(from) / sizeOf(shape), shape) : this.#plain(tensor, axes);
      return g.mul(small === null ? own : g.mul(small, own), g.constant(scale));
    });
    return sums.reduce((a, b) => g.add(a, b));
  }

  #plain(x: NodeId, axes: readonly number[]): NodeId {
    this.#known.add(keyOf(x, axes));
    return this.#g.op("sum", [x], { axes });
  }

  #atHand(x: NodeId, axes: readonly number[]): boolean {
    return !this.#dependsOnTangent(x) || this.#known.has(keyOf(x, axes));
  }

  #dependsOnTangent(id: NodeId): boolean {
    for (let next = this.#tangent.length; next <= id; next++) {
      const { op, inputs } = this.#g.node(next);
      this.#tangent.push(op === "tangent" || inputs.some((input) => this.#tangent[input]));
    }
    return this.#tangent[id];
  }

  /** A tensor as a sum of parts; those of one tensor and factor are one. */
  #partsOf(x: NodeId, axes: readonly number[], shape: Shape, depth = 0): readonly Part[] {
    const g = this.#g;
    const whole: readonly Part[] = [{ scale: 1, small: null, tensor: x, shares: false }];
    const small = this.#along(x, shape);
    if (small !== null) return [{ scale: 1, small, tensor: null, shares: false }];
    if (depth === DEPTH || (depth > 0 && this.#atHand(x, axes))) return whole;
    const { op, inputs } = g.node(x);
    const below = (id: NodeId): readonly Part[] => this.#partsOf(id, axes, shape, depth + 1);
    const scaled = (parts: readonly Part[], by: number): readonly Part[] =>
      parts.map((part) => ({ ...part, scale: part.scale * by }));
    let parts: readonly Part[];
    if (op === "neg") parts = scaled(below(inputs[0]), -1);
    else if (op === "add") parts = [...below(inputs[0]), ...below(inputs[1])];
    else if (op === "sub") parts = [...below(inputs[0]), ...scaled(below(inputs[1]), -1)];
    else if (op === "mul") {
      const [a, b] = inputs;
      const [factor, changing] = this.#dependsOnTangent(a) ? [b, a] : [a, b];
      parts = below(changing).map((part) => this.#times(part, factor, axes, shape));
    } else return whole;
    const joined = joinEqual(parts);
    return joined.length > MOST_PARTS ? whole : joined;
  }

  #times(part: Part, factor: NodeId, axes: readonly number[], shape: Shape): Part {
    const g = this.#g;
    const known = g.uniform(factor);
    if (known !== null) return { ...part, scale: part.scale * known };
    const small = this.#along(factor, shape);
    if (small !== null) return { ...part, small: part.small === null ? small : g.mul(part.small, small) };
    if (part.tensor === null) return { ...part, tensor: factor };
    return { ...part, tensor: g.mul(part.tensor, factor), shares: this.#atHand(part.tensor, axes) };
  }

  /** What a tensor repeats along the summed axes, in the shape of the sum; null where it changes along them. */
  #along(x: NodeId, shape: Shape): NodeId | null {
    const { op, inputs } = this.#g.node(x);
    if (op !== "broadcast") return null;
    const own = this.#g.shape(inputs[0]);
    const aligned = shape.slice(shape.length - own.length);
    if (!own.every((size, axis) => size === 1 || size === aligned[axis])) return null;
    return sameShape(own, shape) ? inputs[0] : this.#g.op("broadcast", [inputs[0]], { shape });
  }
}

const keyOf = (x: NodeId, axes: readonly number[]): string => `${x} ${axes.join()}`;

function joinEqual(parts: readonly Part[]): readonly Part[] {
  const joined: Part[] = [];
  for (const part of parts) {
    const at = joined.findIndex(({ small, tensor }) => small === part.small && tensor === part.tensor);
    if (at < 0) joined.push(part);
    else joined[at] = { ...joined[at], scale: joined[at].scale + part.scale };
  }
  return joined;
}
