/**
 * The relatives of the Hessian that pass through the logits: with z = f(theta) the logits, J their Jacobian and L the
 * loss as a function of z alone, each is J'BJ for a small matrix B, or what is left of the Hessian beside that.
 *
 *   H = J' (d2L/dz2) J + sum_k dL/dz_k d2z_k/dtheta2 = GGN + residual      (Schraudolph 2002; Martens 2020)
 *
 * A row of the logits is one prediction: a sample, or a token of a language model. It weighs w_n in the loss, and g_n is
 * the gradient of its own, unweighted loss.
 */
import { type Graph, type LossKind, type NodeId, ROW_WEIGHTS } from "../model/graph.ts";
import type { Builder } from "./builder.ts";
import { pushforward } from "./jvp.ts";
import type { Tangent } from "./ops/op.ts";
import { outputNode, pullback } from "./vjp.ts";

/**
 * `ggn`: generalised Gauss-Newton, J'(d2L/dz2)J, positive semi-definite. For cross-entropy and squared error it is the Fisher
 * matrix with the expectation over all classes taken exactly, since d2L/dz2 does not depend on the labels.
 * `fisher-mc`: sum_n w_n g_n g_n' with labels drawn once from the model, by the input `FISHER_NOISE`. Its mean over draws is
 * `ggn`. `empirical-fisher`: the same with the labels of the data. `residual`: Hessian minus `ggn`, without the
 * cancellation of a difference; zero where the logits are linear in the parameters.
 */
export type Curvature = "ggn" | "fisher-mc" | "empirical-fisher" | "residual";

/**
 * Input of `fisher-mc`, of the shape of the logits: standard Gumbel numbers for cross-entropy (the label is the largest of
 * logit + noise), standard normal ones for squared error.
 */
export const FISHER_NOISE = "fisher:noise";

/**
 * The product of a curvature matrix with the tangents, one part per parameter of `wrt`, null where it is zero.
 * `graph` is the forward graph, whose nodes are the first of `g`: outputs `loss` and `logits` [..., classes], one input of
 * role `target`.
 *
 * Throws where the loss depends on a parameter in another way than through the logits.
 */
export function curvatureProduct(
  g: Builder,
  graph: Graph,
  curvature: Curvature,
  loss: LossKind,
  tangents: ReadonlyMap<NodeId, NodeId>,
  wrt: readonly NodeId[],
): Tangent[] {
  const [total, logits] = [outputNode(graph, "loss"), outputNode(graph, "logits")];
  checkCut(g, total, logits, wrt);
  const slope = logitSlope(g, total, logits);
  if (slope === null) return wrt.map(() => null);
  if (curvature === "residual") {
    const held = g.op("stopGradient", [slope]);
    const cotangents = pullback(g, logits, held, wrt);
    const found = cotangents.filter((c) => c !== null);
    const parts = new Map(pushforward(g, found, tangents).map((part, i) => [found[i], part]));
    return cotangents.map((c) => (c === null ? null : (parts.get(c) ?? null)));
  }
  const [change] = pushforward(g, [logits], tangents);
  if (change === null) return wrt.map(() => null);
  const seed =
    curvature === "ggn"
      ? pushforward(g, [slope], new Map([[logits, change]]))[0]
      : outerProducts(g, graph, curvature, loss, { total, logits, slope, change });
  return seed === null ? wrt.map(() => null) : pullback(g, logits, seed, wrt);
}

/** dL/dz, row n with its weight w_n; null where the loss does not depend on the logits. */
export const logitSlope = (g: Builder, loss: NodeId, logits: NodeId): Tangent =>
  pullback(g, loss, g.constant(1), [logits])[0];

