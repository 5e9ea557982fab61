/** What a density figure holds. Plain data. */
import type { RunResult } from "../run/protocol.ts";
import type { Axis } from "../spectrum/density.ts";

export type Nodes = Pick<RunResult["spectrum"], "nodes" | "weights">;

/** log10 |λ|; what is smaller than `floor` counts as zero. */
export interface LogAxis {
  readonly kind: "log";
  readonly floor: number;
}

export interface Stem {
  /** Position on the axis. */
  readonly u: number;
  readonly theta: number;
  /** Squared first component: the share of the spectrum that this Ritz value stands for. */
  readonly weight: number;
  readonly probe: number;
}

export interface DensityCurve {
  readonly u: ArrayLike<number>;
  readonly t: ArrayLike<number>;
  /** Per unit of the axis. */
  readonly mean: ArrayLike<number>;
  /** Range over the probes, or 95 % interval of their mean; null for one probe, and on the axis of log10 |λ|. */
  readonly band: { readonly low: Float64Array; readonly high: Float64Array } | null;
}

/** The axis of a figure: that of a density, or log10 |λ|. */
export type FigureAxis = Axis | LogAxis;

export interface DensityView {
  readonly axis: FigureAxis;
  /** Axis units. */
  readonly sigma: number;
  readonly domain: readonly [number, number];
  /** On the axis of log10 |λ| that of both signs. */
  readonly curve: DensityCurve;
  /** On the axis of log10 |λ|: positive and negative eigenvalues apart, and the share of those that count as zero. */
  readonly sides: {
    readonly positive: DensityCurve;
    readonly negative: DensityCurve;
    readonly zero: number;
  } | null;
  /** Of the runs beside it, in their order. */
  readonly beside: readonly DensityCurve[];
  readonly stems: readonly Stem[];
  /** The density of one eigenvalue among n: below it a curve says nothing. */
  readonly oneInN: number;
}
