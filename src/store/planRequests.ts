/** What the plan controls ask of the engine, and which of its answers speak for them. Pure. */
import type { Latency } from "../model/latencyTable.ts";
import type { BitPlan, PlanRequest, RunResult } from "../run/protocol.ts";
import { answersTo } from "../run/questions.ts";
import type { QuantiserScheme } from "../spectrum/sensitivity.ts";
import type { ControlValues } from "./controls.ts";
import type { planControls } from "./planControls.ts";

export type PlanControls = Pick<ControlValues, keyof typeof planControls>;

/** All that a plan may choose from. */
export const WIDTHS = [2, 3, 4, 5, 6, 7, 8] as const;

/** Fewest bits first. */
export const widthsOf = ({ planBits }: Pick<PlanControls, "planBits">): number[] =>
  WIDTHS.filter((width) => planBits.split(",").includes(String(width)));

const roundingOf = ({ planScheme, planScale, planGroup }: PlanControls): QuantiserScheme => ({
  ...{ scheme: planScheme, granularity: planScale, groupSize: planGroup },
});

/** Sets with semicolons, patterns with commas between. */
export const tiedOf = ({ planTied }: Pick<PlanControls, "planTied">): string[][] =>
  planTied
    .split(";")
    .map((set) =>
      set
        .split(",")
        .map((pattern) => pattern.trim())
        .filter((pattern) => pattern !== ""),
    )
    .filter((set) => set.length > 0);

export const activationsOf = ({ planActivations }: Pick<PlanControls, "planActivations">): number | null =>
  planActivations === 0 ? null : planActivations;

/** What every width does to every layer, without a choice: from it all budgets are answered (bitPlanning.ts). */
export const tableRequest = (controls: PlanControls): PlanRequest => ({
  ...roundingOf(controls),
  ...{ bits: WIDTHS, cost: "size", budget: null, activationBits: null, latency: [], tied: [] },
  measure: "nothing",
});

/** The plan of the controls. */
export const planRequest = (
  controls: PlanControls,
  latency: readonly Latency[],
  measure: PlanRequest["measure"],
): PlanRequest => ({
  ...roundingOf(controls),
  bits: widthsOf(controls),
  cost: controls.planCost,
  budget: { kind: "fraction", value: controls.planBudget },
  activationBits: activationsOf(controls),
  latency: controls.planCost === "latency" ? latency : [],
  tied: tiedOf(controls),
  measure,
});

/** The answer rounds as the controls do. */
export function isRoundedSo({ request }: BitPlan, controls: PlanControls): boolean {
  const { scheme, granularity, groupSize } = roundingOf(controls);
  const alike = request.scheme === scheme && request.granularity === granularity;
  return alike && (granularity !== "group" || request.groupSize === groupSize);
}

/** Exact traces stay; those of probes grow when the run is extended. */
const isOfNow = ({ traceSamples }: BitPlan, { trace }: RunResult): boolean =>
  traceSamples === 0 || traceSamples === trace.samples;

/** The latest answer that rounds as the controls do, by the trace of the run as it is now, and knows all their widths. */
export function planTable(result: RunResult, controls: PlanControls): BitPlan | null {
  const widths = widthsOf(controls);
  return (
    answersTo(result, "plan").findLast(
      (answer) =>
        isRoundedSo(answer, controls) &&
        isOfNow(answer, result) &&
        widths.every((width) => answer.request.bits.includes(width)),
    ) ?? null
  );
}
