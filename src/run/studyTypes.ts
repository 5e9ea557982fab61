/** What is asked of other batches and data than the run's, and what is answered: plain data, re-exported by protocol.ts. */

import type { NamedFile } from "./sources.ts";

export interface BatchSweepRequest {
  /** Samples of the smallest batch; sizes double from it. */
  readonly least: number;
  /** Samples of the largest batch at most; more than the data have are all. */
  readonly most: number;
  /** Random batches of each size, drawn without replacement. */
  readonly batches: number;
  /** Lanczos steps at most: each batch ends once its eigenvalue has converged. */
  readonly steps: number;
}

export interface SweptBatch {
  /** Draws the batch, as `settings.dataSeed` does. */
  readonly dataSeed: number;
  readonly loss: number;
  /** The largest eigenvalue of the run's matrix on the batch, without weight decay. */
  readonly value: number;
  /** An eigenvalue lies within this distance. */
  readonly residual: number;
  readonly converged: boolean;
  readonly steps: number;
}

export interface BatchSweep {
  readonly request: BatchSweepRequest;
  /** Samples that batches are drawn from. */
  readonly available: number;
  readonly sizes: readonly { readonly batchSize: number; readonly batches: readonly SweptBatch[] }[];
  /** Sizes that there will be. */
  readonly planned: readonly number[];
  readonly products: number;
}

/** The data that the run's batch is compared with: as many samples. */
export type OtherData =
  /** From a place of the same file on. */
  | { readonly kind: "range"; readonly start: number }
  | { readonly kind: "random"; readonly dataSeed: number }
  /** The run's own samples with Gaussian noise added to the numbers that enter the network. */
  | { readonly kind: "noise"; readonly standardDeviation: number; readonly seed: number }
  /** An npz file of the form of the run's own. */
  | { readonly kind: "file"; readonly file: NamedFile; readonly start: number };

export interface DistributionsRequest {
  /** Patterns over tensor names as `settings.params`; none: the last layer. */
  readonly tensors: readonly string[];
  readonly other: OtherData;
  readonly steps: number;
  readonly probes: number;
}

/** The Hessian's block on one of the two data. */
export interface DataSpectrum {
  /** What the data are, e.g. `images 0 to 127 of batch.npz`. */
  readonly title: string;
  readonly loss: number;
  readonly accuracy: number | null;
  readonly top: { readonly value: number; readonly residual: number; readonly converged: boolean };
  readonly trace: {
    readonly estimate: number;
    readonly interval95: readonly [number, number] | null;
  };
  /** A row per probe: Ritz values, ascending, and their weights, which sum to 1. */
  readonly nodes: readonly (readonly number[])[];
  readonly weights: readonly (readonly number[])[];
}

export interface Distributions {
  readonly request: {
    readonly tensors: readonly string[];
    /** Without the bytes of a file. */
    readonly other: string;
    readonly steps: number;
    readonly probes: number;
  };
  /** The tensors of the block, and their parameters. */
  readonly tensors: readonly string[];
  readonly size: number;
  readonly first: DataSpectrum;
  /** Null while it is measured, and so are the distances. */
  readonly second: DataSpectrum | null;
  /** 1-Wasserstein distance of the densities, in units of eigenvalues. */
  readonly distance: number | null;
  /** The mean distance of two single probes on the same data, the larger of both: what is no difference. Null with one probe. */
  readonly chance: number | null;
  /** Of the largest eigenvalues, second minus first, and the sum of their residuals. */
  readonly topDifference: { readonly value: number; readonly residual: number } | null;
  readonly products: number;
}
