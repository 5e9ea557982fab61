/**
 * How a run outlives its device. A checkpoint (seed, finished and unfinished T, trace samples) is kept on the CPU after every
 * step; on a new device the probe that was interrupted is done again from its seed, which on the same adapter gives the same
 * T bit for bit.
 */

import { GpuUnavailable } from "../gpu/device.ts";
import type { SlqCheckpoint } from "../spectrum/index.ts";
import type { Trust } from "./checkTypes.ts";
import type { Answered, Landscape, LossSlice, Progress, RunResult, RunSettings } from "./protocol.ts";
import type { ResultParts } from "./result.ts";

/** What a session knows that no device holds. */
export interface SavedSession {
  readonly settings: RunSettings;
  readonly checkpoint: SlqCheckpoint;
  readonly slices: readonly LossSlice[];
  readonly landscapes: readonly Landscape[];
  readonly answers: readonly Answered[];
  readonly trust: Trust;
  readonly trace: ResultParts["trace"];
  readonly products: number;
  readonly spentMs: number;
  readonly result: RunResult;
}

/** Losses that a run survives, and the time after which one is forgotten. */
const MOST_LOSSES = 2;
const FORGOTTEN_MS = 60_000;

/** The losses of late: a GPU that dies of what it is asked must not be asked for ever. */
export class Losses {
  readonly #most: number;
  #times: number[] = [];

  constructor(most = MOST_LOSSES) {
    this.#most = most;
  }

  /** Counts a loss; false if there were too many of late. */
  survives(now = performance.now()): boolean {
    this.#times = [...this.#times.filter((time) => now - time < FORGOTTEN_MS), now];
    return this.#times.length <= this.#most;
  }

  /** Part of the usual slice: half as much after each loss, since long submits are what systems kill. */
  get slice(): number {
    return 2 ** -Math.min(this.#times.length, MOST_LOSSES);
  }
}

/** Chromium withholds the adapter for 120 s after two crashes of its GPU process, then gives it back. */
const WITHHELD_MS = 120_000;
const PATIENCE_MS = WITHHELD_MS + 30_000;
const ASK_EVERY_MS = 1_000;

interface Waiting {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
}

/**
 * Opens a device, waiting for an adapter that is withheld.
 * @throws GpuUnavailable when patience ends, AbortError when cancelled
 */
export async function whenGiven<T>(open: () => Promise<T>, { signal, onProgress }: Waiting): Promise<T> {
  const began = performance.now();
  for (;;) {
    signal.throwIfAborted();
    const waited = performance.now() - began;
    try {
      return await open();
    } catch (error) {
      if (!(error instanceof GpuUnavailable) || waited > PATIENCE_MS) throw error;
    }
    const [done, total] = [Math.round(waited / 1000), WITHHELD_MS / 1000];
    onProgress({ phase: "recovering", done, total, etaSeconds: Math.max(0, total - done) });
    await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS));
  }
}
