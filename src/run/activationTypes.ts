/** What is asked of the Hessian in activations, and what is answered: plain data, re-exported by protocol.ts. */

import type { MeanEstimate } from "../spectrum/index.ts";
import type { UnitsAnswer, UnitsRequest } from "./unitTypes.ts";

export type ActivationsRequest = UnitsRequest;

/** The best of a sample's start vectors. */
export interface ActivationEigenvalue {
  readonly value: number;
  /** An eigenvalue lies within this distance. */
  readonly residual: number;
  readonly converged: boolean;
}

/**
 * d2l/da2 of a sample's own loss l in what a unit gives, the parameters held fixed: a matrix per sample. One for the
 * batch, of its mean loss, where its statistics couple the samples.
 */
export interface UnitActivations {
  readonly unit: string;
  /** Rows of one matrix: numbers that the unit gives for a sample. */
  readonly size: number;
  /** A value per matrix. */
  readonly largest: readonly ActivationEigenvalue[];
  readonly smallest: readonly ActivationEigenvalue[];
  /** Mean trace of the matrices, over all start vectors. */
  readonly trace: MeanEstimate;
  /** A row per start vector: Ritz values, ascending, and their weights, which sum to 1. */
  readonly nodes: readonly (readonly number[])[];
  readonly weights: readonly (readonly number[])[];
  /** Largest entry of |V'V - I|. */
  readonly orthogonality: number;
}

export type ActivationsAnswer = UnitsAnswer<UnitActivations>;
