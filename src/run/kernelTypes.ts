/** Measured tilings of kernels as they travel: tables, and what a result says of them. */

import type { KernelShape, Tiling } from "../gpu/tiling.ts";
import type { MeasuredShape } from "../gpu/tune.ts";

/** What of a device tells whether a table was measured on it. The driver is not among what WebGPU tells of. */
export interface TunedDevice {
  readonly name: string;
  readonly vendor: string;
  readonly architecture: string;
  readonly limits: {
    readonly maxComputeWorkgroupStorageSize: number;
    readonly maxComputeInvocationsPerWorkgroup: number;
  };
}

/** The file of `tune` (docs/file-formats.md). */
export interface KernelTable {
  readonly schema: "eigenscope-kernels";
  readonly version: 1;
  readonly engine: string;
  readonly device: TunedDevice;
  readonly entries: readonly MeasuredShape[];
}

/** What a table decides about a run, which other bits come of. */
export interface KernelsUsed {
  /** SHA-256 of `chosen` as JSON without white space; empty where the page has no crypto.subtle. */
  readonly digest: string;
  /** Shapes that have another tiling than the usual one, in the order of their texts. */
  readonly chosen: readonly { readonly shape: string; readonly tiling: Tiling }[];
}

/** What a table comes to. */
export interface TableSummary {
  readonly shapes: number;
  /** Those with another tiling than the usual one. */
  readonly others: number;
  /** Milliseconds of all kernels of a product, one by one, in the usual tilings and in the chosen ones. */
  readonly usualMs: number;
  readonly chosenMs: number;
}

export type { KernelShape, MeasuredShape, Tiling };
