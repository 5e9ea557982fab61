/** The product of a sample in float64, by the derivation that the device uses and by another one. */

import { FISHER_NOISE } from "../autograd/curvature.ts";
import { interpretWithPauses } from "../autograd/interpret.ts";
import { linearize, reverseOverForward, type Staged } from "../autograd/linearize.ts";
import { gradient } from "../autograd/vjp.ts";
import type { Graph, LossKind } from "../model/index.ts";
import { ROW_WEIGHTS } from "../model/index.ts";
import { flatten, unflatten } from "../model/paramLayout.ts";
import type { OperatorKind } from "./protocol.ts";

export interface RouteRequest {
  readonly graph: Graph;
  readonly inputs: Readonly<Record<string, Float64Array>>;
  readonly operator: OperatorKind;
  readonly loss: LossKind;
  /** Flat, in file order. */
  readonly parameters: Float32Array;
  readonly v: Float64Array;
  /** Called after each node of a graph: lets others work, and throws when cancelled. */
  readonly pause: () => Promise<void>;
}

/** Forward over reverse, as the device has it: over all parameters in file order, without weight decay. */
export function firstRoute(request: RouteRequest): Promise<Float64Array> {
  return hv(request, request.operator === "fisher" ? "ggn" : request.operator);
}

/**
 * Another derivation of the same product. Hessian: reverse over forward. Gauss-Newton and what the Hessian has beside it: the one
 * is that product less the other. The Fisher matrices of one row: g (g'v) / w for its gradient g and weight w, with
 * the label of the data or the drawn one. Null where a sample has several rows, whose gradients do not come apart.
 */
export async function secondRoute(request: RouteRequest): Promise<SecondRoute | null> {
  const { operator } = request;
  if (operator === "fisher-mc" || operator === "empirical-fisher") {
    const product = await outerProduct(request);
    return product === null ? null : { product, scale: norm(product) };
  }
  const whole = await run(request, reverseOverForward(request.graph).graph, "hv:");
  if (operator === "hessian") return { product: whole, scale: norm(whole) };
  const other = await hv(request, operator === "residual" ? "ggn" : "residual");
  return { product: whole.map((x, i) => x - other[i]), scale: norm(whole) };
}

/** A product, and the size of what it was made of: a difference may vanish, and its rounding does not. */
export interface SecondRoute {
  readonly product: Float64Array;
  readonly scale: number;
}

export const norm = (x: Float64Array): number => Math.sqrt(x.reduce((sum, value) => sum + value * value, 0));

type Curved = Exclude<OperatorKind, "fisher">;

const hv = (request: RouteRequest, operator: Curved): Promise<Float64Array> => {
  const staged: Staged = linearize(request.graph, { operator, loss: request.loss });
  return run(request, staged.graph, "hv:");
};

/** The outputs `prefix<parameter>` of a graph as one vector in file order; a graph may read fewer inputs. */
async function run(request: RouteRequest, graph: Graph, prefix: string): Promise<Float64Array> {
  const { params } = request.graph;
  const names = params.map(({ name }) => prefix + name);
  const values = {
    params: unflatten(params, request.parameters),
    inputs: request.inputs,
    tangents: unflatten(params, request.v),
  };
  const found = await interpretWithPauses(graph, values, names, request.pause);
  return flatten(params, Object.fromEntries(params.map(({ name }) => [name, found[prefix + name]])));
}

async function outerProduct(request: RouteRequest): Promise<Float64Array | null> {
  const target = request.graph.inputs.find(({ role }) => role === "target");
  if (target?.shape[0] !== 1) return null;
  const drawn = request.operator === "fisher-mc" ? await drawnLabel(request) : request.inputs;
  const g = await run({ ...request, inputs: drawn }, gradient(request.graph), "grad:");
  const weights = request.inputs[ROW_WEIGHTS] ?? request.inputs.targets;
  const weight = weights.reduce((sum, x) => sum + x, 0);
  const along = g.reduce((sum, x, i) => sum + x * request.v[i], 0);
  return g.map((x) => (x * along) / weight);
}

/** The inputs with the target that the noise draws: the largest of logit + noise, or a normal number around the output. */
async function drawnLabel(request: RouteRequest): Promise<RouteRequest["inputs"]> {
  const { graph, inputs, loss } = request;
  const values = { params: unflatten(graph.params, request.parameters), inputs };
  const { logits } = await interpretWithPauses(graph, values, ["logits"], request.pause);
  const noise = inputs[FISHER_NOISE];
  if (loss === "mean-squared-error") {
    const spread = Math.sqrt(logits.length / 2);
    return { ...inputs, targets: Float64Array.from(logits, (z, i) => z + noise[i] * spread) };
  }
  const weight = inputs.targets.reduce((sum, x) => sum + x, 0);
  const scores = logits.map((z, i) => z + noise[i]);
  const winner = scores.indexOf(scores.reduce((a, b) => Math.max(a, b)));
  return { ...inputs, targets: Float64Array.from(scores, (_, i) => (i === winner ? weight : 0)) };
}
