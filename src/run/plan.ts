/** A bit plan for a finished run: predicted rise of the loss per layer and bits, the best plan, and what it measures. */

import { multiplyAccumulates } from "../autograd/macs.ts";
import {
  budgetBetween,
  costOf,
  isQuantised,
  type MeanEstimate,
  type ParetoFront,
  type Plan,
  sensitivityOf,
  shifted,
  TooManyPlans,
  thinned,
  weightedSum,
  weightedTrace,
} from "../spectrum/index.ts";
import { RunRefusal } from "./fit.ts";
import type { Ground, JobContext } from "./ground.ts";
import { topEigenvalues } from "./layerSpectra.ts";
import { bitsByRow, frontOf, tiedSets } from "./planChoice.ts";
import { measurePlan, NOTHING, type Row } from "./planMeasure.ts";
import { type PlanTraces, planTraces } from "./planTraces.ts";
import type { BitPlan, PlanRequest } from "./planTypes.ts";
import type { ModelCard, RunResult } from "./protocol.ts";

/** Points of the front that the result keeps: more than a chart can show. */
const FRONT_POINTS = 200;

/**
 * Predicts, chooses and measures.
 * Throws RunRefusal and FormatError for requests that cannot be met, AbortError when cancelled.
 */
export async function planBits(ground: Ground, request: PlanRequest, context: JobContext): Promise<BitPlan> {
  const result = ground.result();
  const { latency: _, ...asked } = checked(request);
  const { operator } = result.meaning;
  if (operator === "residual")
    throw new RunRefusal("Hessian minus Gauss-Newton is no curvature of the loss: run another matrix.");
  const traces = await planTraces(ground, request.traces === "run", context);
  const rows = predict(ground, result, traces, request);
  const names = rows.map(({ name }) => name);
  const tied = tiedSets(names, request.tied);
  const front = frontWithin(rows, tied);
  const budget = budgetOf(rows, request);
  const plan = budget === null ? null : bestWithin(front, budget, request);
  const bits = plan === null ? null : bitsByRow(rows.length, plan, tied);
  const measured = bits === null ? NOTHING : await measurePlan(ground, request, rows, bits, context);
  const points = front.points();
  const { title, source, sha256, tensors } = result.model;
  return {
    schema: "eigenscope-plan",
    version: 1,
    engine: result.engine,
    model: { title, source, sha256 },
    sentence: result.meaning.sentence,
    traceSamples: traces.count,
    ...(traces.reason === undefined ? {} : { traceReason: traces.reason }),
    request: { ...asked, bits: sorted(request.bits) },
    loss: result.loss,
    accuracy: result.accuracy,
    unquantised: sum(tensors.map(({ size }) => size)) - sum(rows.map(({ size }) => size)),
    layers: rows.map(({ place: _place, offset: _offset, ...row }, i) => ({
      ...row,
      bits: bits?.[i] ?? null,
      measured: measured.layers[i] ?? null,
    })),
    uniform: sorted(request.bits).map((width, o) => ({
      bits: width,
      cost: sum(rows.map(({ options }) => options[o].cost)),
      loss: sum(rows.map(({ options }) => options[o].loss)),
    })),
    front: thinned(points, FRONT_POINTS),
    frontSize: points.length,
    chosen:
      plan === null || bits === null || budget === null
        ? null
        : { budget, cost: plan.cost, rise: riseOf(traces, result, rows, bits), measured: measured.plan },
  };
}

/** Plans of different requests stay beside each other. */
export const planName = ({ request: { measure: _, ...asked } }: BitPlan): string => JSON.stringify(asked);

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
const sorted = (bits: readonly number[]): number[] => [...new Set(bits)].sort((a, b) => a - b);

function checked(request: PlanRequest): PlanRequest {
  const { bits, groupSize, granularity, activationBits, budget } = request;
  const refuse = (message: string): never => {
    throw new RunRefusal(message);
  };
  if (bits.length === 0 || !bits.every((width) => Number.isInteger(width) && width >= 2 && width <= 8))
    refuse(`A plan chooses from whole numbers of bits from 2 to 8, not from ${bits.join(", ") || "none"}.`);
  if (granularity === "group" && !(Number.isInteger(groupSize) && groupSize >= 1))
    refuse(`A group has at least 1 weight, not ${groupSize}.`);
  if (activationBits !== null && !(activationBits > 0 && activationBits <= 64))
    refuse(`Activations have 1 to 64 bits, not ${activationBits}.`);
  if (budget !== null && !(Number.isFinite(budget.value) && budget.value >= 0))
    refuse(`A budget is a number of at least 0, not ${budget.value}.`);
  return request;
}

