import type { Graph, GraphNode, NodeId } from "../model/graph.ts";

const isProduct = ({ op }: GraphNode): boolean => op === "matmul" || op === "conv2d";

/**
 * The file axis that counts the output channels of each weight: the last one of a kernel of a convolution, or that of a
 * matrix which the product keeps. Left out are tensors that are no operand of a product as they are or transposed, those
 * that several products use along different axes, and those whose outputs are the logits: their channels are the classes.
 *
 * @returns axis by the name of the parameter, in the order of the parameters
 */
export function outputChannels(graph: Graph): Map<string, number> {
  /** Of nodes that hold one parameter: its name, and the file axis of each axis of the node. */
  const held = new Map<NodeId, { readonly name: string; readonly axes: readonly number[] }>(
    graph.params.map(({ node, name, axes }) => [node, { name, axes }]),
  );
  const classes = classProducts(graph);
  const found = new Map<string, number>();
  const left = new Set<string>();
  graph.nodes.forEach((node, id) => {
    const { op, inputs, attrs } = node;
    const own = held.get(inputs[0]);
    if (op === "transpose" && own !== undefined)
      held.set(id, { name: own.name, axes: (attrs.perm as readonly number[]).map((axis) => own.axes[axis]) });
    if (!isProduct(node)) return;
    inputs.forEach((input, operand) => {
      const weight = held.get(input);
      if (weight === undefined) return;
      const axis = channelAxis(node, operand, weight.axes);
      const before = found.get(weight.name);
      if (axis === null || classes.has(id) || (before !== undefined && before !== axis))
        left.add(weight.name);
      else found.set(weight.name, axis);
    });
  });
  const names = graph.params.map(({ name }) => name).filter((name) => found.has(name) && !left.has(name));
  return new Map(names.map((name) => [name, found.get(name) ?? 0]));
}

/** Of a weight as an operand; null where that has none. */
function channelAxis({ op, attrs }: GraphNode, operand: number, axes: readonly number[]): number | null {
  if (op === "conv2d") return operand === 1 && attrs.mode === "forward" ? axes[3] : null;
  if (axes.length !== 2) return null;
  // [m,k] x [k,n]: the left operand keeps m, the right one n.
  const flipped = operand === 0 ? attrs.ta : attrs.tb;
  return axes[(operand === 0) === (flipped === true) ? 1 : 0];
}

/** The products between which and the logits there is no other. */
function classProducts({ nodes, outputs }: Graph): Set<NodeId> {
  const found = new Set<NodeId>();
  const seen = new Set<NodeId>();
  const open = [outputs.logits];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (seen.has(id)) continue;
    seen.add(id);
    if (isProduct(nodes[id])) found.add(id);
    else open.push(...nodes[id].inputs);
  }
  return found;
}
