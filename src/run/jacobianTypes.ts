/** What is asked of the Jacobians of units, and what is answered: plain data, re-exported by protocol.ts. */

import type { MeanEstimate } from "../spectrum/index.ts";
import type { UnitsAnswer, UnitsRequest } from "./unitTypes.ts";

export type JacobianRequest = UnitsRequest;

/** The best of a sample's start vectors. */
export interface SingularValue {
  readonly value: number;
  /** ||J'u - sigma v||: a singular value lies within this distance. */
  readonly residual: number;
  readonly converged: boolean;
}

/** J = d(output)/d(input) of a unit, a matrix per sample; one for the batch where its statistics couple the samples. */
export interface UnitJacobian {
  readonly unit: string;
  /** Of one matrix. */
  readonly rows: number;
  readonly columns: number;
  /** A value per matrix. No singular value is a zero of the shape: there are min(rows, columns) of them. */
  readonly largest: readonly SingularValue[];
  readonly smallest: readonly SingularValue[];
  /** ||J||_F^2 / min(rows, columns): 1 where lengths are kept on the average. Over all start vectors. */
  readonly meanSquare: MeanEstimate;
  /** A row per start vector: singular values of B, ascending, and their weights, which sum to 1. */
  readonly nodes: readonly (readonly number[])[];
  readonly weights: readonly (readonly number[])[];
  /** Largest entries of |V'V - I| and |U'U - I|. */
  readonly orthogonality: number;
  /** |u'(Jv) - (J'u)'v| / (||u|| ||Jv||) for random u and v, the worst of the matrices. */
  readonly adjointDefect: number;
}

export type JacobianAnswer = UnitsAnswer<UnitJacobian>;
