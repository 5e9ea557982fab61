/**
 * Graph to kernels. Values stay expressions (expr.ts) until something needs them in memory: a matrix product or a
 * convolution as an operand, a second consumer that would have to recompute too much, the tangent program as a
 * residual, or the caller as an output. Whatever stays an expression is fused into its consumer.
 */

import { type OpName, ops } from "../autograd/ops/table.ts";
import { windowOf } from "../autograd/ops/window.ts";
import type { Graph, GraphNode, NodeId, Shape } from "../model/graph.ts";
import { sizeOf } from "../model/graph.ts";
import { type Chain, chained } from "./chains.ts";
import { emit } from "./emit.ts";
import {
  type ConvPair,
  costOf,
  type Expr,
  type Heavy,
  heaviesOf,
  isBatched,
  joinPairs,
  moveExpr,
  substitute,
} from "./expr.ts";
import { type Bounds, fused, type Work } from "./fuse.ts";
import type { Kernel } from "./kernel.ts";
import { type Spill, withinBindings, withOneHost } from "./narrow.ts";
import { isCheap, isRepeated } from "./repeat.ts";
import type { RowLists } from "./rowLists.ts";
import { Slots, type VectorLayouts } from "./slots.ts";
import { MOVEMENT, type StagedGraph, type Survey, survey, VECTOR_OUTPUT } from "./survey.ts";
import type { VectorLayout } from "./vectorLayout.ts";
import { denseLayout, isVec4, reshapeView, transposeView, type View } from "./view.ts";

export interface LowerOptions extends Bounds {
  /** Of theta and grad, and of v and hv unless they have their own. */
  readonly layout: VectorLayout;
  /** Of v and hv where these have other tensors than theta: those of a block, or coefficients that no weight has. */
  readonly layouts?: Partial<VectorLayouts>;
}

export interface Lowered {
  readonly primal: readonly Kernel[];
  readonly tangent: readonly Kernel[];
  /** Where the caller puts the graph's inputs. */
  readonly inputs: ReadonlyMap<string, View>;
  /** Outputs other than `grad:` and `hv:`, which go to the vectors `grad` and `hv`. */
  readonly outputs: ReadonlyMap<string, View>;
  /** What the caller puts beside an index input where it writes it. */
  readonly rowLists: readonly RowLists[];
}

export function lower(staged: StagedGraph, options: LowerOptions): Lowered {
  return new Lowering(staged, options).run();
}

class Lowering {
  readonly #graph: Graph;
  readonly #stage: Uint8Array;
  readonly #options: LowerOptions;
  readonly #values: Expr[] = [];
  readonly #slots: Slots;
  readonly #survey: Survey;
  /** Nodes that own a slot laid out for them, halo included. */
  readonly #owned = new Set<NodeId>();
  readonly #works: [Work[], Work[]] = [[], []];
  readonly #rowLists: RowLists[] = [];
  #now: 0 | 1 = 0;

  constructor(staged: StagedGraph, options: LowerOptions) {
    this.#graph = staged.graph;
    this.#stage = staged.stage;
    this.#options = options;
    this.#slots = new Slots(options.layout, options.layouts);
    this.#survey = survey(staged, this.#slots);
  }

