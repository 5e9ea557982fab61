/**
 * The graph: a static, typed list in single-assignment form. A node's id is its place in the list, and its
 * inputs always stand before it, so that walking the list forwards evaluates it and walking it backwards
 * differentiates it.
 *
 * Images are NHWC and convolution kernels are [kh, kw, in, out] inside the graph, because the innermost axis is
 * what the shaders load four at a time. Files keep their own order; `Param.axes` says how the two relate.
 */

export type NodeId = number;
export type Shape = readonly number[];
export type Dtype = "f32" | "i32";
export type Attr = number | string | boolean | readonly number[];
export type Attrs = Readonly<Record<string, Attr>>;

export interface GraphNode {
  /** A name of the op table in autograd/, or a leaf: `param`, `input`, `const`, `tangent`. */
  readonly op: string;
  readonly inputs: readonly NodeId[];
  readonly attrs: Attrs;
  readonly shape: Shape;
  readonly dtype: Dtype;
}

/**
 * A trainable tensor. The flat parameter vector is the concatenation of all `params` in this order, each tensor
 * flattened row-major in its `fileShape`: PyTorch's `named_parameters()` order for checkpoints of its families.
 */
export interface Param {
  readonly name: string;
  /** Shape in the file, e.g. OIHW for a convolution kernel. */
  readonly fileShape: Shape;
  /** Graph axis i is file axis axes[i]; the `param` node has shape fileShape permuted so. */
  readonly axes: readonly number[];
  /** Elements. */
  readonly size: number;
  /** First element in the flat parameter vector. */
  readonly offset: number;
  readonly node: NodeId;
}

/** `data`: differs per batch. `target`: labels. `state`: fixed tensors of the model (BatchNorm running statistics). */
export type InputRole = "data" | "target" | "state";

export interface GraphInput {
  readonly name: string;
  readonly shape: Shape;
  readonly dtype: Dtype;
  readonly role: InputRole;
  readonly node: NodeId;
}

/**
 * A part of the network that takes one value and gives one, such as a residual unit: `layer2.0`, `encoder.layer.0`. The
 * first axis of both belongs to the samples: it is their number or a multiple of it.
 */
export interface Unit {
  readonly name: string;
  readonly input: NodeId;
  readonly output: NodeId;
}

export interface Graph {
  readonly nodes: readonly GraphNode[];
  readonly params: readonly Param[];
  readonly inputs: readonly GraphInput[];
  /** Named results, e.g. `loss`, `logits`, `grad:conv1.weight`, `hv:conv1.weight`. */
  readonly outputs: Readonly<Record<string, NodeId>>;
  /** Of a forward graph, in the order of the forward pass; graphs that are derived from it have none. */
  readonly units?: readonly Unit[];
}

/**
 * What a model reader needs to write down a network. The implementation (autograd/builder.ts) infers and checks
 * shapes from the op table, broadcasts the operands of pointwise ops as numpy does, folds constants and merges
 * equal nodes.
 */
export interface GraphBuilder {
  param(name: string, fileShape: Shape, axes?: readonly number[]): NodeId;
  input(name: string, shape: Shape, role: InputRole, dtype?: Dtype): NodeId;
  constant(value: number): NodeId;
  op(name: string, inputs: readonly NodeId[], attrs?: Attrs): NodeId;
  shape(id: NodeId): Shape;
  output(name: string, id: NodeId): void;
  unit(unit: Unit): void;
}

/** How a row of the logits and its target make a number. */
export type LossKind = "cross-entropy" | "mean-squared-error";

/** Name of the input [N,1] that holds each row's share of the mean squared error. */
export const ROW_WEIGHTS = "weights";

/** Number of elements of a shape; 1 for a scalar. */
export const sizeOf = (shape: Shape): number => shape.reduce((a, b) => a * b, 1);

/** Total length of the flat parameter vector. */
export const parameterCount = (graph: Pick<Graph, "params">): number =>
  graph.params.reduce((n, p) => n + p.size, 0);

const printAttr = (v: Attr): string => (Array.isArray(v) ? `[${v.join(",")}]` : String(v));

/** One line per node: `%7:f32[8,16,32,32] = conv2d %3 %1 {stride:[1,1], pad:[1,1,1,1]}`. */
export function printGraph(graph: Graph): string {
  const lines = graph.nodes.map((node, id) => {
    const args = node.inputs.map((i) => ` %${i}`).join("");
    const attrs = Object.entries(node.attrs).map(([k, v]) => `${k}:${printAttr(v)}`);
    const tail = attrs.length > 0 ? ` {${attrs.join(", ")}}` : "";
    return `%${id}:${node.dtype}[${node.shape.join(",")}] = ${node.op}${args}${tail}`;
  });
  for (const [name, id] of Object.entries(graph.outputs)) lines.push(`${name} = %${id}`);
  return lines.join("\n");
}
