import type { Graph, NodeId } from "../model/graph.ts";
import { Builder } from "./builder.ts";
import type { Tangent } from "./ops/op.ts";
import { findOp } from "./ops/table.ts";
import { prune } from "./passes.ts";

/**
 * Reverse mode: walks the graph backwards from `output` and hands each node's cotangent on to its operands. Only
 * nodes that depend on `wrt` are visited, so nothing is computed for data or labels.
 *
 * `seed` is the cotangent of `output`. Returns one cotangent per entry of `wrt`, null where it is zero.
 */
export function pullback(g: Builder, output: NodeId, seed: NodeId, wrt: readonly NodeId[]): Tangent[] {
  const active = new Set(wrt);
  for (let id = 0; id <= output; id++) if (g.node(id).inputs.some((i) => active.has(i))) active.add(id);
  const cotangents = new Map<NodeId, NodeId>([[output, seed]]);
  for (let id = output; id >= 0; id--) {
    const cotangent = cotangents.get(id);
    const { op: name, inputs, attrs } = g.node(id);
    const op = findOp(name);
    if (cotangent === undefined || op === null || !active.has(id)) continue;
    op.vjp(g, { inputs, output: id, attrs }, cotangent).forEach((part, i) => {
      const input = inputs[i];
      if (part === null || !active.has(input) || g.uniform(part) === 0) return;
      const sum = cotangents.get(input);
      cotangents.set(input, sum === undefined ? part : g.add(sum, part));
    });
  }
  return wrt.map((id) => cotangents.get(id) ?? null);
}

/** The node of an output, with an error that lists what there is. */
export function outputNode(graph: Graph, name: string): NodeId {
  const node = graph.outputs[name];
  if (node === undefined)
    throw new Error(`output ${name}: not in the graph, which gives ${Object.keys(graph.outputs).join(", ")}`);
  return node;
}

/**
 * Adds the gradient of a scalar output: an output `<prefix><param>` per parameter, in the parameter's graph
 * layout. Where the output does not depend on a parameter it is an explicit zero.
 */
export function gradient(graph: Graph, output = "loss", prefix = "grad:"): Graph {
  const g = new Builder(graph);
  const y = outputNode(graph, output);
  if (g.shape(y).length !== 0)
    throw new Error(`gradient: output ${output} must be a scalar, its shape is [${g.shape(y).join(",")}]`);
  const cotangents = pullback(
    g,
    y,
    g.constant(1),
    graph.params.map((p) => p.node),
  );
  graph.params.forEach((p, i) => {
    g.output(`${prefix}${p.name}`, cotangents[i] ?? g.full(0, g.shape(p.node)));
  });
  return prune(g.finish());
}
