/** What a run can be asked beside its spectrum: one row per question, with its request and its answer. Plain data. */

import type { ActivationsAnswer, ActivationsRequest } from "./activationTypes.ts";
import type { JacobianAnswer, JacobianRequest } from "./jacobianTypes.ts";
import type {
  LayerSpectra,
  LayerSpectraRequest,
  SubsetEigenvalues,
  SubsetEigenvaluesRequest,
} from "./layerTypes.ts";
import type { BitPlan, PlanRequest } from "./planTypes.ts";
import type { PrunePlan, PruneRequest } from "./pruneTypes.ts";
import type { BatchSweep, BatchSweepRequest, Distributions, DistributionsRequest } from "./studyTypes.ts";
import type { VectorAnswer, VectorRequest } from "./vectorTypes.ts";

export interface Questions {
  /** The largest eigenvalue of random batches against their size. */
  readonly batchSweep: { readonly request: BatchSweepRequest; readonly answer: BatchSweep };
  /** Spectra of the last layer on the run's batch and on other data, and their distance. */
  readonly distributions: { readonly request: DistributionsRequest; readonly answer: Distributions };
  /** Singular values of the Jacobians of residual units and other parts of the network. */
  readonly jacobian: { readonly request: JacobianRequest; readonly answer: JacobianAnswer };
  /** Spectrum of the Hessian in what units give, sample by sample. */
  readonly activations: { readonly request: ActivationsRequest; readonly answer: ActivationsAnswer };
  /** Bits for the weights by the traces of the run, with the loss that they cause. */
  readonly plan: { readonly request: PlanRequest; readonly answer: BitPlan };
  /** Output channels that may go, by their traces, and the loss without them. */
  readonly prune: { readonly request: PruneRequest; readonly answer: PrunePlan };
  /** Where the vector of an eigenvalue lies, and which samples bend the loss along it. */
  readonly vector: { readonly request: VectorRequest; readonly answer: VectorAnswer };
  /** Largest and smallest eigenvalue, and density, of single tensors' blocks. */
  readonly layerSpectra: { readonly request: LayerSpectraRequest; readonly answer: LayerSpectra };
  /** Largest eigenvalue of single tensors' blocks on subsets of the batch (Q-BERT). */
  readonly subsetEigenvalues: {
    readonly request: SubsetEigenvaluesRequest;
    readonly answer: SubsetEigenvalues;
  };
}

export type QuestionKind = keyof Questions;

export type Question = {
  [K in QuestionKind]: { readonly kind: K; readonly request: Questions[K]["request"] };
}[QuestionKind];

/** An answer repeats of its request what tells it from other answers. */
export type Answered = {
  [K in QuestionKind]: { readonly kind: K; readonly answer: Questions[K]["answer"] };
}[QuestionKind];

/** The answers of a result to one kind of question, oldest first. */
export function answersTo<K extends QuestionKind>(
  result: { readonly answers?: readonly Answered[] },
  kind: K,
): Questions[K]["answer"][] {
  return (result.answers ?? []).flatMap((answered) =>
    answered.kind === kind ? [answered.answer as Questions[K]["answer"]] : [],
  );
}
