/** The words below a figure of several runs. Pure. */
import { provenance } from "../words.ts";
import type { ComparedRun } from "./strokes.ts";

/** What was measured: once where it is the same but for the network, else for each run. */
export function captionOf(runs: readonly ComparedRun[]): string {
  const sentences = [...new Set(runs.map(({ result }) => result.meaning.sentence))];
  if (sentences.length === 1) return sentences[0];
  return runs.map(({ letter, result }) => `${letter}: ${result.meaning.sentence}`).join(" ");
}

/** How the numbers of each run were made. */
export const madeOf = (runs: readonly ComparedRun[]): string =>
  runs.map(({ letter, result }) => `${letter}: ${provenance(result)}`).join(" ");
