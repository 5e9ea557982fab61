import type { Graph, LossKind } from "../model/graph.ts";
import { Builder } from "./builder.ts";
import { type Curvature, curvatureProduct } from "./curvature.ts";
import { pushforward, tangentLeaves } from "./jvp.ts";
import { removeStopGradients } from "./passes.ts";
import { type Staged, splitStages } from "./residuals.ts";
import { distributeSums } from "./sums.ts";
import { gradient, outputNode } from "./vjp.ts";

export type { Staged } from "./residuals.ts";

export interface LinearizeOptions {
  /**
   * Parameters of a diagonal block of the matrix: only they have tangents and `hv` outputs. All by default.
   */
  readonly params?: readonly string[];
  /** The matrix that is multiplied. The Hessian by default. */
  readonly operator?: "hessian" | Curvature;
  /** What the loss is made of, for `fisher-mc` and `empirical-fisher`. Cross-entropy by default. */
  readonly loss?: LossKind;
}

const HV = "hv:";

/** In the order of the graph. */
function blockNames(graph: Graph, params: readonly string[] | undefined): readonly string[] {
  const all = graph.params.map((p) => p.name);
  for (const name of params ?? []) {
    if (!all.includes(name))
      throw new Error(`linearize: the graph has no parameter ${name}; it has ${all.join(", ")}`);
  }
  return all.filter((name) => params?.includes(name) ?? true);
}

/**
 * A loss, its gradient and its Hessian-vector product in one graph. Outputs: those of the model (`loss`, `logits`),
 * `grad:<param>` for every parameter, and `hv:<param>`, each in the parameter's graph layout. `hv` is linear in the
 * `tangent` leaves. With another `operator` it is the product with that matrix (see `Curvature`).
 *
 * Forward over reverse (Pearlmutter 1994): Hv is the directional derivative of the gradient along v. Whatever does
 * not depend on v is stage 0 and runs once per batch. Structural zeros leave no nodes, except that an `hv` which
 * is zero altogether is an explicit constant of stage 1.
 */
export function linearize(
  graph: Graph,
  { params, operator = "hessian", loss = "cross-entropy" }: LinearizeOptions = {},
): Staged {
  const names = blockNames(graph, params);
  const withGradient = gradient(graph);
  const g = new Builder(withGradient);
  const tangents = tangentLeaves(g, names);
  const products =
    operator === "hessian"
      ? pushforward(
          g,
          names.map((name) => withGradient.outputs[`grad:${name}`]),
          tangents,
        )
      : curvatureProduct(g, withGradient, operator, loss, tangents, [...tangents.keys()]);
  [...tangents.keys()].forEach((node, i) => {
    g.output(`${HV}${names[i]}`, products[i] ?? g.full(0, g.shape(node)));
  });
  return splitStages(distributeSums(removeStopGradients(g.finish())), [HV]);
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
