import type { Graph, GraphNode, NodeId } from "../model/graph.ts";
import { Builder } from "./builder.ts";

/** Nodes from which an output named in `outputs` is computed. */
export function liveNodes(graph: Graph, outputs: readonly string[]): Uint8Array {
  const live = new Uint8Array(graph.nodes.length);
  for (const name of outputs) live[graph.outputs[name]] = 1;
  for (let id = graph.nodes.length - 1; id >= 0; id--)
    if (live[id] === 1) for (const input of graph.nodes[id].inputs) live[input] = 1;
  return live;
}

/** A graph without its dead nodes, and for each node the id that it had before. */
export interface Pruned {
  readonly graph: Graph;
  readonly origin: readonly NodeId[];
}

/**
 * Dead code elimination: keeps what `outputs` need and numbers the nodes anew. Parameters and inputs stay even
 * where nothing uses them, because they define the flat vector and what the caller has to supply.
 */
export function pruneWithOrigin(graph: Graph, outputs: readonly string[]): Pruned {
  const live = liveNodes(graph, outputs);
  for (const leaf of [...graph.params, ...graph.inputs]) live[leaf.node] = 1;
  const origin: NodeId[] = [];
  const place: NodeId[] = [];
  const nodes: GraphNode[] = [];
  graph.nodes.forEach((node, id) => {
    if (live[id] === 0) return;
    origin.push(id);
    place[id] = nodes.push({ ...node, inputs: node.inputs.map((i) => place[i]) }) - 1;
  });
  return {
    origin,
    graph: {
      nodes,
      ...movedLeaves(graph, place),
      outputs: Object.fromEntries(outputs.map((name) => [name, place[graph.outputs[name]]])),
    },
  };
}

/** `pruneWithOrigin` where only the graph matters. */
export const prune = (graph: Graph, outputs: readonly string[] = Object.keys(graph.outputs)): Graph =>
  pruneWithOrigin(graph, outputs).graph;

/** Parameters and inputs of `graph` after its node i has moved to place[i]. */
export const movedLeaves = (graph: Graph, place: readonly NodeId[]): Pick<Graph, "params" | "inputs"> => ({
  params: graph.params.map((p) => ({ ...p, node: place[p.node] })),
  inputs: graph.inputs.map((i) => ({ ...i, node: place[i.node] })),
});

/** What stands in a rebuilt graph for an application of which the operands are rebuilt. */
export type Rebuild = (node: GraphNode, operands: readonly NodeId[]) => NodeId;

/** The graph written anew, node by node in its order; what its leaves are stays. */
export function rebuilt(graph: Graph, start: (g: Builder) => Rebuild): Graph {
  const g = new Builder();
  const rebuild = start(g);
  const place: NodeId[] = [];
  for (const { name, fileShape, axes, node } of graph.params) place[node] = g.param(name, fileShape, axes);
  for (const { name, shape, role, dtype, node } of graph.inputs)
    place[node] = g.input(name, shape, role, dtype);
  graph.nodes.forEach((node, id) => {
    const { op, inputs, attrs, shape } = node;
    if (place[id] !== undefined) return;
    if (op === "const") place[id] = g.constant(attrs.value as number);
    else if (op === "tangent") place[id] = g.direction(attrs.name as string, shape);
    else
      place[id] = rebuild(
        node,
        inputs.map((i) => place[i]),
      );
  });
  for (const [name, id] of Object.entries(graph.outputs)) g.output(name, place[id]);
  return prune(g.finish());
}

/** Replaces `stopGradient` by its operand, once all derivatives are taken, and simplifies what that reveals. */
export const removeStopGradients = (graph: Graph): Graph =>
  rebuilt(
    graph,
    (g) =>
      ({ op, attrs }, operands) =>
        op === "stopGradient" ? operands[0] : g.op(op, operands, attrs),
  );
