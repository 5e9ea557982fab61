/**
 * Derivatives with respect to activations instead of parameters: the Jacobian of a part of the network, and the Hessian of
 * the loss in what a part gives. `tangent` leaves and `hv:` outputs carry the names IN and OUT.
 */

import type { Graph, NodeId, Unit } from "../model/graph.ts";
import { Builder } from "./builder.ts";
import { pushforward } from "./jvp.ts";
import { prune, removeStopGradients } from "./passes.ts";
import { type Staged, splitStages } from "./residuals.ts";
import { outputNode, pullback } from "./vjp.ts";

/** Names of the value that a unit takes and of the one that it gives. */
export const IN = "unit input";
export const OUT = "unit output";

type Ends = Pick<Unit, "input" | "output">;

/** `hv:OUT` = J v for the `tangent` v = IN, J = d(output)/d(input) at the values of the batch. */
export function jacobianTimes(graph: Graph, { input, output }: Ends): Staged {
  const g = new Builder(graph);
  const v = g.direction(IN, g.shape(input));
  const [product] = pushforward(g, [output], new Map([[input, v]]));
  return finished(g, OUT, product ?? g.full(0, g.shape(output)));
}

/** `hv:IN` = J'u for the `tangent` u = OUT. */
export function transposedTimes(graph: Graph, { input, output }: Ends): Staged {
  const g = new Builder(graph);
  const u = g.direction(OUT, g.shape(output));
  const [product] = pullback(g, output, u, [input]);
  return finished(g, IN, product ?? g.full(0, g.shape(input)));
}

/** `hv:OUT` = (d2L/da2) v for the activation a and the `tangent` v = OUT, parameters held fixed. */
export function activationHessianTimes(graph: Graph, activation: NodeId): Staged {
  const g = new Builder(graph);
  const [slope] = pullback(g, outputNode(graph, "loss"), g.constant(1), [activation]);
  const v = g.direction(OUT, g.shape(activation));
  const [product] = slope === null ? [null] : pushforward(g, [slope], new Map([[activation, v]]));
  return finished(g, OUT, product ?? g.full(0, g.shape(activation)));
}

/** The forward pass as far as the product needs it, and the product. */
function finished(g: Builder, name: string, product: NodeId): Staged {
  const output = `hv:${name}`;
  g.output(output, product);
  return splitStages(prune(removeStopGradients(g.finish()), [output]), ["hv:"]);
}
