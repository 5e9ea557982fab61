/**
 * Bits for the layers of a shown run. The engine says once what each width does to each layer; from that every budget is
 * answered here, without it, so that a drag is live and a stored run can be planned too. Pure.
 */
import type { Latency } from "../model/latencyTable.ts";
import { bitsByRow, frontOf, tiedSets } from "../run/planChoice.ts";
import type { BitPlan } from "../run/protocol.ts";
import { type PlanOption, TooManyPlans } from "../spectrum/bitPlan.ts";
import { budgetBetween, costOf, weightedSum } from "../spectrum/sensitivity.ts";
import { planProblems } from "../strings/en.ts";
import type { Checked } from "./controls.ts";
import { activationsOf, type PlanControls, tiedOf, widthsOf } from "./planRequests.ts";

export interface SolvedPlan {
  /** In the unit of the cost, as is the cost. */
  readonly budget: number;
  readonly cost: number;
  /** Of each layer of the table. */
  readonly bits: readonly number[];
  /** Predicted. The interval is that of layers which all err the same way; the engine's own is narrower. */
  readonly rise: PredictedRise;
}

export interface PredictedRise {
  readonly estimate: number;
  readonly interval95: readonly [number, number] | null;
}

export interface Planning {
  readonly table: BitPlan;
  readonly widths: readonly number[];
  /** Cost of all layers at the fewest and at the most bits. */
  readonly range: readonly [number, number];
  /** Plans that no other beats in both, by rising cost. */
  readonly front: readonly { readonly cost: number; readonly loss: number }[];
  /** All layers at the same bits. */
  readonly uniform: readonly PlanOption[];
  /** Of a layer of the table; null where the latency table lacks the time. */
  cost(layer: number, bits: number): number | null;
  /** The plan of least predicted rise; null where even the cheapest is above the budget. */
  best(fraction: number): SolvedPlan | null;
}

/** The message names what the reader can mend: a time that is missing, a pattern that fits nothing, too many plans. */
export function planning(
  table: BitPlan,
  controls: PlanControls,
  latency: readonly Latency[],
): Checked<Planning> {
  const widths = widthsOf(controls);
  const cost = layerCost(table, controls, latency);
  const { layers } = table;
  const names = layers.map(({ name }) => name);
  try {
    const rows = layers.map(({ name, options }, i) => ({
      name,
      options: options.flatMap((option) =>
        widths.includes(option.bits)
          ? [{ ...option, cost: needed(cost(i, option.bits), name, option.bits) }]
          : [],
      ),
    }));
    const options = rows.map((row) => row.options);
    const tied = tiedSets(names, tiedOf(controls));
    const front = frontOf(rows, tied);
    const best = (fraction: number): SolvedPlan | null => {
      const budget = budgetBetween(options, fraction);
      const plan = front.best(budget);
      if (plan === null) return null;
      const bits = bitsByRow(rows.length, plan, tied);
      const chosen = options.map((row, i) => row[widths.indexOf(bits[i])]);
      const terms = chosen.map(({ loss, interval95 }) => ({
        estimate: loss,
        standardError: null,
        interval95,
      }));
      const { estimate, interval95 } = weightedSum(
        terms,
        terms.map(() => 1),
      );
      return { budget, cost: plan.cost, bits, rise: { estimate, interval95 } };
    };
    const value: Planning = {
      ...{ table, widths, cost, best },
      range: [budgetBetween(options, 0), budgetBetween(options, 1)],
      front: front.points(),
      uniform: widths.map((bits, o) => ({
        bits,
        cost: sum(options.map((row) => row[o].cost)),
        loss: sum(options.map((row) => row[o].loss)),
      })),
    };
    return { ok: true, value };
  } catch (error) {
    if (error instanceof TooManyPlans || error instanceof Unknown || isFormatError(error))
      return { ok: false, message: (error as Error).message };
    throw error;
  }
}

/** The user's table does not say. */
class Unknown extends Error {}

function needed(cost: number | null, name: string, bits: number): number {
  if (cost === null) throw new Unknown(planProblems.noTime(name, bits));
  return cost;
}

const isFormatError = (error: unknown): boolean => error instanceof Error && error.name === "FormatError";
const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

function layerCost({ layers }: BitPlan, controls: PlanControls, latency: readonly Latency[]) {
  const times = new Map(latency.map(({ layer, bits, ms }) => [`${bits} ${layer}`, ms]));
  return (layer: number, bits: number): number | null => {
    const { name } = layers[layer];
    const ms = times.get(`${bits} ${name}`);
    if (controls.planCost === "latency" && ms === undefined) return null;
    return costOf(layers[layer], bits, {
      kind: controls.planCost,
      activationBits: activationsOf(controls),
      latency: () => ms ?? 0,
    });
  };
}
