/** The model that is chosen, which the figure need not show. Pure. */
import { FILE_MODEL } from "./controls.ts";
import type { ModelCard, PageState } from "./state.ts";

/** The figure shows the chosen model. A file has the id null in its card. */
export const isChosenShown = ({ controls, shown }: PageState): boolean =>
  shown !== null && (shown.result.model.id ?? FILE_MODEL) === controls.model;

/** Its card, or null while nothing has been read of it. */
export function chosenCard(state: PageState): ModelCard | null {
  if (state.controls.model === FILE_MODEL) return state.upload.card;
  return isChosenShown(state) ? (state.shown?.result.model ?? null) : null;
}
