import type { Latency } from "../model/latencyTable.ts";

/** The reader's own times of the layers. */
export interface Latencies {
  /** Empty before a file was chosen. */
  readonly file: string;
  readonly times: readonly Latency[];
  /** Why the file could not be read. */
  readonly refusal: string | null;
}

export const noLatencies: Latencies = { file: "", times: [], refusal: null };
