import type { DeviceAnswer, Loaded, RunOutcome, RunResult } from "../../src/run/protocol.ts";

/** What a played engine does. */
export interface Scene {
  readonly result: RunResult;
  /** Milliseconds of each product. */
  readonly tick: number;
  /** Products after which the engine goes on no more. */
  readonly stopsAfter?: number;
  readonly loaded?: Loaded;
  readonly device?: DeviceAnswer;
  /** How a run ends, if not well. */
  readonly outcome?: RunOutcome;
  /** A run loses its device and waits. */
  readonly waits?: boolean;
}
