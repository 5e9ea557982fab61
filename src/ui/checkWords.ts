/** What each check of a run means: one sentence. */
import type { CheckName } from "../store/state.ts";
import { checkMeanings } from "../strings/en.ts";

const MEANINGS: Readonly<Record<CheckName, string>> = checkMeanings;

/** Empty for a check that this page does not know. */
export const checkMeaning = (name: string): string =>
  Object.hasOwn(MEANINGS, name) ? MEANINGS[name as CheckName] : "";
