/**
 * The density figure as numbers: one axis, one smoothing and one range for the shown run and those beside it, so that
 * they can be compared. Pure; recomputed for every drag of the smoothing.
 */
import type { RunResult } from "../run/protocol.ts";
import {
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
import type { DensityCurve, DensityView, FigureAxis, Nodes, Stem } from "./densityTypes.ts";
import { logAxis, logCurves, logPlace } from "./logView.ts";

export type { DensityCurve, DensityView, FigureAxis, Stem } from "./densityTypes.ts";

/** Grid of the figure: two points a pixel on a wide screen. */
const POINTS = 1600;
/** Room beyond the outermost Ritz values, as a part of their distance. */
const MARGIN = 0.06;

/** The band is the range where nothing is said. */
export type DensityControls = Pick<ControlValues, "xAxis" | "smoothing" | "width"> &
  Partial<Pick<ControlValues, "band">>;

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
  const axis = axisFor(controls, joined);
  const place = (theta: number): number => placeOn(axis, theta);
  const domain = paddedExtent(joined.nodes.flatMap((row) => row.map(place)));
  const sigma =
    controls.width * (axis.kind === "log" ? (domain[1] - domain[0]) / 100 : defaultSigma(axis, joined.nodes));
  const draw = ({ spectrum }: DensitySource) =>
    preset
      ? { curve: curveOf(pyhessianDensity(spectrum.nodes, spectrum.weights), controls.band), sides: null }
      : curvesOn({ axis, sigma, domain }, spectrum, controls.band);
  return {
    ...{ axis, domain, ...draw(shown) },
    sigma: preset ? pyhessianDensity(nodes, weights).sigma : sigma,
    beside: others.map((run) => draw(run).curve),
    stems: stemsOf(shown.spectrum, place),
    oneInN: 1 / shown.parameterCount,
  };
}

function axisFor({ xAxis, smoothing }: DensityControls, { nodes, weights }: Nodes): FigureAxis {
  // PyHessian smooths eigenvalues, not their logarithms: its curve has a meaning on the linear axis alone.
  if (smoothing === "pyhessian" || xAxis === "linear") return { kind: "linear" };
  return xAxis === "log" ? logAxis({ nodes }) : defaultSymlog(nodes, weights);
}

const placeOn = (axis: FigureAxis, t: number): number =>
  axis.kind === "log" ? logPlace(axis, t) : toAxis(axis, t);

function curvesOn(
  { axis, sigma, domain }: Pick<DensityView, "axis" | "sigma" | "domain">,
  { nodes, weights }: Nodes,
  band: DensityControls["band"],
): Pick<DensityView, "curve" | "sides"> {
  if (axis.kind === "log") return logCurves({ nodes, weights }, axis, sigma, POINTS);
  const options = { axis, sigma, domain, points: POINTS };
  return { curve: curveOf(density(nodes, weights, options), band), sides: null };
}

/** The density that one quadrature knows, on the axis and in the smoothing of a run, with the run's own curve behind it. */
export function densityOver(
  view: DensityView,
  known: { readonly nodes: readonly number[]; readonly weights: readonly number[] },
): DensityView {
  const spectrum = { nodes: [known.nodes], weights: [known.weights] };
  return {
    ...view,
    ...curvesOn(view, spectrum, "range"),
    beside: [view.curve],
    stems: stemsOf(spectrum, (theta) => placeOn(view.axis, theta)),
  };
}

const curveOf = (curve: Density, band: DensityControls["band"]): DensityCurve => ({
  u: curve.u,
  t: curve.t,
  mean: curve.mean,
  band: bandOf(curve, band),
});

function stemsOf(spectrum: Nodes, place: (theta: number) => number): Stem[] {
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
export function eigenvalueAt(view: Pick<DensityView, "axis">, u: number): number {
  return view.axis.kind === "log" ? 10 ** u : fromAxis(view.axis, u);
}

/** Where an eigenvalue stands on the axis. */
export function positionOf(view: Pick<DensityView, "axis">, t: number): number {
  return placeOn(view.axis, t);
}
