import { type Graph, type GraphNode, type NodeId, sizeOf } from "../model/graph.ts";
import { findOp } from "./ops/table.ts";

/**
 * Multiply-accumulate operations of a matrix product or a convolution of any mode, taps on padding included; of other
 * ops none.
 */
export function macsOf({ nodes }: Graph, { op, inputs, attrs, shape }: GraphNode): number {
  const [a, b] = inputs.map((input) => nodes[input].shape);
  if (op === "matmul") return sizeOf(shape) * a[a.length - (attrs.ta === true ? 2 : 1)];
  if (op !== "conv2d") return 0;
  const [kernel, outputs] = {
    forward: [b, shape],
    input: [b, a],
    weight: [shape, b],
  }[attrs.mode as "forward" | "input" | "weight"];
  return (sizeOf(outputs) * sizeOf(kernel)) / kernel[3];
}

/**
 * Multiply-accumulate operations of a forward graph by the parameter that they multiply with: m k n of each matrix
 * product [m,k] x [k,n], and (elements of the output) x (elements of the kernel) / (output channels) of each
 * convolution, taps on padding included. A parameter counts where it is an operand itself or reshaped, permuted, cut
 * or put together with other parameters; what is looked up (embeddings) or only added has none and is left out.
 *
 * @returns operations over all samples of the graph, by the name of the parameter
 */
export function multiplyAccumulates(graph: Graph): Map<string, number> {
  const found = new Map<string, number>();
  const names = new Map<NodeId, string>(graph.params.map(({ node, name }) => [node, name]));
  /** The parameters that a node holds the numbers of; null where it holds others too. */
  const held: (ReadonlySet<string> | null)[] = [];
  graph.nodes.forEach((node, id) => {
    const { op, inputs } = node;
    const name = names.get(id);
    const operands = inputs.map((input) => held[input]);
    held[id] = null;
    if (name !== undefined) held[id] = new Set([name]);
    else if (op === "const") held[id] = new Set();
    else if (findOp(op)?.kind === "movement" && operands.every((set) => set !== null))
      held[id] = new Set(operands.flatMap((set) => [...set]));
    const count = macsOf(graph, node);
    if (count === 0) return;
    for (const parameter of new Set(operands.flatMap((set) => [...(set ?? [])])))
      found.set(parameter, (found.get(parameter) ?? 0) + count);
  });
  return found;
}
