/**
 * How much a network minds that a tensor is quantised, and what its bits cost.
 *
 * With the error d = Q(w) - w of a tensor of n weights and its block H of the Hessian, the loss rises by g'd + d'Hd / 2
 * to second order. Errors of rounding have no preferred direction: their mean over all directions of length ||d|| is
 * tr(H)/n ||d||^2 / 2, half of HAWQ-V2's and HAWQ-V3's sensitivity tr(H)/n ||d||^2 (Dong et al. 2020, "HAWQ-V2", eq. 11;
 * Yao et al. 2021, "HAWQ-V3"). HAWQ-V1's is the block's largest eigenvalue over n (Dong et al. 2019, eq. 3). Errors of
 * different tensors are taken as independent, so that their rises add up.
 */

import type { PlanOption } from "./bitPlan.ts";
import { type QuantiserOptions, quantise } from "./quantiser.ts";
import { studentTQuantile } from "./studentT.ts";
import { type MeanEstimate, meanEstimate, type TraceSample } from "./trace.ts";

/** What shares a scale, and how it is chosen: everything but the bits. */
export type QuantiserScheme = Omit<QuantiserOptions, "bits">;

export interface SensitivityTensor {
  readonly name: string;
  /** Axis 0: output channels. */
  readonly shape: readonly number[];
  /** Row-major in `shape`. */
  readonly weights: Float32Array;
  /** Of the tensor's diagonal block of the Hessian. */
  readonly trace: MeanEstimate;
  /** Largest eigenvalue of that block; null where it is not known. */
  readonly topEigenvalue: number | null;
}

/** A tensor at one bit width. */
export interface BitSensitivity {
  readonly bits: number;
  /** ||Q(w) - w||^2. */
  readonly squaredError: number;
  /** Expected rise of the loss, tr/n ||Q(w) - w||^2 / 2: half of HAWQ-V2's and HAWQ-V3's measure. */
  readonly rise: MeanEstimate;
}

export interface Sensitivity {
  /** tr/n. */
  readonly meanTrace: MeanEstimate;
  /** HAWQ-V1's measure lambda_1/n; null where the eigenvalue is not known. */
  readonly hawqV1: number | null;
  /** In the order of the bit widths asked for. */
  readonly options: readonly BitSensitivity[];
}

/** Weights of linear layers, convolutions and embeddings are quantised; biases and the scales of norms are not. */
export const isQuantised = ({ shape }: { readonly shape: readonly number[] }): boolean => shape.length >= 2;

/** @throws RangeError for bits outside 2 to 8 or a group size below 1 */
export function sensitivityOf(
  { shape, weights, trace, topEigenvalue }: SensitivityTensor,
  bits: readonly number[],
  scheme: QuantiserScheme,
): Sensitivity {
  const n = weights.length;
  return {
    meanTrace: scaled(trace, 1 / n),
    hawqV1: topEigenvalue === null ? null : topEigenvalue / n,
    options: bits.map((width) => {
      const { squaredError } = quantise(weights, shape, { ...scheme, bits: width });
      return { bits: width, squaredError, rise: scaled(trace, squaredError / (2 * n)) };
    }),
  };
}

/** An estimate times a factor that is not negative. */
function scaled({ estimate, standardError, interval95 }: MeanEstimate, factor: number): MeanEstimate {
  return {
    estimate: factor * estimate,
    standardError: standardError === null ? null : factor * standardError,
    interval95: interval95 === null ? null : [factor * interval95[0], factor * interval95[1]],
  };
}

/** An estimate plus a number that is known. */
export const shifted = ({ estimate, standardError, interval95 }: MeanEstimate, by: number): MeanEstimate => ({
  estimate: estimate + by,
  standardError,
  interval95: interval95 === null ? null : [interval95[0] + by, interval95[1] + by],
});

/**
 * The sum of factor_l x_l where nothing is known of how the estimates depend on each other: errors and widths add up,
 * as if all erred the same way.
 * @param factors none negative
 */
export function weightedSum(terms: readonly MeanEstimate[], factors: readonly number[]): MeanEstimate {
  const parts = terms.map((term, l) => scaled(term, factors[l]));
  const total = (values: readonly (number | null)[]): number | null =>
    values.reduce((sum, x) => (sum === null || x === null ? null : sum + x), 0);
  const [low, high] = [0, 1].map((end) => total(parts.map(({ interval95 }) => interval95?.[end] ?? null)));
  return {
    estimate: parts.reduce((sum, { estimate }) => sum + estimate, 0),
    standardError: total(parts.map(({ standardError }) => standardError)),
    interval95: low === null || high === null ? null : [low, high],
  };
}

/**
 * The sum of factor_l tr_l over segments, with its Student-t interval. The samples of the segments of one probe are
 * not independent, so that the interval comes from the sums, not from the intervals of the terms.
 * @param factors one per segment, 0 for those that are left out
 */
export function weightedTrace(samples: readonly TraceSample[], factors: readonly number[]): MeanEstimate {
  const quantile = samples.length > 1 ? studentTQuantile(0.975, samples.length - 1) : Number.NaN;
  const sums = samples.map(({ perSegment }) => perSegment.reduce((sum, x, l) => sum + factors[l] * x, 0));
  return meanEstimate(sums, quantile);
}

export type CostKind = "size" | "bops" | "latency";

export interface CostModel {
  readonly kind: CostKind;
  /** Bits of the activations; null: as many as the weights they meet, as in HAWQ-V3. */
  readonly activationBits: number | null;
  /** Milliseconds of a tensor's layer at some bits, by the user's measurement. */
  readonly latency: (name: string, bits: number) => number;
}

/** Bytes of the weights without their scales; bit operations per sample (MACs x bits x bits); or milliseconds. */
export function costOf(
  tensor: { readonly name: string; readonly size: number; readonly macs: number },
  bits: number,
  { kind, activationBits, latency }: CostModel,
): number {
  if (kind === "size") return (tensor.size * bits) / 8;
  if (kind === "bops") return tensor.macs * bits * (activationBits ?? bits);
  return latency(tensor.name, bits);
}

/** A budget between all layers at the fewest bits (fraction 0) and all at the most (1), as HAWQ-V3 sets it. */
export function budgetBetween(options: readonly (readonly PlanOption[])[], fraction: number): number {
  const total = (extreme: (...bits: number[]) => number): number =>
    options.reduce((sum, layer) => {
      const wanted = extreme(...layer.map(({ bits }) => bits));
      return sum + (layer.find(({ bits }) => bits === wanted)?.cost ?? 0);
    }, 0);
  const low = total(Math.min);
  return low + fraction * (total(Math.max) - low);
}

/** At most `most` of the points, evenly by their place, the first and the last among them. */
export function thinned<T>(points: readonly T[], most: number): T[] {
  if (points.length <= most) return [...points];
  return Array.from({ length: most }, (_, i) => points[Math.round((i * (points.length - 1)) / (most - 1))]);
}
