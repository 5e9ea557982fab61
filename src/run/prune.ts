/** A pruning plan for a finished run: the output channels that may go, and the loss without them (HAP). */

import { outputChannels } from "../autograd/channels.ts";
import { multiplyAccumulates } from "../autograd/macs.ts";
import type { Param } from "../model/index.ts";
import {
  type Channel,
  type Removal,
  removalCurve,
  removalOrder,
  removeWithin,
  thinned,
  weightedTrace,
} from "../spectrum/index.ts";
import { type GroupTraces, groupTraces } from "./channelTraces.ts";
import { RunRefusal } from "./fit.ts";
import type { Ground, JobContext } from "./ground.ts";
import { selectTensors } from "./params.ts";
import { measurePruning } from "./pruneMeasure.ts";
import type { ChosenPruning, PrunedLayer, PrunePlan, PruneRequest } from "./pruneTypes.ts";

/** Points of the curve that the answer keeps. */
const FRONT_POINTS = 200;

/** A tensor with channels, the first of which is number `first` of all. */
interface Row {
  readonly param: Param;
  /** Of the file's shape. */
  readonly axis: number;
  readonly macs: number;
  readonly first: number;
  readonly channels: number;
}

/** What is known of all channels, by their number. */
interface Channels {
  readonly rows: readonly Row[];
  /** Channel of each parameter in file order; -1 for none. */
  readonly of: Int32Array;
  /** Weights of each. */
  readonly sizes: readonly number[];
  readonly squaredNorms: Float64Array;
}

/** Throws RunRefusal and FormatError for requests that cannot be met, AbortError when cancelled. */
export async function planPruning(
  ground: Ground,
  request: PruneRequest,
  context: JobContext,
): Promise<PrunePlan> {
  const result = ground.result();
  check(request, result.meaning.operator);
  const channels = channelsOf(ground, request);
  const { rows, of, sizes } = channels;
  const onProgress = (done: number, total: number): void =>
    context.onProgress({ phase: "prune", done, total, etaSeconds: null });
  const groups = { of, count: sizes.length };
  const traces = await groupTraces(ground, groups, request.probes, { signal: context.signal, onProgress });
  const { kind = "parameters" } = request.budget ?? {};
  const candidates = candidatesOf(channels, traces, kind);
  const removal = request.budget === null ? null : chosenRemoval(candidates, request.budget.kept);
  const gone = new Set(removal?.order);
  const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
  const { title, source, sha256 } = result.model;
  return {
    schema: "eigenscope-prune",
    version: 1,
    engine: result.engine,
    model: { title, source, sha256 },
    sentence: result.meaning.sentence,
    request,
    traceSamples: traces.count,
    traceReason: traces.reason,
    loss: result.loss,
    accuracy: result.accuracy,
    layers: rows.map((row) => layerOf(row, channels, traces, candidates, gone)),
    total: {
      channels: sizes.length,
      parameters: sum(rows.map(({ param }) => param.size)),
      macs: sum(rows.map(({ macs }) => macs)),
    },
    front: thinned(removalCurve(candidates), FRONT_POINTS),
    chosen: removal === null ? null : await chosenOf(ground, request, channels, traces, removal, context),
  };
}

/** Plans of one request take each other's place, whatever was measured. */
export const pruningName = ({ request: { measure: _, ...asked } }: PrunePlan): string =>
  JSON.stringify(asked);

function check({ budget, probes }: PruneRequest, operator: string): void {
  if (operator === "residual")
    throw new RunRefusal("Hessian minus Gauss-Newton is no curvature of the loss: run another matrix.");
  if (!(Number.isInteger(probes) && probes >= 1))
    throw new RunRefusal(`Traces of channels take at least 1 probe, not ${probes}.`);
  if (budget !== null && !(budget.kept >= 0 && budget.kept <= 1))
    throw new RunRefusal(`The fraction that stays is a number from 0 to 1, not ${budget.kept}.`);
}

