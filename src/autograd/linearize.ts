import type { Graph } from "../model/graph.ts";
import { Builder } from "./builder.ts";
import { pushforward, tangentLeaves } from "./jvp.ts";
import { removeStopGradients } from "./passes.ts";
import { type Staged, splitStages } from "./residuals.ts";
import { gradient, outputNode } from "./vjp.ts";

export type { Staged } from "./residuals.ts";

export interface LinearizeOptions {
  /**
   * Parameters of a diagonal block of the Hessian: only they have tangents and `hv` outputs. All by default.
   */
  readonly params?: readonly string[];
}

const HV = "hv:";

function blockNames(graph: Graph, params: readonly string[] | undefined): readonly string[] {
  const all = graph.params.map((p) => p.name);
  for (const name of params ?? []) {
    if (!all.includes(name))
      throw new Error(`linearize: the graph has no parameter ${name}; it has ${all.join(", ")}`);
  }
  return params ?? all;
}

/**
 * A loss, its gradient and its Hessian-vector product in one graph. Outputs: those of the model (`loss`, `logits`),
 * `grad:<param>` for every parameter, and `hv:<param>`, each in the parameter's graph layout. `hv` is linear in the
 * `tangent` leaves.
 *
 * Forward over reverse (Pearlmutter 1994): Hv is the directional derivative of the gradient along v. Whatever does
 * not depend on v is stage 0 and runs once per batch. Structural zeros leave no nodes, except that an `hv` which
 * is zero altogether is an explicit constant of stage 1.
 */
export function linearize(graph: Graph, { params }: LinearizeOptions = {}): Staged {
  const names = blockNames(graph, params);
  const g = new Builder(gradient(graph));
  const { outputs } = g.finish();
  const gradients = names.map((name) => outputs[`grad:${name}`]);
  pushforward(g, gradients, tangentLeaves(g, names)).forEach((tangent, i) => {
    g.output(`${HV}${names[i]}`, tangent ?? g.full(0, g.shape(gradients[i])));
  });
  return splitStages(removeStopGradients(g.finish()), [HV]);
}

/**
 * The same product by the other route, for the trust check: reverse over forward. Hv is the gradient of the
 * directional derivative <grad loss, v>. Outputs are those of `linearize` without `grad:`.
 */
export function reverseOverForward(graph: Graph): Staged {
  const g = new Builder(graph);
  const loss = outputNode(graph, "loss");
  const [slope] = pushforward(g, [loss], tangentLeaves(g));
  g.output("slope", slope ?? g.constant(0));
  const { outputs, ...rest } = gradient(g.finish(), "slope", HV);
  const { slope: _, ...kept } = outputs;
  return splitStages(removeStopGradients({ ...rest, outputs: kept }), [HV]);
}
