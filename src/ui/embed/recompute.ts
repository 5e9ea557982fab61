import { defaultValues, runSettingKeys } from "../../store/controls.ts";
import type { PageStore } from "../../store/pageStore.ts";

/**
 * Measures what is shown: settings that the link leaves at their defaults are those of the stored run, since a figure
 * is recomputed to see the same one.
 */
export function recompute({ actions, getState }: PageStore): Promise<void> {
  const { shown, controls: wanted } = getState();
  if (shown?.origin === "stored") {
    for (const key of runSettingKeys) {
      if (wanted[key] === defaultValues[key]) actions.set(key, shown.result.settings[key]);
    }
  }
  return actions.run();
}