function predict(
  { problem }: Ground,
  result: RunResult,
  { perLayer }: PlanTraces,
  request: PlanRequest,
): Row[] {
  const { weightDecay } = result.meaning;
  const { method } = result.trace;
  if (perLayer.length === 0)
    throw new RunRefusal(`The run has no trace of the single tensors by ${method}: use another estimator.`);
  const places = new Map(perLayer.map(({ name }, place) => [name, place]));
  const macs = multiplyAccumulates(problem.graph);
  const times = new Map(request.latency.map(({ layer, bits, ms }) => [`${bits} ${layer}`, ms]));
  const latency = (name: string, bits: number): number => {
    const ms = times.get(`${bits} ${name}`);
    if (ms === undefined)
      throw new RunRefusal(
        `The latency table has no time of ${name} at ${bits} bits: add a line ${name},${bits},MS.`,
      );
    return ms;
  };
  const { cost: kind, activationBits } = request;
  const widths = sorted(request.bits);
  const offsets = offsetsOf(result.model);
  const tops = topEigenvalues(result);
  const rows = result.model.tensors.flatMap((tensor, i): Row[] => {
    const { name, shape, size } = tensor;
    const place = places.get(name);
    if (!isQuantised(tensor) || place === undefined) return [];
    const offset = offsets[i];
    const weights = problem.parameters.subarray(offset, offset + size);
    const known = {
      name,
      shape,
      weights,
      trace: shifted(perLayer[place], -weightDecay * size),
      topEigenvalue: tops.get(name) ?? null,
    };
    const { meanTrace, hawqV1, options } = sensitivityOf(known, widths, request);
    const layer = { name, shape, size, macs: (macs.get(name) ?? 0) / problem.batch.count };
    return [
      {
        ...layer,
        ...{ place, offset, meanTrace, hawqV1 },
        options: options.map(({ bits, squaredError, rise }) => ({
          bits,
          cost: costOf(layer, bits, { kind, activationBits, latency }),
          loss: rise.estimate,
          interval95: rise.interval95,
          squaredError,
        })),
      },
    ];
  });
  if (rows.length === 0)
    throw new RunRefusal("The network has no weights with two or more axes to quantise.");
  return rows;
}

function offsetsOf({ tensors }: ModelCard): number[] {
  let next = 0;
  return tensors.map(({ size }) => {
    const offset = next;
    next += size;
    return offset;
  });
}

function frontWithin(rows: readonly Row[], tied: readonly (readonly number[])[]): ParetoFront {
  try {
    return frontOf(rows, tied);
  } catch (error) {
    if (error instanceof TooManyPlans) throw new RunRefusal(error.message);
    throw error;
  }
}

function budgetOf(rows: readonly Row[], { budget }: PlanRequest): number | null {
  if (budget === null || budget.kind === "absolute") return budget?.value ?? null;
  return budgetBetween(
    rows.map(({ options }) => options),
    budget.value,
  );
}

const UNITS = { size: "bytes", bops: "bit operations", latency: "ms" } as const;

function bestWithin(front: ParetoFront, budget: number, { cost }: PlanRequest): Plan {
  const plan = front.best(budget);
  if (plan !== null) return plan;
  const least = front.plan(0).cost;
  throw new RunRefusal(
    `No plan stays within ${budget} ${UNITS[cost]}: the cheapest takes ${least}. Raise the budget or allow fewer bits.`,
  );
}

function riseOf(
  { perLayer, samples }: PlanTraces,
  { meaning }: RunResult,
  rows: readonly Row[],
  bits: readonly number[],
): MeanEstimate {
  const factors = perLayer.map(() => 0);
  rows.forEach(({ place, size, options }, i) => {
    const { squaredError } = options.find((option) => option.bits === bits[i]) ?? { squaredError: 0 };
    factors[place] = squaredError / (2 * size);
  });
  const decay = sum(perLayer.map(({ size }, l) => factors[l] * meaning.weightDecay * size));
  return shifted(samples === null ? weightedSum(perLayer, factors) : weightedTrace(samples, factors), -decay);
}
