/** Where the page stands with the Hugging Face Hub. Plain data. */
import type { HubListing, HubProblem, HubProgress } from "../run/hub/types.ts";

export type { HubChoice, HubListing, HubTable } from "../run/hub/types.ts";

export interface HubView {
  /** What the last look-up found. */
  readonly listing: HubListing | null;
  /** What is under way. */
  readonly task: "lookUp" | "download" | "readRows" | null;
  readonly progress: HubProgress | null;
  readonly problem: HubProblem | null;
  /** Seconds until the task goes on by itself after a 429; null when it does not wait. */
  readonly waiting: number | null;
  /** Files that were handed on. */
  readonly taken: readonly string[];
  /** Bytes that the browser keeps of earlier downloads; null while unknown, or where it keeps none. */
  readonly kept: number | null;
}

export const noHub: HubView = {
  listing: null,
  task: null,
  progress: null,
  problem: null,
  waiting: null,
  taken: [],
  kept: null,
};
