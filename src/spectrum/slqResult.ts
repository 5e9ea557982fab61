/** What a quadrature run is asked for, what it reports, and what is kept of it. */
import type { LanczosMemory } from "./lanczos.ts";
import type { LanczosColumn } from "./lanczosColumn.ts";
import type { ProbeSource } from "./probes.ts";
import type { RitzOptions, RitzValue } from "./ritz.ts";
import type { TraceEstimate, TraceSample } from "./trace.ts";

export interface SlqTarget {
  /** Lanczos steps per probe; at most n count. */
  readonly steps: number;
  /** Probes with a quadrature: numbers 0 to probes - 1. */
  readonly probes: number;
  /** Probes in the trace, those with a quadrature included; beyond them one product each. */
  readonly traceProbes: number;
}

export interface SlqOptions extends SlqTarget {
  readonly source: ProbeSource;
  /** Eigenvalues to report at each end. Default 5. */
  readonly top?: number;
  readonly bottom?: number;
  readonly ritz?: RitzOptions;
  /** See LanczosOptions. With "two vectors" no eigenvalues are listed: only the density may be claimed. */
  readonly memory?: LanczosMemory;
  readonly breakdownTolerance?: number;
  /** Steps to allocate at once per block, so that a later extension copies nothing. */
  readonly capacity?: number;
  /** Krylov bases held at a time (each serves k probes); an older one is released and recomputed if needed. Default 1. */
  readonly keepBases?: number;
}

/** Rows follow `probes`. Plain numbers: it can be stored, sent and exported as it is. */
export interface SlqResult {
  readonly probes: number[];
  /** Steps of each probe. */
  readonly steps: number[];
  /** Whether the probe's Krylov space is invariant: its nodes are exact eigenvalues. */
  readonly closed: boolean[];
  /** theta_ij, ascending in each row. */
  readonly nodes: number[][];
  /** tau_ij; each row sums to 1. */
  readonly weights: number[][];
  /** Ritz residual of each node. */
  readonly residuals: number[][];
  /** What was held; with two vectors no eigenvalues are listed. */
  readonly memory: LanczosMemory;
  /** Nodes that are copies of a settled one in the same row: ghosts, where orthogonality was lost. */
  readonly ghosts: number;
  readonly top: RitzValue[];
  readonly bottom: RitzValue[];
  /** Null before the first product. */
  readonly trace: TraceEstimate | null;
}

/** Block products (k probes each): enough for a bar and an ETA. */
export interface SlqProgress {
  readonly done: number;
  readonly total: number;
}

export type SlqEvent =
  | {
      readonly kind: "running";
      readonly phase: "lanczos" | "trace";
      readonly progress: SlqProgress;
      readonly result: SlqResult;
    }
  | { readonly kind: "done"; readonly result: SlqResult }
  | { readonly kind: "cancelled"; readonly result: SlqResult };

/** Everything known, without the Krylov bases: JSON keeps it exactly. */
export interface SlqCheckpoint {
  readonly n: number;
  readonly source: ProbeSource;
  readonly columns: readonly LanczosColumn[];
  readonly samples: readonly TraceSample[];
}
