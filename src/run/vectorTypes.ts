/** What an eigenvalue is made of: the request and the answer. Plain data. */

export interface VectorRequest {
  readonly rank: { readonly end: "top" | "bottom"; readonly place: number };
  /** Sharpest rows to name, 0 to 100. */
  readonly sharpest: number;
}

/** Where a unit vector's square lies in one tensor. */
export interface TensorMass {
  readonly name: string;
  /** Parameters. */
  readonly size: number;
  /** Sum of squares in the tensor; over all tensors they sum to 1. */
  readonly mass: number;
  /** Slices along the first axis of the file's shape: output channels of weights, single entries of biases and norms. */
  readonly channels: number;
  /** The channels with the most mass, in descending order. */
  readonly largest: readonly { readonly channel: number; readonly mass: number }[];
}

/** One row of the logits: a sample, or a labelled token. */
export interface SharpRow {
  /** Place in the data file, from 0. */
  readonly sample: number;
  /** Within the sentence, from 0; null where rows are samples. */
  readonly token: number | null;
  /** u'(H_i)u of this row's own loss, for the run's matrix without its weight decay. */
  readonly curvature: number;
  /** The part of it that the Gauss-Newton matrix has; the rest comes from the bending of the network. */
  readonly gaussNewton: number;
  /** Of the row's own loss along u. */
  readonly slope: number;
  readonly loss: number;
  /** Null for the squared error. */
  readonly label: number | null;
  readonly predicted: number | null;
}

export interface RowCurvature {
  readonly rows: "samples" | "labelled tokens";
  readonly count: number;
  /** Mean of the curvature over all rows: the eigenvalue without weight decay, by another route. */
  readonly mean: number;
  /** Smallest, quartiles and largest of the rows' curvature. */
  readonly quantiles: readonly [number, number, number, number, number];
  /** Share of the sum that the sharpest tenth of the rows holds (at least one row). */
  readonly sharpestTenth: number;
  /** In descending order of the curvature. */
  readonly sharpest: readonly SharpRow[];
}

export interface VectorAnswer {
  readonly rank: VectorRequest["rank"];
  /** Ritz value theta of the run's matrix A. */
  readonly eigenvalue: number;
  /** ||A u - theta u||, by one more product. */
  readonly residual: number;
  /** |beta_m s_mi| of the Lanczos run: what the residual should be. */
  readonly lanczosResidual: number;
  /** u'Au by the same product. */
  readonly rayleigh: number;
  /** 1 / sum u_i^4: as many parameters, of equal size, would be as concentrated. */
  readonly participation: number;
  /** The tensors that the run looks at. */
  readonly tensors: readonly TensorMass[];
  /** Null while it is measured, and where `without` says why there is none. */
  readonly curvature: RowCurvature | null;
  readonly without: string | null;
}
