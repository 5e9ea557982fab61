/** Spectra of the diagonal blocks of single tensors: what is asked and what is answered. Plain data. */

import type { LanczosMemory } from "../spectrum/index.ts";

export interface LayerSpectraRequest {
  /** Patterns over tensor names (params.ts). None: all weights that a bit plan quantises. */
  readonly tensors: readonly string[];
  /** Lanczos steps per tensor, at most as many as it has parameters. */
  readonly steps: number;
  /**
   * True: all the steps, and the nodes of each tensor's density with them. False: a tensor's steps end when its largest
   * eigenvalue has converged.
   */
  readonly density: boolean;
}

export interface BlockEigenvalue {
  readonly value: number;
  /** An eigenvalue of the block lies within this distance. */
  readonly residual: number;
  readonly converged: boolean;
}

export interface LayerSpectrum {
  /** Of the tensor. */
  readonly name: string;
  readonly size: number;
  /** Largest and smallest eigenvalue of the block. */
  readonly top: BlockEigenvalue;
  readonly bottom: BlockEigenvalue;
  /** Lanczos steps taken. */
  readonly steps: number;
  /** Quadrature of one probe, as in the result's `spectrum`; null unless the density was asked for. */
  readonly density: { readonly nodes: readonly number[]; readonly weights: readonly number[] } | null;
}

/** Of the run's matrix without its weight decay. */
export interface LayerSpectra {
  readonly request: LayerSpectraRequest;
  /** Known so far, in the order of the parameters. */
  readonly layers: readonly LayerSpectrum[];
  /** Tensors that the request chooses. */
  readonly tensors: number;
  /**
   * Products spent: one per tensor and step, because an exact block shares its products with no other, and beside them
   * those of idle columns and of the steps under way when a tensor ends.
   */
  readonly products: number;
  /** Two vectors where the basis did not fit: the two eigenvalues hold, and of the rest the density alone. */
  readonly memory: LanczosMemory;
}

export interface SubsetEigenvaluesRequest {
  /** Patterns over tensor names (params.ts). None: all weights that a bit plan quantises. */
  readonly tensors: readonly string[];
  /** Lanczos steps per tensor and subset at most: they end when the largest eigenvalue has converged. */
  readonly steps: number;
  /** Subsets that the batch is cut into, at least 2. */
  readonly subsets: number;
}

/** The largest eigenvalue of a tensor's block of the Hessian on each subset of the batch. */
export interface SubsetLayer {
  readonly name: string;
  readonly size: number;
  /** By subset, of the mean loss over its samples; fewer than asked for while they are measured. */
  readonly values: readonly number[];
  /** All of them. */
  readonly converged: boolean;
  readonly mean: number;
  /** Root of the sum of squared deviations over the number of subsets less one; null with one. */
  readonly std: number | null;
  /** Q-BERT's sensitivity |mean| + std. */
  readonly qbert: number | null;
}

/** Of the run's matrix without its weight decay. */
export interface SubsetEigenvalues {
  readonly request: SubsetEigenvaluesRequest;
  /** Samples of each subset, in the order of the batch; the batch may hold a few more. */
  readonly samples: number;
  /** In the order of the parameters. */
  readonly layers: readonly SubsetLayer[];
  readonly products: number;
}
