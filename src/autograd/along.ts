/**
 * Slope and curvature of the loss along one direction u, row by row of the logits. With z_n(s) the logits of row n at
 * theta + s u, and L(z) = sum_n w_n l_n(z_n),
 *
 *   d2L/ds2 = sum_n [ z_n' . (d2L/dz_n2) z_n'  +  (dL/dz_n) . z_n'' ],   z' = Ju,  z'' = the derivative of z' along u again,
 *
 * whose first part is u'(Gauss-Newton)u and whose sum is u'Hu. Both derivatives are forward mode, so that one pass over the
 * batch gives every row its own number: no product per sample.
 */
import type { Graph } from "../model/graph.ts";
import { Builder } from "./builder.ts";
import { checkCut, logitSlope } from "./curvature.ts";
import { pushforward } from "./jvp.ts";
import { removeStopGradients } from "./passes.ts";
import { outputNode } from "./vjp.ts";

/** The parameter `along:<name>` holds the direction's part for the parameter `<name>`, and follows all parameters of the model. */
export const ALONG = "along:";

/** Outputs of `curvatureAlong`, each [..., 1] with one number per row of the logits. */
export const ALONG_OUTPUTS = ["slope", "gaussNewton", "residual"] as const;

/**
 * The logits and, per row, w_n times slope, Gauss-Newton part and remaining part of the curvature of that row's loss.
 * @param graph forward, with the outputs `loss` and `logits`
 * @param names parameters in which the direction is not zero; all by default
 */
export function curvatureAlong(graph: Graph, names?: readonly string[]): Graph {
  const g = new Builder({ ...graph, outputs: {} });
  const [loss, logits] = [outputNode(graph, "loss"), outputNode(graph, "logits")];
  const moved = graph.params.filter(({ name }) => names?.includes(name) ?? true);
  checkCut(
    g,
    loss,
    logits,
    moved.map(({ node }) => node),
  );
  const direction = new Map(
    moved.map(({ name, fileShape, axes, node }) => [node, g.param(`${ALONG}${name}`, fileShape, axes)]),
  );
  const [first] = pushforward(g, [logits], direction);
  const second = first === null ? null : pushforward(g, [first], direction)[0];
  const slope = logitSlope(g, loss, logits);
  const curved =
    first === null || slope === null ? null : pushforward(g, [slope], new Map([[logits, first]]))[0];
  const shape = g.shape(logits);
  const axes = [shape.length - 1];
  const perRow = (a: number | null, b: number | null): number =>
    a === null || b === null ? g.full(0, [...shape.slice(0, -1), 1]) : g.op("sum", [g.mul(a, b)], { axes });
  g.output("logits", logits);
  g.output("slope", perRow(slope, first));
  g.output("gaussNewton", perRow(first, curved));
  g.output("residual", perRow(slope, second));
  return removeStopGradients(g.finish());
}
