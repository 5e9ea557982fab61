/** Handles of vectors and coefficients on the GPU, and what a basis knows of the space that they belong to. */

import type { MemoryLimits } from "./plan.ts";
import type { Stream } from "./stream.ts";
import type { VectorKernels } from "./vectorKernels.ts";

export class GpuVector {
  readonly buffer: GPUBuffer;
  constructor(buffer: GPUBuffer) {
    this.buffer = buffer;
  }
}

export class GpuCoefficients {
  readonly rows: number;
  readonly buffer: GPUBuffer;
  readonly #fetch: () => Promise<Float64Array>;

  constructor(rows: number, buffer: GPUBuffer, fetch: () => Promise<Float64Array>) {
    this.rows = rows;
    this.buffer = buffer;
    this.#fetch = fetch;
  }

  fetch(): Promise<Float64Array> {
    return this.#fetch();
  }
}

export interface BasisSpace {
  readonly k: number;
  readonly layout: { readonly extent: number };
  readonly stream: Stream;
  readonly kernels: VectorKernels;
  readonly limits: MemoryLimits;
  /** Bytes of one block of k columns. */
  readonly blockBytes: number;
  allocate(size: number, label: string): GPUBuffer;
  free(buffer: GPUBuffer): void;
  partials(rows: number): GPUBuffer;
  finish(rows: number, root: boolean): GpuCoefficients;
  upload(values: Float64Array): GpuCoefficients;
}

/** A norm that only the device knows, or a number. */
export type Scale = number | { readonly reciprocalOf: GpuCoefficients };
