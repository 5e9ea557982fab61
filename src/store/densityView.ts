/**
 * The density figure as numbers: one axis, one smoothing and one range for the shown run and those beside it, so that
 * they can be compared. Pure; recomputed for every drag of the smoothing.
 */
import type { RunResult } from "../run/protocol.ts";
import { type LogDensity, logDensity } from "../spectrum/logDensity.ts";
import {
  type Axis,
  type Density,
  defaultSigma,
  defaultSymlog,
  density,
  densityBand,
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
  /** Range over the probes, or 95 % interval of their mean; null for one probe, and on the axis of log10 |λ|. */
  readonly band: { readonly low: Float64Array; readonly high: Float64Array } | null;
}

/** The axis of a figure: that of a density, or log10 |λ|, where what is smaller than `floor` counts as zero. */
export type FigureAxis = Axis | { readonly kind: "log"; readonly floor: number };

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

/** Grid of the figure: two points a pixel on a wide screen. */
const POINTS = 1600;
/** Room beyond the outermost Ritz values, as a part of their distance. */
const MARGIN = 0.06;

export type DensityControls = Pick<ControlValues, "xAxis" | "smoothing" | "width" | "band">;

/** Null while a run has no Ritz value yet. */
export function densityView(
  shown: RunResult,
  beside: readonly RunResult[],
  controls: DensityControls,
): DensityView | null {
  const { nodes, weights } = shown.spectrum;
  if (!nodes.some((row) => row.length > 0)) return null;
  const others = beside.filter(({ spectrum }) => spectrum.nodes.some((row) => row.length > 0));
  const joined = {
    nodes: [...nodes, ...others.flatMap(({ spectrum }) => spectrum.nodes)],
    weights: [...weights, ...others.flatMap(({ spectrum }) => spectrum.weights)],
  };
  if (controls.xAxis === "log" && controls.smoothing !== "pyhessian")
    return logView(shown, others, joined, controls.width);
  const preset = controls.smoothing === "pyhessian";
  // PyHessian smooths eigenvalues, not their logarithms: its curve has a meaning on the linear axis alone.
  const axis: Axis =
    preset || controls.xAxis === "linear" ? { kind: "linear" } : defaultSymlog(joined.nodes, joined.weights);
  const sigma = controls.width * defaultSigma(axis, joined.nodes);
  const domain = paddedExtent(joined.nodes.flatMap((row) => row.map((theta) => toAxis(axis, theta))));
  const draw = ({ spectrum }: RunResult): DensityCurve => {
    const curve = preset
      ? pyhessianDensity(spectrum.nodes, spectrum.weights)
      : density(spectrum.nodes, spectrum.weights, { axis, sigma, domain, points: POINTS });
    return { u: curve.u, t: curve.t, mean: curve.mean, band: bandOf(curve, controls.band) };
  };
  return {
    axis,
    sigma: preset ? pyhessianDensity(nodes, weights).sigma : sigma,
    domain,
    curve: draw(shown),
    sides: null,
    beside: others.map(draw),
    stems: stemsOf(shown, (t) => toAxis(axis, t)),
    oneInN: 1 / shown.parameterCount,
  };
}

/** Of the largest size: smaller ones are within the rounding of float32. */
const LOG_FLOOR = 1e-7;

const logPlace = (t: number, floor: number): number => Math.log10(Math.max(Math.abs(t), floor));

/** On the axis of log10 |λ|, both signs side by side. */
function logView(
  shown: RunResult,
  others: readonly RunResult[],
  joined: Readonly<Record<"nodes" | "weights", readonly (readonly number[])[]>>,
  width: number,
): DensityView {
  const largest = Math.max(...joined.nodes.flat().map(Math.abs));
  const floor = LOG_FLOOR * (largest || 1);
  const place = (t: number): number => logPlace(t, floor);
  const domain = paddedExtent(joined.nodes.flat().map(place));
  const sigma = (width * (domain[1] - domain[0])) / 100;
  const sides = ({ spectrum }: RunResult): LogDensity =>
    logDensity(spectrum.nodes, spectrum.weights, { floor, sigma, points: POINTS });
  const own = sides(shown);
  const curveOf = ({ u }: LogDensity, mean: ArrayLike<number>): DensityCurve => ({
    ...{ u, mean, band: null },
    t: u.map((x) => 10 ** x),
  });
  const both = (density: LogDensity): DensityCurve =>
    curveOf(
      density,
      density.positive.map((y, i) => y + density.negative[i]),
    );
  const { positive, negative, zero } = own;
  return {
    ...{ axis: { kind: "log", floor }, sigma, domain },
    curve: both(own),
    sides: { positive: curveOf(own, positive), negative: curveOf(own, negative), zero },
    beside: others.map((run) => both(sides(run))),
    stems: stemsOf(shown, place),
    oneInN: 1 / shown.parameterCount,
  };
}

function stemsOf({ spectrum }: RunResult, place: (theta: number) => number): Stem[] {
  return spectrum.nodes
    .flatMap((row, probe) =>
      row.map((theta, j) => ({ u: place(theta), theta, weight: spectrum.weights[probe][j], probe })),
    )
    .sort((a, b) => a.u - b.u);
}

function bandOf({ perProbe, mean }: Density, kind: DensityControls["band"]): DensityCurve["band"] {
  if (perProbe.length < 2) return null;
  if (kind === "interval") return densityBand({ mean, perProbe });
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

/** The eigenvalue at an axis position, or its size on the axis of log10 |λ|. */
export function eigenvalueAt(view: DensityView, u: number): number {
  return view.axis.kind === "log" ? 10 ** u : fromAxis(view.axis, u);
}

/** Where an eigenvalue stands on the axis. */
export function positionOf(view: DensityView, t: number): number {
  return view.axis.kind === "log" ? logPlace(t, view.axis.floor) : toAxis(view.axis, t);
}
