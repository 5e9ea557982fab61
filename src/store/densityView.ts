/**
 * The density figure as numbers: one axis, one smoothing and one range for the shown run and those beside it, so that
 * they can be compared. Pure; recomputed for every drag of the smoothing.
 */
import type { RunResult } from "../run/protocol.ts";
import {
  type Axis,
  type Density,
  defaultSigma,
  defaultSymlog,
  density,
  fromAxis,
  pyhessianDensity,
  toAxis,
} from "../spectrum/density.ts";
import type { ControlValues } from "./controls.ts";

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
  /** Range over the probes; null for one probe. */
  readonly band: { readonly low: Float64Array; readonly high: Float64Array } | null;
}

export interface DensityView {
  readonly axis: Axis;
  /** Axis units. */
  readonly sigma: number;
  readonly domain: readonly [number, number];
  readonly curve: DensityCurve;
  /** Of the runs beside it, in their order. */
  readonly beside: readonly DensityCurve[];
  readonly stems: readonly Stem[];
  /** The density of one eigenvalue among n: below it a curve says nothing. */
  readonly oneInN: number;
}

/** Grid of the figure: two points a pixel on a wide screen. */
const POINTS = 1600;
/** Room beyond the outermost Ritz values, as a part of their distance. */
const MARGIN = 0.06;

export type DensityControls = Pick<ControlValues, "xAxis" | "smoothing" | "width">;

/** A run, or a block of its matrix. */
export interface DensitySource {
  readonly spectrum: Pick<RunResult["spectrum"], "nodes" | "weights">;
  /** Rows of the matrix. */
  readonly parameterCount: number;
}

/** Null while a run has no Ritz value yet. */
export function densityView(
  shown: DensitySource,
  beside: readonly DensitySource[],
  controls: DensityControls,
): DensityView | null {
  const { nodes, weights } = shown.spectrum;
  if (!nodes.some((row) => row.length > 0)) return null;
  const others = beside.filter(({ spectrum }) => spectrum.nodes.some((row) => row.length > 0));
  const joined = {
    nodes: [...nodes, ...others.flatMap(({ spectrum }) => spectrum.nodes)],
    weights: [...weights, ...others.flatMap(({ spectrum }) => spectrum.weights)],
  };
  const preset = controls.smoothing === "pyhessian";
  // PyHessian smooths eigenvalues, not their logarithms: its curve has a meaning on the linear axis alone.
  const axis: Axis =
    preset || controls.xAxis === "linear" ? { kind: "linear" } : defaultSymlog(joined.nodes, joined.weights);
  const sigma = controls.width * defaultSigma(axis, joined.nodes);
  const domain = paddedExtent(joined.nodes.flatMap((row) => row.map((theta) => toAxis(axis, theta))));
  const draw = ({ spectrum }: DensitySource): DensityCurve =>
    curveOf(
      preset
        ? pyhessianDensity(spectrum.nodes, spectrum.weights)
        : density(spectrum.nodes, spectrum.weights, { axis, sigma, domain, points: POINTS }),
    );
  return {
    axis,
    sigma: preset ? pyhessianDensity(nodes, weights).sigma : sigma,
    domain,
    curve: draw(shown),
    beside: others.map(draw),
    stems: stemsOf(shown.spectrum, axis),
    oneInN: 1 / shown.parameterCount,
  };
}

/** The density that one quadrature knows, on the axis and in the smoothing of a run, with the run's own curve behind it. */
export function densityOver(
  { axis, sigma, domain, curve, oneInN }: DensityView,
  known: { readonly nodes: readonly number[]; readonly weights: readonly number[] },
): DensityView {
  const spectrum = { nodes: [known.nodes], weights: [known.weights] };
  const drawn = curveOf(density(spectrum.nodes, spectrum.weights, { axis, sigma, domain, points: POINTS }));
  return { axis, sigma, domain, curve: drawn, beside: [curve], stems: stemsOf(spectrum, axis), oneInN };
}

const curveOf = (curve: Density): DensityCurve => ({
  u: curve.u,
  t: curve.t,
  mean: curve.mean,
  band: bandOf(curve),
});

function stemsOf(spectrum: Pick<RunResult["spectrum"], "nodes" | "weights">, axis: Axis): Stem[] {
  return spectrum.nodes
    .flatMap((row, probe) =>
      row.map((theta, j) => ({ u: toAxis(axis, theta), theta, weight: spectrum.weights[probe][j], probe })),
    )
    .sort((a, b) => a.u - b.u);
}

function bandOf({ perProbe, mean }: Density): DensityCurve["band"] {
  if (perProbe.length < 2) return null;
  const low = mean.map((_, i) => Math.min(...perProbe.map((curve) => curve[i])));
  const high = mean.map((_, i) => Math.max(...perProbe.map((curve) => curve[i])));
  return { low, high };
}

function paddedExtent(positions: readonly number[]): [number, number] {
  const low = Math.min(...positions);
  const high = Math.max(...positions);
  const room = high > low ? MARGIN * (high - low) : 1;
  return [low - room, high + room];
}

/** The curve's value at an axis position, by linear interpolation; 0 beyond its grid. */
export function densityAt(curve: DensityCurve, u: number): number {
  const last = curve.u.length - 1;
  const place = ((u - curve.u[0]) / (curve.u[last] - curve.u[0])) * last;
  if (!(place >= 0 && place <= last)) return 0;
  const i = Math.min(Math.floor(place), last - 1);
  return curve.mean[i] + (place - i) * (curve.mean[i + 1] - curve.mean[i]);
}

/** The eigenvalue at an axis position. */
export function eigenvalueAt(view: DensityView, u: number): number {
  return fromAxis(view.axis, u);
}

/** Where an eigenvalue stands on the axis. */
export function positionOf(view: DensityView, t: number): number {
  return toAxis(view.axis, t);
}
