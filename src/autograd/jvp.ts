import type { Graph, NodeId } from "../model/graph.ts";
import { Builder } from "./builder.ts";
import type { Tangent } from "./ops/op.ts";
import { findOp } from "./ops/table.ts";
import { prune } from "./passes.ts";
import { outputNode } from "./vjp.ts";

/**
 * Forward mode: walks the graph once and gives each node its tangent, as far as `outputs` need it. `tangents` maps
 * leaves to theirs. Returns one tangent per output, null where it is zero: no node stands for a structural zero.
 */
export function pushforward(
  g: Builder,
  outputs: readonly NodeId[],
  tangents: ReadonlyMap<NodeId, NodeId>,
): Tangent[] {
  const needed = ancestors(g, outputs);
  const known = new Map<NodeId, NodeId>(tangents);
  const last = Math.max(-1, ...outputs);
  for (let id = 0; id <= last; id++) {
    const { op: name, inputs, attrs } = g.node(id);
    const op = findOp(name);
    if (op === null || !needed.has(id)) continue;
    const parts = inputs.map((i) => known.get(i) ?? null);
    if (parts.every((d) => d === null)) continue;
    const tangent = op.jvp(g, { inputs, output: id, attrs }, parts);
    if (tangent !== null && g.uniform(tangent) !== 0) known.set(id, tangent);
  }
  return outputs.map((id) => known.get(id) ?? null);
}

function ancestors(g: Builder, outputs: readonly NodeId[]): Set<NodeId> {
  const found = new Set<NodeId>(outputs);
  for (let id = Math.max(-1, ...outputs); id >= 0; id--)
    if (found.has(id)) for (const input of g.node(id).inputs) found.add(input);
  return found;
}

/** Tangent leaves for the named parameters, all by default, keyed by parameter node. */
export function tangentLeaves(g: Builder, names?: readonly string[]): Map<NodeId, NodeId> {
  const chosen = g.params.filter((p) => names?.includes(p.name) ?? true);
  return new Map(chosen.map((p) => [p.node, g.tangent(p.name)]));
}

/**
 * Adds an output `jvp:<name>` for every named output: its directional derivative along the tangents of all
 * parameters. Zero where it does not depend on any.
 */
export function jvp(graph: Graph, outputs: readonly string[] = Object.keys(graph.outputs)): Graph {
  const g = new Builder(graph);
  const nodes = outputs.map((name) => outputNode(graph, name));
  pushforward(g, nodes, tangentLeaves(g)).forEach((tangent, i) => {
    g.output(`jvp:${outputs[i]}`, tangent ?? g.full(0, g.shape(nodes[i])));
  });
  return prune(g.finish());
}
