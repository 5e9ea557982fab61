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

/** What the browser kept and cannot be read as a run: it stays as it is until somebody deletes it. */
export interface DamagedRun {
  /** Under which the browser keeps it. */
  readonly key: IDBValidKey;
  /** What is wrong, and where. */
  readonly problem: string;
  readonly record: unknown;
}

/** Where a list outlives the page. Every call may throw: private windows, third-party frames and full disks refuse. */
export interface RunPlace {
  /** As they were written, perhaps by another program. */
  all(): Promise<readonly { readonly key: IDBValidKey; readonly record: unknown }[]>;
  put(run: ListedRun): Promise<void>;
  /** Changes nothing but the name. */
  rename(id: string, name: string): Promise<void>;
  remove(key: IDBValidKey): Promise<void>;
}

export interface RunList {
  /** Newest first. */
  readonly runs: readonly ListedRun[];
  readonly damaged: readonly DamagedRun[];
  readonly read: "not yet" | "reading" | "read";
  /** Why the list lasts only as long as the page; null while it is kept. */
  readonly problem: string | null;
}

export const noRuns: RunList = { runs: [], damaged: [], read: "not yet", problem: null };

/** Of the run that is kept without being asked for: the next one takes its place. */
export const LAST = "last";

/** A longer list would be a data base: runs. */
export const MOST_LISTED = 100;

export const isListKey = (key: string): boolean => key === LAST || key.startsWith("saved-");
