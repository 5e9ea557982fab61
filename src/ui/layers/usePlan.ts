import { useMemo } from "react";
import { type Planning, planning, type SolvedPlan } from "../../store/bitPlanning.ts";
import type { Checked } from "../../store/controls.ts";
import { type MeasuredPlan, measuredPlans, measurementOf } from "../../store/measuredPlans.ts";
import { planTable } from "../../store/planRequests.ts";
import type { BitPlan, RunResult } from "../../store/state.ts";
import { usePage } from "../page.ts";

/** The bit plan of the controls, as far as the shown run knows it. */
export interface PlanView {
  /** Null where the run does not hold the rounding errors. */
  readonly table: BitPlan | null;
  readonly planned: Checked<Planning> | null;
  readonly solved: SolvedPlan | null;
  /** Of the very bits of the plan. */
  readonly measured: MeasuredPlan | null;
  readonly allMeasured: readonly MeasuredPlan[];
}

export function usePlan(result: RunResult): PlanView {
  const controls = usePage((state) => state.controls);
  const { times } = usePage((state) => state.latencies);
  const table = planTable(result, controls);
  const { planCost, planBits, planActivations, planTied, planBudget } = controls;
  // The front is solved anew for what it depends on, not for each budget.
  // biome-ignore lint/correctness/useExhaustiveDependencies: of the controls, these four alone decide the front
  const planned = useMemo(
    () => (table === null ? null : planning(table, controls, times)),
    [table, times, planCost, planBits, planActivations, planTied],
  );
  const known = planned?.ok === true ? planned.value : null;
  const solved = useMemo(() => known?.best(planBudget) ?? null, [known, planBudget]);
  const allMeasured = known === null ? [] : measuredPlans(result, controls, known);
  const measured = solved === null ? null : measurementOf(allMeasured, solved.bits);
  return { table, planned, solved, measured, allMeasured };
}
