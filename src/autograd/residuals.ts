import { type Graph, type GraphNode, type NodeId, sizeOf } from "../model/graph.ts";
import { movedLeaves, pruneWithOrigin } from "./passes.ts";

/** A graph in two programs. Stage 0 runs once per batch; stage 1 depends on the tangent and runs per product. */
export interface Staged {
  readonly graph: Graph;
  /** Per node: 0 primal, 1 tangent-dependent. Leaves except `tangent` are 0. */
  readonly stage: Uint8Array;
}

/** No arithmetic: repeating them costs the tangent program nothing beyond reading their operands. */
const CHEAP: ReadonlySet<string> = new Set(["neg", "step", "inside", "reshape", "transpose", "broadcast"]);

const isLeaf = (node: GraphNode): boolean => node.inputs.length === 0;

/** Stage 1: tangent leaves and what depends on them. */
function tangentStage(graph: Graph): Uint8Array {
  const stage = new Uint8Array(graph.nodes.length);
  graph.nodes.forEach((node, id) => {
    if (node.op === "tangent" || node.inputs.some((i) => stage[i] === 1)) stage[id] = 1;
  });
  return stage;
}

/**
 * Splits a linearised graph and chooses what the primal program keeps for the tangent program (its residuals).
 *
 * Without a choice every primal node that a tangent node reads is kept. That would store masks such as step(y)
 * and broadcasts at full size beside the small or already kept tensors they come from. So a cheap primal node is
 * recomputed in the tangent program when the tensor kept for it instead is smaller than it is, where leaves and
 * tensors that are kept anyway count nothing. A node that the primal program needs as well is
 * duplicated: step(y) stands once in each program.
 *
 * Outputs whose name begins with one of `tangentOutputs` belong to stage 1 even where they are constant zeros.
 */
export function splitStages(graph: Graph, tangentOutputs: readonly string[]): Staged {
  const stage = tangentStage(graph);
  const ends = Object.entries(graph.outputs).flatMap(([name, id]) =>
    tangentOutputs.some((prefix) => name.startsWith(prefix)) ? [id] : [],
  );
  const recomputed = chooseRecomputed(graph, stage, ends);
  const nodes: GraphNode[] = [];
  const stages: number[] = [];
  const append = (node: GraphNode, at: number, inputs: readonly NodeId[]): NodeId => {
    stages.push(at);
    return nodes.push({ ...node, inputs }) - 1;
  };
  /** Where the primal program and where the tangent program find the value of an old node. */
  const place: NodeId[] = [];
  const tangentPlace: NodeId[] = [];
  graph.nodes.forEach((node, id) => {
    const forTangent = node.inputs.map((i) => tangentPlace[i]);
    place[id] = append(node, stage[id], stage[id] === 1 ? forTangent : node.inputs.map((i) => place[i]));
    tangentPlace[id] = recomputed.has(id) ? append(node, 1, forTangent) : place[id];
  });
  const outputs = Object.fromEntries(
    Object.entries(graph.outputs).map(([name, id]) => [name, (ends.includes(id) ? tangentPlace : place)[id]]),
  );
  const split = pruneWithOrigin({ nodes, ...movedLeaves(graph, place), outputs }, Object.keys(outputs));
  return { graph: split.graph, stage: Uint8Array.from(split.origin, (id) => stages[id]) };
}

/** Nodes of stage 0 that the tangent program computes for itself. */
function chooseRecomputed(graph: Graph, stage: Uint8Array, ends: readonly NodeId[]): Set<NodeId> {
  const { nodes } = graph;
  const read = new Uint8Array(nodes.length);
  for (const id of ends) read[id] = 1;
  nodes.forEach((node, id) => {
    if (stage[id] === 1) for (const input of node.inputs) read[input] = 1;
  });
  const cheap = (id: NodeId): boolean => CHEAP.has(nodes[id].op);
  const size = (id: NodeId): number => sizeOf(nodes[id].shape);
  /** Elements that must be kept so that the tangent program can have `id`. */
  const cost = (id: NodeId): number => {
    if (isLeaf(nodes[id]) || read[id] === 1) return 0;
    return cheap(id) ? Math.min(size(id), costOfInputs(id)) : size(id);
  };
  const costOfInputs = (id: NodeId): number => nodes[id].inputs.reduce((sum, i) => sum + cost(i), 0);
  const recomputed = new Set<NodeId>();
  for (let id = nodes.length - 1; id >= 0; id--) {
    if (stage[id] === 1 || read[id] === 0 || isLeaf(nodes[id]) || !cheap(id)) continue;
    if (costOfInputs(id) >= size(id)) continue;
    recomputed.add(id);
    for (const operand of nodes[id].inputs) read[operand] = 1;
  }
  return recomputed;
}
