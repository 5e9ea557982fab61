/** What is asked of matrices of the activations of units, and what is answered: plain data. */

export interface UnitsRequest {
  /** Units or stages by name; none: all units. */
  readonly units: readonly string[];
  /** The first samples of the batch; more than it has are all. With the statistics of the batch it must be all. */
  readonly samples: number;
  /** Of Lanczos or of the bidiagonalisation. */
  readonly steps: number;
  /** Start vectors per sample. */
  readonly probes: number;
}

export interface UnitsAnswer<Unit> {
  readonly request: UnitsRequest;
  /** Samples that were looked at. */
  readonly samples: number;
  /** BatchNorm with the statistics of the batch: one matrix for all samples. */
  readonly coupled: boolean;
  /** Products with the matrices or their transposes; each takes all matrices at once. */
  readonly products: number;
  readonly units: readonly Unit[];
}
