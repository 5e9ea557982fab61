/** The form and the settings of a run, in both directions. */
import type { RunSettings } from "../run/protocol.ts";
import { type ControlValues, controls, runSettingKeys } from "./controls.ts";

/** Eigenvalues asked for at each end. */
const REPORTED = { top: 5, bottom: 2 };

export function runSettings(values: ControlValues): RunSettings {
  const { bn, start, batchSize, microBatch, steps, probes, traceProbes, seed } = values;
  return {
    ...{ bn, start, batchSize, steps, probes, traceProbes, seed },
    microBatch: microBatch === 0 ? null : microBatch,
    ...REPORTED,
  };
}

/** The controls at which a run was made; results of earlier versions lack the settings that came later. */
export function controlsOf(settings: Partial<RunSettings>): Partial<ControlValues> {
  const said = runSettingKeys.map((key) => [key, settings[key] ?? controls[key].default]);
  return Object.fromEntries(said) as Partial<ControlValues>;
}
