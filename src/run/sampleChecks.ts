/** A sample of the run in float64 on the CPU: against the device's product, and by a second derivation. */

import { multiplyAccumulates } from "../autograd/macs.ts";
import type { Graph } from "../model/index.ts";
import { type Check, checked, type NotChecked } from "./checkTypes.ts";
import type { Ground } from "./ground.ts";
import type { HessianOperator } from "./hessian.ts";
import { firstRoute, norm, type RouteRequest, secondRoute } from "./routes.ts";
import { deviceProduct, hardestSample, type Sample } from "./sample.ts";
import { turn } from "./turn.ts";

type Found = Check | NotChecked;

/** A product in float64 takes about this long per multiply-accumulate of the forward pass (docs/numerics.md). */
const SECONDS_PER_MAC = 2.5e-8;
/** What the checks may take: a part of the run, but so much in any case. */
const SHARE = 0.05;
const ALLOWED_SECONDS = 3;
/** Copies of the parameters in float64 that both routes hold at most, and what they may take. */
const COPIES = 8;
const ALLOWED_BYTES = 1e9;
/** How long the interpreter keeps its thread to itself. */
const TURN_MS = 30;
/** Of the derivations, in float64. */
const ROUTES_AGREE = 1e-9;

/** One result per operator: more steps or probes change nothing of it. */
const known = new WeakMap<HessianOperator, Found[]>();

export async function checkSample(ground: Ground, signal: AbortSignal): Promise<Found[]> {
  const { operator } = ground;
  const earlier = known.get(operator);
  if (earlier !== undefined) return earlier;
  const found = await measured(ground, signal);
  // Where time was short, a longer run may have enough.
  if (found.every((check) => "bound" in check)) known.set(operator, found);
  return found;
}

async function measured(ground: Ground, signal: AbortSignal): Promise<Found[]> {
  const { problem, operator, matrix, settings } = ground;
  const names = ["float64 on a sample", "second route"] as const;
  const cost = costOf(ground);
  const allowed = Math.max(SHARE * ground.result().seconds, ALLOWED_SECONDS);
  const without = (reason: string): Found[] => names.map((name) => ({ name, reason }));
  if (cost.bytes > ALLOWED_BYTES)
    return without(`the parameters in float64 would take ${(cost.bytes / 1e9).toPrecision(2)} GB`);
  if (cost.first > allowed) return without(tooLong(cost.first, allowed));
  const sample = await hardestSample(problem, operator, matrix);
  const { v, product } = await deviceProduct(operator, sample, settings.seed, signal);
  const request: RouteRequest = {
    ...{ graph: sample.graph, operator: matrix.operator, loss: matrix.loss },
    ...{ parameters: problem.parameters, v, pause: pauses(signal) },
    inputs: Object.fromEntries(
      Object.entries(sample.inputs).map(([name, values]) => [name, Float64Array.from(values)]),
    ),
  };
  const inBlock = (x: Float64Array): Float64Array => operator.restrict(x);
  const first = inBlock(await firstRoute(request));
  const scale = Math.max(norm(first), floorOf(ground, sample));
  const device = checked(
    names[0],
    distance(inBlock(product), first, scale),
    boundOf(sample.graph, problem.coupled),
  );
  if (cost.first + cost.second > allowed)
    return [device, { name: names[1], reason: tooLong(cost.second, allowed - cost.first) }];
  const second = await secondRoute(request);
  if (second === null)
    return [
      device,
      { name: names[1], reason: "a sample with several rows has no second route for this matrix" },
    ];
  const apart = distance(inBlock(second.product), first, Math.max(scale, second.scale));
  return [device, checked(names[1], apart, ROUTES_AGREE)];
}

const tooLong = (needed: number, allowed: number): string =>
  `it would take about ${Math.ceil(needed)} s, more than the ${Math.max(0, allowed).toFixed(1)} s that it may`;

/** Seconds of both routes and bytes, foretold. */
function costOf({ problem, matrix }: Ground): { first: number; second: number; bytes: number } {
  const { graph, batch, coupled, parameters } = problem;
  const macs = [...multiplyAccumulates(graph).values()].reduce((a, b) => a + b, 0);
  const once = SECONDS_PER_MAC * (coupled ? macs : macs / batch.count);
  const split = ["ggn", "fisher", "residual"].includes(matrix.operator);
  return { first: once, second: split ? 2 * once : once, bytes: 8 * COPIES * parameters.length };
}

/** What the sample is expected to give of the whole product: a sample that weighs nothing is held against that. */
function floorOf({ slq }: Ground, { rows, allRows }: Sample): number {
  const { nodes, weights } = slq.result();
  // ||A v||^2 for the first probe.
  const square = nodes[0].reduce((sum, theta, j) => sum + weights[0][j] * theta * theta, 0);
  return (rows / allRows) * Math.sqrt(square);
}

/** Where float32 may choose another side than float64. */
const KINKS = new Set(["relu", "step", "clip", "poolArgmax"]);

function boundOf({ nodes }: Graph, coupled: boolean): number {
  if (nodes.some(({ op }) => KINKS.has(op))) return 2e-2;
  return coupled ? 2e-3 : 1e-4;
}

function pauses(signal: AbortSignal): () => Promise<void> {
  let since = performance.now();
  return async () => {
    if (performance.now() - since < TURN_MS) return;
    await turn();
    signal.throwIfAborted();
    since = performance.now();
  };
}

/** ||x - y|| / scale; NaN, which fails, where a number is none. */
function distance(x: Float64Array, y: Float64Array, scale: number): number {
  const difference = norm(x.map((value, i) => value - y[i]));
  return difference === 0 ? 0 : difference / scale;
}
