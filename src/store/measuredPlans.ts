/** Plans of a run that were measured, and the file that a plan of the page becomes. Pure. */
import type { BitPlan, ChosenPlan, Measured, RunResult } from "../run/protocol.ts";
import { answersTo } from "../run/questions.ts";
import { thinned } from "../spectrum/sensitivity.ts";
import type { Planning, SolvedPlan } from "./bitPlanning.ts";
import { isRoundedSo, type PlanControls, planRequest } from "./planRequests.ts";

/** Points of the front that a file keeps, as in the engine's. */
const FRONT_POINTS = 200;

export interface MeasuredPlan {
  /** Of each layer of the table. */
  readonly bits: readonly number[];
  /** In the unit that is shown; null where the latency table lacks a time. */
  readonly cost: number | null;
  /** Predicted, with the interval that the probes of the trace give together; null by a trace that has grown since. */
  readonly rise: ChosenPlan["rise"] | null;
  readonly whole: NonNullable<ChosenPlan["measured"]>;
  /** Each layer alone; null where it was not asked for. */
  readonly layers: readonly (Measured | null)[];
}

/** Those that round as the controls do, oldest first. */
export function measuredPlans(
  result: RunResult,
  controls: PlanControls,
  { table, cost }: Planning,
): MeasuredPlan[] {
  return answersTo(result, "plan").flatMap((answer) => {
    const whole = answer.chosen?.measured;
    if (whole === null || whole === undefined || !isRoundedSo(answer, controls)) return [];
    const layers = new Map(answer.layers.map((layer) => [layer.name, layer]));
    const own = table.layers.map(({ name }) => layers.get(name));
    const bits = own.flatMap((layer) => layer?.bits ?? []);
    if (answer.chosen === null || bits.length < table.layers.length) return [];
    const measured = own.map((layer) => layer?.measured ?? null);
    const rise = answer.traceSamples === table.traceSamples ? answer.chosen.rise : null;
    const costs = bits.map((width, i) => cost(i, width));
    const known = costs.every((one) => one !== null) ? costs.reduce((a, b) => a + b, 0) : null;
    return [{ bits, cost: known, rise, whole, layers: measured }];
  });
}

/** What was measured with these very bits, the latest; each layer's own measurement counts for more than none. */
export function measurementOf(plans: readonly MeasuredPlan[], bits: readonly number[]): MeasuredPlan | null {
  const same = plans.filter((plan) => plan.bits.join() === bits.join());
  return same.findLast(({ layers }) => layers.some((layer) => layer !== null)) ?? same.at(-1) ?? null;
}

/** The plan as the file that the headless command writes (docs/file-formats.md). */
export function planFile(
  { table, widths, front, uniform, cost: layerCost }: Planning,
  { budget, cost, bits, rise }: SolvedPlan,
  controls: PlanControls,
  measured: MeasuredPlan | null,
): BitPlan {
  const { latency: _, ...asked } = planRequest(controls, [], kindOf(measured));
  return {
    ...table,
    request: asked,
    layers: table.layers.map((layer, i) => ({
      ...layer,
      options: layer.options
        .filter((option) => widths.includes(option.bits))
        .map((option) => ({ ...option, cost: layerCost(i, option.bits) ?? option.cost })),
      bits: bits[i],
      measured: measured?.layers[i] ?? null,
    })),
    uniform,
    front: thinned(front, FRONT_POINTS),
    frontSize: front.length,
    chosen: {
      budget,
      cost,
      rise: measured?.rise ?? { ...rise, standardError: null },
      measured: measured?.whole ?? null,
    },
  };
}

const kindOf = (measured: MeasuredPlan | null): "nothing" | "plan" | "layers" => {
  if (measured === null) return "nothing";
  return measured.layers.some((layer) => layer !== null) ? "layers" : "plan";
};
