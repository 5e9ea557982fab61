/** The actions of a bit plan that need the engine or a file. */
import type { StoreApi } from "zustand/vanilla";
import type { NamedFile, Question } from "../run/protocol.ts";
import type { ControlKey } from "./controls.ts";
import { noLatencies } from "./latencies.ts";
import { planRequest, planTable, tableRequest } from "./planRequests.ts";
import type { PageState } from "./state.ts";

export interface PlanActions {
  /** Asks the live run what every width does to every layer, unless its result says so already. */
  predictPlan(): Promise<void>;
  /** Measures the plan of the controls, and each layer alone if that is wanted. */
  measurePlan(measure: "plan" | "layers"): Promise<void>;
  readLatencies(file: NamedFile): Promise<void>;
}

/** What decides the rounding error, so that another answer is needed. */
const ROUNDING: readonly ControlKey[] = ["planScheme", "planScale", "planGroup"];

export const changesRounding = (key: ControlKey): boolean => ROUNDING.includes(key);

export function createPlanActions(
  { getState: get, setState: set }: StoreApi<PageState>,
  ask: (question: Question) => Promise<void>,
): PlanActions {
  return {
    async predictPlan() {
      const { shown, controls } = get();
      if (shown === null || planTable(shown.result, controls) !== null) return;
      await ask({ kind: "plan", request: tableRequest(controls) });
    },

    async measurePlan(measure) {
      const { controls, latencies } = get();
      await ask({ kind: "plan", request: planRequest(controls, latencies.times, measure) });
    },

    async readLatencies({ name, bytes }) {
      const { readLatencyTable } = await import("../model/latencyTable.ts");
      try {
        set({ latencies: { file: name, times: readLatencyTable(bytes, name), refusal: null } });
      } catch (error) {
        if (!(error instanceof Error)) throw error;
        set({ latencies: { ...noLatencies, file: name, refusal: error.message } });
      }
    },
  };
}
