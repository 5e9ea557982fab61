/** Landscapes as they cross the border between the page and the engine: a part of protocol.ts. */

import type { OneDimensional, Quadratic } from "../spectrum/index.ts";
import type { BatchNormMode, NamedFile } from "./sources.ts";

/** A direction in parameter space. */
export type Direction =
  /** The Ritz vector of `eigenvalues[end][place]`, of unit length. */
  | { readonly kind: "ritz"; readonly end: "top" | "bottom"; readonly place: number }
  /** Gaussian, every filter as long as that of the weights; biases and norms zero, or scaled as well. */
  | { readonly kind: "random"; readonly seed: number; readonly oneDimensional: OneDimensional }
  /** Of unit length. */
  | { readonly kind: "gradient" }
  /** From the weights, at 0, to those of another checkpoint of the same network, at 1. */
  | { readonly kind: "checkpoint"; readonly files: readonly NamedFile[] }
  /** Over all parameters in file order, as it is. */
  | { readonly kind: "vector"; readonly name: string; readonly values: Float32Array };

export interface LandscapeRequest {
  /** One for a line, two for a plane. The second direction is made orthogonal to the first unless both are vectors. */
  readonly axes: readonly {
    readonly direction: Direction;
    /** First and last step, in units of the direction. */
    readonly from: number;
    readonly to: number;
    readonly points: number;
  }[];
  /** BatchNorm at every point: the running statistics, or those of the batch, estimated anew at each point. */
  readonly bn: BatchNormMode;
}

export interface LandscapeAxis {
  readonly direction:
    | (Extract<Direction, { kind: "ritz" }> & { readonly eigenvalue: number })
    | Extract<Direction, { kind: "random" | "gradient" }>
    | { readonly kind: "checkpoint"; readonly file: string; readonly sha256: string }
    | { readonly kind: "vector"; readonly name: string };
  /** 2-norm of the direction: how far a step of 1 goes. */
  readonly length: number;
  readonly steps: readonly number[];
}

/** A point that is known beforehand. */
export interface LandscapeMark {
  readonly label: string;
  /** Coordinates: one or two. */
  readonly at: readonly number[];
}

/** Loss and accuracy over a line or plane through the weights. */
export interface Landscape {
  /** One or two. */
  readonly axes: readonly LandscapeAxis[];
  readonly batchNorm: BatchNormMode | "none";
  /** Points measured so far, from coarse to fine. */
  readonly measured: number;
  /** Row-major, the last axis fastest; null where nothing was measured, or where the loss is not finite. */
  readonly loss: readonly (number | null)[];
  /** Fractions; null also where nothing is labelled. */
  readonly accuracy: readonly (number | null)[];
  /**
   * Slope and curvature at the weights; null where BatchNorm differs from the run's, the run measures another matrix than
   * the Hessian, or a direction leaves its block.
   */
  readonly prediction: Quadratic | null;
  /** The weights and the checkpoints that span the landscape; empty where none does. */
  readonly marks: readonly LandscapeMark[];
}
