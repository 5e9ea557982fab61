/** Whether a network of some size would fit a device. */

import type { LanczosMemory } from "../spectrum/index.ts";

/** Bytes of a plan by what they are for. */
export interface Purposes {
  /** Inputs, outputs and what the products read from the primal program. */
  readonly residuals: number;
  readonly temporaries: number;
  /** The inputs of all parts of a batch that is cut. */
  readonly inputs: number;
  /** The program of slices and landscapes. */
  readonly forward: number;
  /** Weights, gradient and the other parameter vectors, and sums over them. */
  readonly vectors: number;
  readonly basis: number;
}

export interface SizePlan {
  /** e.g. ResNet-50. */
  readonly network: string;
  readonly parameters: number;
  /** Samples of the batch, and Lanczos steps of one start vector. */
  readonly batch: number;
  readonly steps: number;
  readonly outcome:
    | {
        readonly kind: "fits";
        /** Samples computed at once. */
        readonly microBatch: number;
        readonly memory: LanczosMemory;
        /** Of the Krylov basis, where that lies in host memory or in a file; 0 where the device holds it. */
        readonly hostBytes: number;
        readonly onDisk: boolean;
        /** Work of a product that computes residuals again, as a share of its own. */
        readonly recomputed: number;
        readonly bytes: number;
        readonly purposes: Purposes;
      }
    | { readonly kind: "refused"; readonly message: string };
  /** The outcome in words. */
  readonly sentence: string;
}