function channelsOf({ problem, operator }: Ground, { tensors }: PruneRequest): Channels {
  const axes = outputChannels(problem.graph);
  const known = new Set(operator.space.segments.map(({ name }) => name));
  const names = [...axes.keys()].filter((name) => known.has(name));
  if (names.length === 0)
    throw new RunRefusal(
      "The run looks at no weights whose output channels could go: those of the last layer are the classes.",
    );
  const wanted = new Set(selectTensors(names, tensors));
  const macs = multiplyAccumulates(problem.graph);
  let count = 0;
  const rows = problem.graph.params
    .filter(({ name }) => wanted.has(name))
    .map((param): Row => {
      const axis = axes.get(param.name) ?? 0;
      const [first, channels] = [count, param.fileShape[axis]];
      count += channels;
      return { param, axis, macs: (macs.get(param.name) ?? 0) / problem.batch.count, first, channels };
    });
  const of = new Int32Array(problem.parameters.length).fill(-1);
  const squaredNorms = new Float64Array(count);
  for (const { param, axis, first, channels } of rows) {
    const inner = param.fileShape.slice(axis + 1).reduce((a, b) => a * b, 1);
    for (let i = 0; i < param.size; i++) {
      const channel = first + (Math.floor(i / inner) % channels);
      of[param.offset + i] = channel;
      squaredNorms[channel] += problem.parameters[param.offset + i] ** 2;
    }
  }
  const sizes = rows.flatMap(({ param, channels }) => Array<number>(channels).fill(param.size / channels));
  return { rows, of, sizes, squaredNorms };
}

/** Half of HAP's sensitivity tr(H_c)/n_c ||w_c||^2, so that it is in units of the loss. */
const riseFactor = ({ squaredNorms, sizes }: Channels, channel: number): number =>
  squaredNorms[channel] / (2 * sizes[channel]);

function candidatesOf(
  channels: Channels,
  { traces }: GroupTraces,
  kind: "parameters" | "macs",
): readonly Channel[] {
  return channels.rows.flatMap(({ first, channels: count, macs }, tensor) =>
    Array.from({ length: count }, (_, i): Channel => {
      const channel = first + i;
      const cost = kind === "macs" ? macs / count : channels.sizes[channel];
      return { tensor, cost, rise: traces[channel].estimate * riseFactor(channels, channel) };
    }),
  );
}

const costOf = (candidates: readonly Channel[]): number =>
  candidates.reduce((sum, { cost }) => sum + cost, 0);

function chosenRemoval(candidates: readonly Channel[], kept: number): Removal {
  const total = costOf(candidates);
  const removal = removeWithin(candidates, kept * total);
  if (removal !== null) return removal;
  const least =
    removalOrder(candidates).reduce((left, place) => left - candidates[place].cost, total) / total;
  throw new RunRefusal(
    `Each tensor keeps one channel at least, which leaves ${least.toPrecision(3)} of the whole: ask for more than that.`,
  );
}

function layerOf(
  { param, axis, macs, first, channels: count }: Row,
  { sizes, squaredNorms }: Channels,
  { traces }: GroupTraces,
  candidates: readonly Channel[],
  gone: ReadonlySet<number>,
): PrunedLayer {
  const places = Array.from({ length: count }, (_, i) => first + i);
  const n = sizes[first];
  const intervals = places.flatMap((place) => {
    const { interval95 } = traces[place];
    return interval95 === null ? [] : [[interval95[0] / n, interval95[1] / n] as const];
  });
  return {
    ...{ name: param.name, shape: param.fileShape, axis, size: param.size, macs },
    meanTrace: places.map((place) => traces[place].estimate / n),
    interval95: intervals.length === count ? intervals : null,
    squaredNorm: places.map((place) => squaredNorms[place]),
    rise: places.map((place) => candidates[place].rise),
    removed: places.flatMap((place, i) => (gone.has(place) ? [i] : [])),
  };
}

async function chosenOf(
  ground: Ground,
  { measure }: PruneRequest,
  channels: Channels,
  { samples }: GroupTraces,
  { order, rise, leastRise }: Removal,
  context: JobContext,
): Promise<ChosenPruning> {
  const { rows, of, sizes } = channels;
  const gone = new Set(order);
  const factors = sizes.map((_, channel) => (gone.has(channel) ? riseFactor(channels, channel) : 0));
  const stays = ({ first, channels: count }: Row): number =>
    Array.from({ length: count }, (_, i) => first + i).filter((channel) => !gone.has(channel)).length / count;
  return {
    channels: order.length,
    parameters: rows.reduce((sum, row) => sum + Math.round(row.param.size * stays(row)), 0),
    macs: rows.reduce((sum, row) => sum + Math.round(row.macs * stays(row)), 0),
    rise:
      samples === null
        ? { estimate: rise, standardError: 0, interval95: [rise, rise] }
        : weightedTrace(samples, factors),
    leastRise,
    measured: measure ? await measurePruning(ground, (i) => gone.has(of[i]), context) : null,
  };
}
