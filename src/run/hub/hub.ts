/** The Hub as the page and the headless command use it. Fetched with the first click that needs it. */

import { FormatError } from "../../model/errors.ts";
import { browserCache, type HubCache } from "./cache.ts";
import { Downloader } from "./download.ts";
import { lookUp } from "./lookUp.ts";
import { HubError } from "./problem.ts";
import { HUB } from "./request.ts";
import { readRows } from "./rows.ts";
import type { TransferOptions } from "./transfer.ts";
import type { Hub, HubOutcome } from "./types.ts";

export interface HubOptions extends TransferOptions {
  /** Origin; tests have their own. */
  readonly base?: string;
  readonly cache?: HubCache;
}

export function createHub({ base = HUB, cache, ...options }: HubOptions = {}): Hub {
  const place = { base, fetch: globalThis.fetch.bind(globalThis) };
  // Reading the property alone may throw in a frame of another origin.
  const kept = cache ?? browserCache(() => globalThis.caches);
  const downloader = new Downloader(place, kept, options);
  return {
    lookUp: (text, signal) => outcome(signal, () => lookUp(place, text, signal)),
    download: (choice, work) => outcome(work.signal, () => downloader.files(choice, work)),
    readRows: (listing, table, rows, work) =>
      outcome(work.signal, () => readRows(place, listing, table, rows, { ...work, ...options })),
    cacheSize: () => kept.size(),
    clearCache: () => kept.clear(),
  };
}

/** Errors of the Hub and of files become cases; ours stay errors. */
async function outcome<T>(signal: AbortSignal, work: () => Promise<T>): Promise<HubOutcome<T>> {
  try {
    return { kind: "done", value: await work() };
  } catch (error) {
    if (signal.aborted) return { kind: "cancelled" };
    if (error instanceof HubError) return { kind: "problem", problem: error.problem };
    if (error instanceof FormatError) {
      return { kind: "problem", problem: { kind: "unusable", message: error.message, wait: null } };
    }
    throw error;
  }
}
