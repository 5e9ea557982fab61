import type { Graph, GraphNode, NodeId } from "../model/graph.ts";
import { sizeOf } from "../model/graph.ts";
import { findOp } from "./ops/table.ts";
import { liveNodes } from "./passes.ts";

/** Values of the leaves by name, row-major in the layout of the leaf's node. */
export interface Values {
  readonly params: Readonly<Record<string, Float64Array>>;
  readonly inputs: Readonly<Record<string, Float64Array>>;
  readonly tangents?: Readonly<Record<string, Float64Array>>;
}

/**
 * Evaluates a graph in float64: the reference for every other execution. Returns the requested outputs by name,
 * row-major. Values are freed after their last use.
 *
 * Throws when a value that an output needs is missing or has another number of elements than its node.
 */
export function interpret(
  graph: Graph,
  values: Values,
  outputs: readonly string[] = Object.keys(graph.outputs),
): Record<string, Float64Array> {
  const nodes = evaluation(graph, values, outputs);
  for (;;) {
    const { done, value } = nodes.next();
    if (done) return value;
  }
}

/** The same with a pause after each node, in which the caller may let others work, or throw. */
export async function interpretWithPauses(
  graph: Graph,
  values: Values,
  outputs: readonly string[],
  pause: () => Promise<void>,
): Promise<Record<string, Float64Array>> {
  const nodes = evaluation(graph, values, outputs);
  for (;;) {
    const { done, value } = nodes.next();
    if (done) return value;
    await pause();
  }
}

function* evaluation(
  graph: Graph,
  values: Values,
  outputs: readonly string[],
): Generator<undefined, Record<string, Float64Array>> {
  for (const name of outputs) {
    if (graph.outputs[name] === undefined)
      throw new Error(
        `output ${name}: not in the graph, which gives ${Object.keys(graph.outputs).join(", ")}`,
      );
  }
  const live = liveNodes(graph, outputs);
  const lastUse = lastUses(graph, live, outputs);
  const results = new Array<Float64Array | undefined>(graph.nodes.length);
  for (const [id, node] of graph.nodes.entries()) {
    if (live[id] === 0) continue;
    results[id] = evaluate(graph, node, results, values);
    for (const input of node.inputs) if (lastUse[input] === id) results[input] = undefined;
    yield;
  }
  return Object.fromEntries(outputs.map((name) => [name, results[graph.outputs[name]] as Float64Array]));
}

function lastUses(graph: Graph, live: Uint8Array, outputs: readonly string[]): NodeId[] {
  const last: NodeId[] = [];
  graph.nodes.forEach((node, id) => {
    if (live[id] === 1) for (const input of node.inputs) last[input] = id;
  });
  for (const name of outputs) last[graph.outputs[name]] = graph.nodes.length;
  return last;
}

function evaluate(
  graph: Graph,
  node: GraphNode,
  results: readonly (Float64Array | undefined)[],
  values: Values,
): Float64Array {
  const op = findOp(node.op);
  if (op === null) return leafValue(node, values);
  const operands = node.inputs.map((i) => {
    const operand = results[i];
    if (operand === undefined) throw new Error(`internal: %${i} is read by ${node.op} but holds no value`);
    return operand;
  });
  const shapes = node.inputs.map((i) => graph.nodes[i].shape);
  return op.f64(operands, shapes, node.attrs, node.shape);
}

function leafValue(node: GraphNode, { params, inputs, tangents = {} }: Values): Float64Array {
  if (node.op === "const") return Float64Array.of(node.attrs.value as number);
  const name = node.attrs.name as string;
  const value = { param: params, input: inputs, tangent: tangents }[node.op]?.[name];
  if (value === undefined) throw new Error(`${node.op} ${name}: no value is given`);
  if (value.length !== sizeOf(node.shape))
    throw new Error(
      `${node.op} ${name}: expected ${sizeOf(node.shape)} elements for [${node.shape}], found ${value.length}`,
    );
  return value;
}
