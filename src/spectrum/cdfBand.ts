/**
 * A certified band for the cumulative distribution of the eigenvalues, Phi(x) = #{lambda_i <= x} / n, from few probes. Two errors
 * add up: what m steps leave open about each probe's own measure (momentBounds.ts), and that the measure of a random vector is
 * not Phi. For a vector uniform on the sphere the weight on r eigenvectors is a Beta(r/2, (n-r)/2) variable, sub-Gaussian with
 * proxy variance 1/(2(n+2)) (Marchal and Arbel 2017); a union over the n - 1 steps of Phi gives
 *
 *   P(sup |mean of n_v probes - Phi| > t) <= 2 n exp(-n_v (n+2) t^2)      (Chen, Trogdon and Ubaru 2021).
 *
 * Random signs obey the tail bound of Cortinovis and Kressner (2022): with D the diagonal of a projector P,
 * ||P - D||_F^2 <= n/4 and ||P - D|| <= 1 make it 2 exp(-n_v n t^2 / (2 + 8t)) per step, which is 1.4 times as wide. Even one
 * probe of a network with 270,000 parameters pins Phi down to 0.011.
 */
import type { LanczosColumn } from "./lanczosColumn.ts";
import { meanMassBounds } from "./momentBounds.ts";
import type { ProbeDistribution } from "./probes.ts";

export interface CdfBand {
  /** Eigenvalues, as given. */
  readonly x: readonly number[];
  /** With probability `confidence`, low <= Phi <= high at all points at once. */
  readonly low: readonly number[];
  readonly high: readonly number[];
  /** The part of the width on either side that more probes would shrink; the rest is for more steps. */
  readonly sampling: number;
  readonly confidence: number;
}

export interface CdfBandOptions {
  /** Parameters. */
  readonly n: number;
  readonly distribution: ProbeDistribution;
  /** Default 0.95. */
  readonly confidence?: number;
}

/** Throws RangeError without a column. The bounds hold in exact arithmetic; rounding of the products is not included. */
export function cdfBand(
  columns: readonly LanczosColumn[],
  x: readonly number[],
  { n, distribution, confidence = 0.95 }: CdfBandOptions,
): CdfBand {
  if (columns.length === 0) throw new RangeError("cdf band: expected at least one probe, found none");
  const sampling = samplingError({ n, probes: columns.length, distribution, confidence });
  const bounds = x.map((t) => meanMassBounds(columns, t));
  return {
    x,
    low: bounds.map(({ below }) => Math.max(0, below - sampling)),
    high: bounds.map(({ atMost }) => Math.min(1, atMost + sampling)),
    sampling,
    confidence,
  };
}

/** The t of the tail bounds above. */
function samplingError({
  n,
  probes,
  distribution,
  confidence,
}: Required<CdfBandOptions> & { readonly probes: number }): number {
  const log = Math.log((2 * n) / (1 - confidence));
  if (distribution === "gaussian") return Math.min(1, Math.sqrt(log / (probes * (n + 2))));
  // probes n t^2 = (2 + 8t) log
  return Math.min(1, (4 * log + Math.sqrt(16 * log * log + 2 * probes * n * log)) / (probes * n));
}
