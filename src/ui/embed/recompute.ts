import { defaultValues, runSettingKeys } from "../../store/controls.ts";
import type { PageStore } from "../../store/pageStore.ts";
import { controlsOf } from "../../store/runSettings.ts";

/**
 * Measures what is shown: settings that the link leaves at their defaults are those of the stored run, since a figure
 * is recomputed to see the same one.
 */
export function recompute({ actions, getState }: PageStore): Promise<void> {
  const { shown, controls: wanted } = getState();
  if (shown?.origin === "stored") {
    const own = controlsOf(shown.result.settings);
    for (const key of runSettingKeys) {
      if (wanted[key] === defaultValues[key]) actions.set(key, own[key] ?? defaultValues[key]);
    }
  }
  return actions.run();
}