  run(): Lowered {
    const { nodes, inputs, outputs } = this.#graph;
    for (const stage of [0, 1] as const) {
      this.#now = stage;
      nodes.forEach((node, id) => {
        if (this.#stage[id] === stage) this.#node(id, node);
      });
    }
    const results = new Map<string, View>();
    for (const [name, id] of Object.entries(outputs)) {
      this.#now = this.#stage[id] === 1 ? 1 : 0;
      const vector = VECTOR_OUTPUT.exec(name);
      if (vector !== null) this.#storeInto(this.#slots.vector(vector[1], vector[2]), id);
      else results.set(name, this.#stored(id));
    }
    const kept = new Set([...results.values()].map((v) => v.slot));
    const [primal, tangent] = fused(this.#works, kept, this.#options).map((w) => chained(w, this.#options));
    return {
      primal: primal.flatMap((w) => this.#write(w)),
      tangent: tangent.flatMap((w) => this.#write(w)),
      inputs: new Map(inputs.map((i) => [i.name, this.#stored(i.node)])),
      outputs: results,
      rowLists: this.#rowLists,
    };
  }

  #write(chain: Chain): Kernel[] {
    return emit(chain, (shape, batched) => this.#slots.fresh(shape, batched), this.#options);
  }

  #node(id: NodeId, node: GraphNode): void {
    const values = this.#values;
    const [first] = node.inputs;
    switch (node.op) {
      case "param":
        values[id] = { kind: "load", view: this.#slots.vector("theta", node.attrs.name as string) };
        return;
      case "tangent":
        values[id] = { kind: "load", view: this.#slots.vector("v", node.attrs.name as string) };
        return;
      case "input":
        values[id] = { kind: "load", view: this.#slots.fresh(node.shape, false, this.#survey.halos.get(id)) };
        this.#owned.add(id);
        return;
      case "const":
        values[id] = { kind: "const", value: node.attrs.value as number };
        return;
      case "stopGradient":
        values[id] = values[first];
        break;
      case "pad":
        values[id] = this.#pad(
          first,
          node.attrs.low as number[],
          node.attrs.interior as number[],
          node.shape,
        );
        break;
      case "concat":
        values[id] = this.#concat(node);
        break;
      case "sum":
      case "max":
        values[id] = this.#reduce(id, node);
        break;
      case "conv2d":
        values[id] = this.#conv(id, node);
        break;
      case "matmul":
        values[id] = this.#matmul(id, node);
        break;
      case "gather":
      case "scatterAdd":
        values[id] = { kind: "heavy", node: id, work: this.#rows(node), shape: node.shape };
        break;
      case "poolArgmax":
      case "poolPick":
      case "poolSpread":
        values[id] = { kind: "heavy", node: id, work: this.#pool(node.op, node), shape: node.shape };
        break;
      default:
        values[id] = MOVEMENT.has(node.op) ? this.#move(first, node) : this.#pointwise(node);
    }
    this.#settle(id);
  }

  /** Stores a node now if it has to be, or if recomputing it in each consumer would cost more. */
  #settle(id: NodeId): void {
    const expr = this.#values[id];
    const destination = this.#survey.destinations.get(id);
    if (destination !== undefined) {
      this.#storeInto(destination, id);
      this.#values[id] = { kind: "load", view: destination };
      return;
    }
    if (expr.kind === "const" || (expr.kind === "load" && expr.window === undefined)) return;
    const { op, inputs, shape } = this.#graph.nodes[id];
    const shared = this.#survey.uses[id] > 1 && !isCheap(expr, shape);
    if (MOVEMENT.has(op) && (shared || this.#survey.mustStore.has(id))) {
      // What is moved is stored, not the (perhaps much larger) result of moving it.
      this.#stored(inputs[0]);
      this.#values[id] = this.#move(inputs[0], this.#graph.nodes[id]);
      if (this.#values[id].kind === "load") return;
    }
    if (shared || this.#survey.mustStore.has(id)) this.#store(id);
  }

  /** Puts a node's value into a slot of its own. */
  #store(id: NodeId): void {
    const { shape } = this.#graph.nodes[id];
    const expr = this.#values[id];
    const view = this.#slots.fresh(shape, isBatched(expr), this.#survey.halos.get(id));
    this.#emit(expr, view, `%${id}`);
    this.#values[id] = { kind: "load", view };
    this.#owned.add(id);
  }

  /** The view of a node that lies in memory. */
  #stored(id: NodeId): View {
    let expr = this.#values[id];
    if (expr.kind !== "load" || expr.window !== undefined) {
      this.#store(id);
      expr = this.#values[id];
    }
    if (expr.kind !== "load") throw new Error(`internal: %${id} was not stored`);
    return expr.view;
  }

  /** Stores a node into a tensor of a parameter vector. Zero needs no kernel: vectors are zero where unwritten. */
  #storeInto(destination: View, id: NodeId): void {
    const expr = this.#values[id];
    if (expr.kind === "const" && expr.value === 0) return;
    if (expr.kind === "load" && expr.view.slot.vector === destination.slot.vector) return;
    this.#emit(expr, destination, `%${id}`);
  }

  #emit(expr: Expr, view: View, label: string): void {
    const spill: Spill = (part, shape) => {
      const slot = this.#slots.fresh(shape, isBatched(part));
      this.#emit(part, slot, "part");
      return { kind: "load", view: slot };
    };
    const hosted = withOneHost(expr, view.shape, spill);
    const ready = withinBindings(hosted, view.shape, this.#options.maxBindings, spill);
    const [host] = heaviesOf(ready);
    const works = this.#works[this.#now];
    if (host === undefined) works.push({ label, host: null, outputs: [{ expr: ready, view }] });
    else {
      const epilogue = substitute(ready, host.node, { kind: "accumulator", index: 0 });
      works.push({ label, host, outputs: [{ expr: epilogue, view }] });
    }
  }

  #move(input: NodeId, node: GraphNode): Expr {
    if (isRepeated(this.#values[input], this.#graph.nodes[input].shape, node.shape)) this.#stored(input);
    const moved = moveExpr(this.#values[input], node.op, node.attrs);
    if (moved !== null) return moved;
    const view = this.#stored(input);
    const again = moveExpr({ kind: "load", view }, node.op, node.attrs);
    return again ?? { kind: "relinearise", view, shape: node.shape };
  }

  #pad(input: NodeId, low: readonly number[], interior: readonly number[], shape: Shape): Expr {
    return {
      kind: "load",
      view: this.#stored(input),
      window: { low, step: interior.map((i) => i + 1), shape },
    };
  }

  /** A sum of zero-padded parts. */
  #concat(node: GraphNode): Expr {
    const axis = node.attrs.axis as number;
    const rank = node.shape.length;
    let start = 0;
    const parts = node.inputs.map((input): Expr => {
      const low = new Array<number>(rank).fill(0);
      low[axis] = start;
      start += this.#graph.nodes[input].shape[axis];
      return this.#pad(input, low, new Array<number>(rank).fill(0), node.shape);
    });
    return parts.reduce((sum, part) => ({ kind: "apply", op: "add", args: [sum, part] }));
  }

  #pointwise(node: GraphNode): Expr {
    if (ops[node.op as OpName]?.kind !== "pointwise") throw new Error(`internal: no lowering for ${node.op}`);
    const args = node.inputs.map((i) => this.#values[i]);
    if (node.op === "add") {
      const joined = joinPairs(args[0], args[1]);
      if (joined !== null) return joined;
    }
    return { kind: "apply", op: node.op, args };
  }

  #reduce(id: NodeId, node: GraphNode): Expr {
    const [input] = node.inputs;
    if (heaviesOf(this.#values[input]).length > 0) this.#store(input);
    const inputShape = this.#graph.nodes[input].shape;
    const most = this.#options.maxBindings - 2;
    if (costOf(this.#values[input]).loads.length > most) this.#store(input);
    const axes = node.attrs.axes as number[];
    if (axes.length === 0) return this.#values[input];
    const work = {
      kind: "reduce",
      fn: node.op as "sum" | "max",
      axes,
      inputs: [this.#values[input]],
      inputShape,
    } as const;
    return { kind: "heavy", node: id, work, shape: node.shape };
  }

  /** A picture operand, in a slot that carries the halo the convolution reads. */
  #picture(id: NodeId): View {
    if (!this.#owned.has(id)) {
      const halo = this.#survey.halos.get(id);
      const view = this.#values[id].kind === "load" ? this.#stored(id) : null;
      // Without a halo any aligned view will do.
      const plain = halo === undefined || halo.every((h) => h === 0);
      if (view !== null && plain && isVec4(view)) return view;
      this.#store(id);
    }
    return this.#stored(id);
  }

  #aligned(id: NodeId): View {
    const view = this.#stored(id);
    if (isVec4(view)) return view;
    this.#store(id);
    return this.#stored(id);
  }

  /** Convolutions read their weights row after row. */
  #dense(id: NodeId): View {
    const view = this.#aligned(id);
    const { strides } = denseLayout(view.shape);
    if (view.shape.every((size, d) => size === 1 || view.strides[d] === strides[d])) return view;
    if (this.#owned.has(id)) throw new Error(`internal: %${id} is both a kernel and a picture`);
    this.#store(id);
    return this.#stored(id);
  }

  #conv(id: NodeId, node: GraphNode): Expr {
    const [a, b] = node.inputs;
    const mode = node.attrs.mode as "forward" | "input" | "weight";
    const pair: ConvPair = {
      x: this.#picture(a),
      w: mode === "weight" ? this.#picture(b) : this.#dense(b),
    };
    const kernel = mode === "weight" ? node.shape : this.#graph.nodes[b].shape;
    const window = windowOf(node.attrs, kernel.slice(0, 2));
    const groups = (node.attrs.groups as number | undefined) ?? 1;
    const work = { kind: "conv", mode, window, groups, pairs: [pair] } as const;
    return { kind: "heavy", node: id, work, shape: node.shape };
  }

  #pool(op: "poolArgmax" | "poolPick" | "poolSpread", { inputs: [source, taps], attrs }: GraphNode): Heavy {
    const window = windowOf(attrs, attrs.kernel as number[]);
    const views = { source: this.#aligned(source), taps: taps === undefined ? null : this.#aligned(taps) };
    return { kind: "pool", op, window, ...views };
  }

  /** Copying rows of a table, or adding rows to one. */
  #rows(node: GraphNode): Heavy {
    const [first, indices] = node.inputs;
    const source = this.#aligned(first);
    if (node.op === "gather") return { kind: "gather", source, indices: this.#stored(indices) };
    // The lists number the values row-major over the axes of the indices.
    const flat = [sizeOf(this.#graph.nodes[indices].shape), ...node.shape.slice(1)];
    let values = reshapeView(source, flat);
    if (values === null) {
      this.#store(first);
      values = reshapeView(this.#stored(first), flat);
    }
    if (values === null) throw new Error(`internal: %${first} was stored but has no rows`);
    return { kind: "scatter", source: values, ...this.#lists(indices, node.shape[0]) };
  }

  /** The lists of an index input for a table of `rows` rows, made once. */
  #lists(indices: NodeId, rows: number): RowLists {
    const { op, attrs, shape } = this.#graph.nodes[indices];
    if (op !== "input") throw new Error(`internal: %${indices} holds indices but is no input`);
    const input = attrs.name as string;
    const known = this.#rowLists.find((l) => l.input === input && l.first.shape[0] === rows);
    if (known !== undefined) return known;
    const lists = {
      input,
      first: this.#slots.fresh([rows], false),
      next: this.#slots.fresh([sizeOf(shape)], false),
    };
    this.#rowLists.push(lists);
    return lists;
  }

  #matmul(id: NodeId, node: GraphNode): Expr {
    const [x, ta] = this.#factor(node.inputs[0], node.attrs.ta === true);
    const [w, tb] = this.#factor(node.inputs[1], node.attrs.tb === true);
    return {
      kind: "heavy",
      node: id,
      work: { kind: "matmul", ta, tb, pairs: [{ x, w }] },
      shape: node.shape,
    };
  }

  /** An operand of a product; a transposed view is read in place with the flag turned. */
  #factor(id: NodeId, transposed: boolean): [View, boolean] {
    const expr = this.#values[id];
    if (expr.kind === "load" && expr.window === undefined && !isVec4(expr.view)) {
      const rank = expr.view.shape.length;
      const perm = expr.view.shape.map((_, d) => (d === rank - 1 ? rank - 2 : d === rank - 2 ? rank - 1 : d));
      const turned = transposeView(expr.view, perm);
      if (isVec4(turned)) return [turned, !transposed];
    }
    return [this.#aligned(id), transposed];
  }
}