/** sum_n w_n g_n g_n' times the change of the logits, where w_n g_n is the row n of the loss's slope. */
function outerProducts(
  g: Builder,
  graph: Graph,
  curvature: "fisher-mc" | "empirical-fisher",
  loss: LossKind,
  at: { readonly total: NodeId; readonly logits: NodeId; readonly slope: NodeId; readonly change: NodeId },
): Tangent {
  const { total, logits } = at;
  const target = targetNode(graph);
  const weights = rowWeights(g, graph, target, loss);
  let slope: Tangent = at.slope;
  if (curvature === "fisher-mc") {
    const drawn = g.op("stopGradient", [drawnTargets(g, logits, weights, loss)]);
    slope = logitSlope(g, replaced(g, total, new Map([[target, drawn]])), logits);
  }
  if (slope === null) return null;
  // A row without weight has no slope: divide it by one, not by zero.
  const divisor = g.add(weights, g.op("eq", [weights, g.constant(0)]));
  const along = g.op("sum", [g.mul(slope, at.change)], { axes: [g.shape(logits).length - 1] });
  return g.mul(slope, g.div(along, divisor));
}

function targetNode(graph: Graph): NodeId {
  const targets = graph.inputs.filter((input) => input.role === "target");
  if (targets.length !== 1)
    throw new Error(`internal: expected one input of role target, found ${targets.length}`);
  return targets[0].node;
}

/**
 * [..., 1]: a row's share of the mean. Targets of the cross-entropy are one-hot times this share; for the squared error it
 * is an input, without which all rows count alike.
 */
function rowWeights(g: Builder, graph: Graph, target: NodeId, loss: LossKind): NodeId {
  const shape = g.shape(target);
  if (loss === "cross-entropy") return g.op("sum", [target], { axes: [shape.length - 1] });
  const given = graph.inputs.find(({ name }) => name === ROW_WEIGHTS);
  if (given !== undefined) return given.node;
  const rows = shape.slice(0, -1);
  return g.full(1 / rows.reduce((a, b) => a * b, 1), [...rows, 1]);
}

/**
 * Targets from the model's own distribution. Cross-entropy: the largest of logit + Gumbel noise is drawn from the softmax
 * (Gumbel 1954). Squared error, the mean over C outputs: a normal of variance C/2, whose negative log-likelihood that is.
 */
function drawnTargets(g: Builder, logits: NodeId, weights: NodeId, loss: LossKind): NodeId {
  const shape = g.shape(logits);
  const classes = shape[shape.length - 1];
  const noise = g.input(FISHER_NOISE, shape, "data");
  if (loss === "mean-squared-error") return g.add(logits, g.mul(noise, g.constant(Math.sqrt(classes / 2))));
  const axes = [shape.length - 1];
  const perturbed = g.add(logits, noise);
  const winner = g.op("eq", [perturbed, g.op("max", [perturbed], { axes })]);
  // Two equal largest numbers share the label.
  return g.mul(weights, g.div(winner, g.op("sum", [winner], { axes })));
}

/** `output` once more, with some nodes replaced; what does not depend on them is kept. */
function replaced(g: Builder, output: NodeId, substitutes: ReadonlyMap<NodeId, NodeId>): NodeId {
  const place = new Map(substitutes);
  for (let id = 0; id <= output; id++) {
    const { op, inputs, attrs } = g.node(id);
    if (place.has(id) || !inputs.some((i) => place.has(i))) continue;
    place.set(
      id,
      g.op(
        op,
        inputs.map((i) => place.get(i) ?? i),
        attrs,
      ),
    );
  }
  return place.get(output) ?? output;
}

/** Throws where the loss depends on `wrt` in another way than through the logits. */
export function checkCut(g: Builder, loss: NodeId, logits: NodeId, wrt: readonly NodeId[]): void {
  const active = new Set(wrt);
  for (let id = 0; id <= loss; id++) {
    if (id !== logits && g.node(id).inputs.some((i) => active.has(i))) active.add(id);
  }
  if (active.has(loss))
    throw new Error("internal: the loss depends on parameters in another way than through the logits");
}
