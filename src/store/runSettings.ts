/** The form and the settings of a run, in both directions. */
import type { RunSettings } from "../run/protocol.ts";
import { type ControlValues, controls, runSettingKeys } from "./controls.ts";

/** Eigenvalues asked for at each end. */
const REPORTED = { top: 5, bottom: 2 };

export function runSettings(values: ControlValues): RunSettings {
  const { bn, draw, start, dataSeed, batchSize, microBatch, operator, weightDecay } = values;
  const { steps, probes, traceProbes, seed } = values;
  return {
    ...{ operator, weightDecay, params: patternsOf(values.params) },
    ...{ bn, draw, start, dataSeed, batchSize, steps, probes, traceProbes, seed },
    microBatch: microBatch === 0 ? null : microBatch,
    ...REPORTED,
  };
}

/** Patterns with commas or spaces between. */
const patternsOf = (text: string): string[] => text.split(/[\s,]+/).filter((pattern) => pattern !== "");

/** The controls at which a run was made; results of earlier versions lack the settings that came later. */
export function controlsOf(settings: Partial<RunSettings>): Partial<ControlValues> {
  const { operator, params = [] } = settings;
  const given = {
    ...settings,
    params: params.join(", "),
    // The exact Fisher matrix is Gauss-Newton, and the page names it once.
    ...(operator === "fisher" ? { operator: "ggn" as const } : {}),
  };
  const said = runSettingKeys.map((key) => [key, given[key] ?? controls[key].default]);
  return Object.fromEntries(said) as Partial<ControlValues>;
}
