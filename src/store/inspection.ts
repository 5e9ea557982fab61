/** What was found out about a batch without a run: loss, accuracy, statistics. Pure. */
import type { BatchSettings } from "../run/protocol.ts";
import { FILE_MODEL } from "./controls.ts";
import { runSettings } from "./runSettings.ts";
import type { InspectionState, PageState } from "./state.ts";

/** The settings that choose the batch. */
export function batchSettings({ controls }: PageState): BatchSettings {
  const { bn, draw, start, dataSeed, batchSize, microBatch } = runSettings(controls);
  return { bn, draw, start, dataSeed, batchSize, microBatch };
}

/** Names the chosen model and batch; the parts that a batch is computed in do not matter. */
export function batchKey(state: PageState): string {
  const { controls, upload } = state;
  const { microBatch: _, ...batch } = batchSettings(state);
  const model = controls.model === FILE_MODEL ? (upload.card?.sha256 ?? "") : controls.model;
  return JSON.stringify([model, upload.options, batch]);
}

/** What is known of the batch that is chosen now; null where nothing is. */
export const currentInspection = (state: PageState): InspectionState | null =>
  state.inspection !== null && state.inspection.key === batchKey(state) ? state.inspection : null;
