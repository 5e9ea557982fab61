/**
 * The Gauss-Newton matrix as a product of factors, for its exact trace. Row n of the logits contributes w_n J_n'(diag(p) - pp')J_n
 * to it, and diag(p) - pp' = sum_c s_c s_c' with s_c = sqrt(p_c) (e_c - p). So its trace is the closed sum
 * sum_n sum_c w_n ||J_n' s_nc||^2, and its diagonal the sum of the squares.
 */
import type { Graph, LossKind, NodeId } from "../model/graph.ts";
import { Builder } from "./builder.ts";
import { pushforward } from "./jvp.ts";
import { removeStopGradients } from "./passes.ts";
import { type Staged, splitStages } from "./residuals.ts";
import { gradient, outputNode, pullback } from "./vjp.ts";

/** The parameter whose tangent holds the coefficients of the classes. It has no effect of its own. */
export const CLASS_COEFFICIENTS = "factor:classes";

/**
 * `hv:<param>` = sum_n J_n' sum_c a_c s_nc for the coefficients a [classes] in the tangent of `CLASS_COEFFICIENTS`, where
 * s_nc are the factors above without the weight w_n: with one row and a unit vector for a it is one term of the sum.
 * Squared error, the mean over C outputs: s_nc = sqrt(2/C) e_c.
 */
export function ggnFactor(graph: Graph, loss: LossKind = "cross-entropy"): Staged {
  const withGradient = gradient(graph);
  const g = new Builder(withGradient);
  const logits = outputNode(withGradient, "logits");
  const shape = g.shape(logits);
  const classes = shape[shape.length - 1];
  g.param(CLASS_COEFFICIENTS, [classes]);
  const coefficients = g.op("broadcast", [g.tangent(CLASS_COEFFICIENTS)], { shape });
  const seed =
    loss === "mean-squared-error"
      ? g.mul(coefficients, g.constant(Math.sqrt(2 / classes)))
      : softmaxFactor(g, logits, coefficients);
  const wrt = graph.params.map(({ name }) => name);
  const nodes = withGradient.params.map((p) => p.node);
  pullback(g, logits, seed, nodes).forEach((part, i) => {
    g.output(`hv:${wrt[i]}`, part ?? g.full(0, g.shape(nodes[i])));
  });
  return splitStages(removeStopGradients(g.finish()), ["hv:"]);
}

/** sum_c a_c sqrt(p_c) (e_c - p) in every row. */
function softmaxFactor(g: Builder, logits: NodeId, coefficients: NodeId): NodeId {
  const axes = [g.shape(logits).length - 1];
  const exponential = g.op("exp", [g.sub(logits, g.op("max", [logits], { axes }))]);
  const p = g.div(exponential, g.op("sum", [exponential], { axes }));
  const scaled = g.mul(coefficients, g.op("sqrt", [p]));
  return g.sub(scaled, g.mul(p, g.op("sum", [scaled], { axes })));
}

/**
 * Whether the logits are piecewise linear in each tensor of parameters by itself, as in ReLU nets with fixed BatchNorm
 * statistics. Then the Hessian and the Gauss-Newton matrix have the same diagonal, and the same blocks of single tensors,
 * wherever no kink is hit. True only if the second derivative is a structural zero.
 */
export function isPiecewiseLinear(graph: Graph): boolean {
  const g = new Builder(graph);
  const logits = outputNode(graph, "logits");
  return graph.params.every(({ name, node }) => {
    const along = new Map([[node, g.tangent(name)]]);
    const [slope] = pushforward(g, [logits], along);
    return slope === null || pushforward(g, [slope], along)[0] === null;
  });
}
