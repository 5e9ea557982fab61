/** The list of runs as the page sees it: plain data, and where it is kept. */
import type { RunResult } from "../run/protocol.ts";

/** A run of the list; plain data, as the browser keeps it. */
export interface ListedRun {
  /** `last`, or `saved-` and a number to base 36. */
  readonly id: string;
  /** Given by hand; empty for the title that the run has by itself. */
  readonly name: string;
  readonly from: "saved" | "imported" | "last";
  /** When it came into the list: ISO 8601. */
  readonly at: string;
  /** Of its JSON. */
  readonly bytes: number;
  readonly result: RunResult;
}

/** Where a list outlives the page. Every call may throw: private windows, third-party frames and full disks refuse. */
export interface RunPlace {
  all(): Promise<readonly ListedRun[]>;
  put(run: ListedRun): Promise<void>;
  remove(id: string): Promise<void>;
}

export interface RunList {
  /** Newest first. */
  readonly runs: readonly ListedRun[];
  readonly read: "not yet" | "reading" | "read";
  /** Why the list lasts only as long as the page; null while it is kept. */
  readonly problem: string | null;
}

export const noRuns: RunList = { runs: [], read: "not yet", problem: null };

/** Of the run that is kept without being asked for: the next one takes its place. */
export const LAST = "last";

/** A longer list would be a data base: runs. */
export const MOST_LISTED = 100;

export const isListKey = (key: string): boolean => key === LAST || key.startsWith("saved-");
