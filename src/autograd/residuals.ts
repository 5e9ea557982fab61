import { type Graph, type GraphNode, type NodeId, sizeOf } from "../model/graph.ts";
import { minimumCut } from "./minimumCut.ts";
import { findOp } from "./ops/table.ts";
import { movedLeaves, pruneWithOrigin } from "./passes.ts";

/** A graph in two programs. Stage 0 runs once per batch; stage 1 depends on the tangent and runs per product. */
export interface Staged {
  readonly graph: Graph;
  /** Per node: 0 primal, 1 tangent-dependent. Leaves except `tangent` are 0. */
  readonly stage: Uint8Array;
}

/** No arithmetic: repeating them costs the tangent program nothing beyond reading their operands. */
const CHEAP: ReadonlySet<string> = new Set(["neg", "step", "inside", "reshape", "transpose", "broadcast"]);

/** Arithmetic that costs less than reading its result, as long as no kernel needs that in memory. */
const ARITHMETIC: ReadonlySet<string> = new Set(["add", "sub", "mul"]);

/** Arithmetic is repeated where no more than this part is kept then: kernels that repeat it may bind more buffers. */
const WORTH = 0.8;

/** Kinds of ops whose operands lie in memory. */
const IN_MEMORY: ReadonlySet<string | undefined> = new Set(["matmul", "conv2d", "rows", "pool"]);

const kindOf = ({ op }: GraphNode): string | undefined => findOp(op)?.kind;

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
 * Without a choice every primal node that a tangent node reads is kept. That would store masks such as step(y), broadcasts
 * and the terms of second derivatives at full size beside the few tensors that they come from. So nodes whose arithmetic costs
 * less than reading their result may be computed again in the tangent program, and what is kept is the least number of
 * elements from which all that is read can be had: a minimum cut. Leaves count nothing. A node that is computed again stands
 * once for each that reads it, so that it becomes part of that one's kernel, and in the primal program if that needs it too.
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
  const place: NodeId[] = [];
  /** Where a reader in the tangent program finds a node: what is computed again is appended for it alone. */
  const placesFor = (reads: readonly NodeId[]): NodeId[] => {
    const copies = new Map<NodeId, NodeId>();
    const at = (id: NodeId): NodeId => copies.get(id) ?? place[id];
    for (const id of within(graph, reads, recomputed).sort((a, b) => a - b))
      copies.set(id, append(graph.nodes[id], 1, graph.nodes[id].inputs.map(at)));
    return reads.map(at);
  };
  graph.nodes.forEach((node, id) => {
    const inputs = stage[id] === 1 ? placesFor(node.inputs) : node.inputs.map((i) => place[i]);
    place[id] = append(node, stage[id], inputs);
  });
  const outputs = Object.fromEntries(
    Object.entries(graph.outputs).map(([name, id]) => [
      name,
      ends.includes(id) ? placesFor([id])[0] : place[id],
    ]),
  );
  const split = pruneWithOrigin({ nodes, ...movedLeaves(graph, place), outputs }, Object.keys(outputs));
  return { graph: split.graph, stage: Uint8Array.from(split.origin, (id) => stages[id]) };
}

/** Nodes of a set that are among `reads` or reached from them through nodes of the set. */
function within({ nodes }: Graph, reads: readonly NodeId[], set: ReadonlySet<NodeId>): NodeId[] {
  const found = new Set(reads.filter((id) => set.has(id)));
  for (const id of found) for (const input of nodes[id].inputs) if (set.has(input)) found.add(input);
  return [...found];
}

/** Nodes of stage 0 that the tangent program computes for itself. */
function chooseRecomputed(graph: Graph, stage: Uint8Array, ends: readonly NodeId[]): Set<NodeId> {
  const { nodes } = graph;
  const reads = new Set(ends);
  const operands = new Set<NodeId>();
  nodes.forEach((node, id) => {
    if (stage[id] === 0) return;
    for (const input of node.inputs) {
      reads.add(input);
      if (IN_MEMORY.has(kindOf(node))) operands.add(input);
    }
  });
  for (let id = nodes.length - 1; id >= 0; id--)
    if (operands.has(id) && kindOf(nodes[id]) === "movement")
      for (const i of nodes[id].inputs) operands.add(i);
  const ids = nodes.flatMap((node, id) => (stage[id] === 0 && !isLeaf(node) ? [id] : []));
  const number = new Map(ids.map((id, i) => [id, i]));
  const weights = ids.map((id) => sizeOf(nodes[id].shape));
  const keptWhere = (again: (id: NodeId) => boolean): ReadonlySet<number> =>
    minimumCut({
      weights,
      edges: ids.flatMap((id, i) => {
        if (!again(id)) return [];
        return nodes[id].inputs.flatMap((input) => {
          const from = number.get(input);
          return from === undefined ? [] : [[from, i] as const];
        });
      }),
      sources: ids.flatMap((id, i) => (again(id) ? [] : [i])),
      sinks: ids.flatMap((id, i) => (reads.has(id) ? [i] : [])),
    });
  const total = (kept: ReadonlySet<number>): number => [...kept].reduce((sum, i) => sum + weights[i], 0);
  const cheap = (id: NodeId): boolean => CHEAP.has(nodes[id].op);
  const most = keptWhere(cheap);
  const least = keptWhere((id) => cheap(id) || (ARITHMETIC.has(nodes[id].op) && !operands.has(id)));
  const kept = total(least) <= WORTH * total(most) ? least : most;
  const free = new Set(ids.filter((_, i) => !kept.has(i)));
  return new Set(within(graph, [...reads], free));
}
