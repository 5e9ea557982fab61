/** What lowering has to know of the whole graph before it starts. */

import { windowOf } from "../autograd/ops/window.ts";
import type { Graph, GraphNode, NodeId, Shape } from "../model/graph.ts";
import { moveExpr } from "./expr.ts";
import { haloFor } from "./kernels/conv2d.ts";
import type { Slots } from "./slots.ts";
import { type Halo, isVec4, NO_HALO, type View } from "./view.ts";

export interface StagedGraph {
  readonly graph: Graph;
  /** Per node: 0 runs once per batch, 1 once per product. */
  readonly stage: Uint8Array;
}

/** Ops that only rewrite views. */
export const MOVEMENT: ReadonlySet<string> = new Set(["reshape", "transpose", "broadcast", "slice"]);
/** Outputs that belong into a parameter vector: `grad:<param>`, `hv:<param>`. */
export const VECTOR_OUTPUT = /^(grad|hv):(.*)$/;

export interface Survey {
  /** Times that each node is read, outputs included. */
  readonly uses: Int32Array;
  /** Zeros that pictures must carry for the convolutions that read them. */
  readonly halos: ReadonlyMap<NodeId, Halo>;
  /** Residuals and outputs. */
  readonly mustStore: ReadonlySet<NodeId>;
  /** Nodes whose kernel can write into a parameter vector itself. */
  readonly destinations: ReadonlyMap<NodeId, View>;
}

export function survey({ graph, stage }: StagedGraph, slots: Slots): Survey {
  const { nodes, outputs } = graph;
  const uses = new Int32Array(nodes.length);
  const halos = new Map<NodeId, Halo>();
  const mustStore = new Set<NodeId>();
  nodes.forEach((node, id) => {
    for (const input of node.inputs) {
      uses[input]++;
      if (stage[id] === 1 && stage[input] === 0) mustStore.add(input);
    }
    if (node.op !== "conv2d") return;
    const [picture] = node.inputs;
    const old = halos.get(picture) ?? NO_HALO;
    halos.set(picture, haloOfConv(node, nodes).map((h, i) => Math.max(h, old[i])) as unknown as Halo);
  });
  // All uses are counted before any result gets its place: two parameters may share one.
  for (const id of Object.values(outputs)) uses[id]++;
  const destinations = new Map<NodeId, View>();
  for (const [name, id] of Object.entries(outputs)) {
    const vector = VECTOR_OUTPUT.exec(name);
    if (vector === null) {
      mustStore.add(id);
      continue;
    }
    // The kernel behind a chain of reshapes can write to the vector itself.
    let root = id;
    while (nodes[root].op === "reshape" && uses[root] === 1) root = nodes[root].inputs[0];
    const view = slots.vector(vector[1], vector[2]);
    const moved = moveExpr({ kind: "load", view }, "reshape", { shape: nodes[root].shape });
    const single = uses[root] === 1 && nodes[root].inputs.length > 0 && !MOVEMENT.has(nodes[root].op);
    if (single && moved?.kind === "load" && isVec4(moved.view)) destinations.set(root, moved.view);
  }
  return { uses, halos, mustStore, destinations };
}

/** The halo that a convolution asks of its first operand. */
function haloOfConv(node: GraphNode, nodes: readonly GraphNode[]): Halo {
  const mode = node.attrs.mode as "forward" | "input" | "weight";
  const [first, second] = node.inputs.map((i) => nodes[i].shape);
  const picture = (shape: Shape): Shape => shape.slice(1, 3);
  const kernel = mode === "weight" ? node.shape : second;
  const written = mode === "weight" ? picture(second) : picture(node.shape);
  return haloFor(mode, windowOf(node.attrs, kernel.slice(0, 2)), picture(first), written);
}
