/** What a run can be asked beside its spectrum: one row per question, with its request and its answer. Plain data. */

import type { ActivationsAnswer, ActivationsRequest } from "./activationTypes.ts";
import type { JacobianAnswer, JacobianRequest } from "./jacobianTypes.ts";
import type { LayerSpectra, LayerSpectraRequest } from "./layerTypes.ts";
import type { BitPlan, PlanRequest } from "./planTypes.ts";
import type { VectorAnswer, VectorRequest } from "./vectorTypes.ts";

export interface Questions {
  /** Singular values of the Jacobians of residual units and other parts of the network. */
  readonly jacobian: { readonly request: JacobianRequest; readonly answer: JacobianAnswer };
  /** Spectrum of the Hessian in what units give, sample by sample. */
  readonly activations: { readonly request: ActivationsRequest; readonly answer: ActivationsAnswer };
  /** Bits for the weights by the traces of the run, with the loss that they cause. */
  readonly plan: { readonly request: PlanRequest; readonly answer: BitPlan };
  /** Where the vector of an eigenvalue lies, and which samples bend the loss along it. */
  readonly vector: { readonly request: VectorRequest; readonly answer: VectorAnswer };
  /** Largest and smallest eigenvalue, and density, of single tensors' blocks. */
  readonly layerSpectra: { readonly request: LayerSpectraRequest; readonly answer: LayerSpectra };
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
