/**
 * The spectral density as a view over nodes and weights: phi(u) = 1/n_v sum_i sum_j tau_ij N(u; U(theta_ij), sigma^2),
 * where U maps an eigenvalue to the axis and sigma is in the axis's own units. Smoothing needs no new run.
 *
 * An outlier weighs about 1/n and the bulk sits near zero, hence the symmetric-log axis U(t) = sign(t) log10(1 + |t|/c):
 * linear within +-c, decades beyond. The density is per unit of u, so it integrates to 1 over u.
 */
import { studentTQuantile } from "./studentT.ts";

export type Axis =
  | { readonly kind: "linear" }
  /** c > 0: half width of the linear part, in units of the eigenvalue. */
  | { readonly kind: "symlog"; readonly c: number };

export interface DensityOptions {
  readonly axis: Axis;
  /** Standard deviation of the smoothing in axis units; default `defaultSigma`. */
  readonly sigma?: number;
  /** Grid points; by default enough for two per sigma, between 512 and 20000. */
  readonly points?: number;
  /** Grid ends in axis units; by default all nodes and 8 sigma beyond, so that nothing is cut off. */
  readonly domain?: readonly [number, number];
}

export interface Density {
  readonly axis: Axis;
  /** In axis units. */
  readonly sigma: number;
  /** Grid in axis units, equally spaced. */
  readonly u: Float64Array;
  /** The eigenvalue at each grid point. */
  readonly t: Float64Array;
  /** Mean over probes, per unit of u. */
  readonly mean: Float64Array;
  /** One curve per probe: their spread is the band to draw. */
  readonly perProbe: readonly Float64Array[];
}

/** A row per probe; weights of a row sum to 1. */
export type Rows = readonly (readonly number[])[];

/** Eigenvalue to axis position. */
export function toAxis(axis: Axis, t: number): number {
  return axis.kind === "linear" ? t : (Math.sign(t) * Math.log1p(Math.abs(t) / axis.c)) / Math.LN10;
}

/** Axis position to eigenvalue. */
export function fromAxis(axis: Axis, u: number): number {
  return axis.kind === "linear" ? u : Math.sign(u) * axis.c * Math.expm1(Math.abs(u) * Math.LN10);
}

/**
 * A symmetric-log axis whose linear part holds about half of the spectral mass: c is the weighted median of |theta|,
 * at least 1e-6 of the largest, rounded down to a power of ten so that the axis stands still while a run sharpens.
 */
export function defaultSymlog(nodes: Rows, weights: Rows): Axis {
  const atoms = nodes
    .flatMap((row, i) => row.map((theta, j) => ({ size: Math.abs(theta), weight: weights[i][j] })))
    .sort((a, b) => a.size - b.size);
  const largest = atoms.at(-1)?.size ?? 0;
  if (largest === 0) return { kind: "symlog", c: 1 };
  const half = atoms.reduce((sum, atom) => sum + atom.weight, 0) / 2;
  let mass = 0;
  const median = atoms.find((atom) => {
    mass += atom.weight;
    return mass >= half;
  });
  const c = Math.max(median?.size ?? 0, 1e-6 * largest);
  return { kind: "symlog", c: 10 ** Math.floor(Math.log10(c)) };
}

/** One hundredth of the width of the spectrum on the axis; of its distance from zero if it is (nearly) one point. */
export function defaultSigma(axis: Axis, nodes: Rows): number {
  const [low, high] = extent(nodes.map((row) => row.map((theta) => toAxis(axis, theta))));
  const distance = Math.max(Math.abs(low), Math.abs(high));
  if (distance < 1e-300) return 0.01;
  return (high - low > 1e-6 * distance ? high - low : distance) / 100;
}

/** Throws RangeError when there is no node, sigma is not positive, or rows of nodes and weights differ in length. */
export function density(nodes: Rows, weights: Rows, options: DensityOptions): Density {
  checkRows(nodes, weights);
  const { axis, sigma = defaultSigma(axis, nodes) } = options;
  if (!(sigma > 0)) throw new RangeError(`density: expected sigma above 0, found ${sigma}`);
  const centres = nodes.map((row) => row.map((theta) => toAxis(axis, theta)));
  const [low, high] = extent(centres);
  const [from, to] = options.domain ?? [low - 8 * sigma, high + 8 * sigma];
  const points = options.points ?? Math.min(20000, Math.max(512, Math.ceil((2 * (to - from)) / sigma) + 1));
  return curves(axis, centres, weights, from, to, points, sigma);
}

/**
 * The curve that PyHessian's density plot draws of the same nodes and weights (and the older spectral-density
 * package): linear axis, 10,000 points from the mean over probes of the smallest node - 0.01 to the mean of the
 * largest + 0.01, sigma^2 = 1e-5 max(1, range), scaled so that the mean curve sums to 1.
 */
export function pyhessianDensity(nodes: Rows, weights: Rows): Density {
  checkRows(nodes, weights);
  const overhead = 0.01;
  const meanOf = (pick: (row: readonly number[]) => number) =>
    nodes.reduce((sum, row) => sum + pick(row), 0) / nodes.length;
  const to = meanOf((row) => extent([row])[1]) + overhead;
  const from = meanOf((row) => extent([row])[0]) - overhead;
  const sigma = Math.sqrt(1e-5 * Math.max(1, to - from));
  const curve = curves({ kind: "linear" }, nodes, weights, from, to, 10000, sigma);
  const total = curve.mean.reduce((sum, y) => sum + y, 0) * (curve.u[1] - curve.u[0]);
  const scaled = (ys: Float64Array) => ys.map((y) => y / total);
  return { ...curve, mean: scaled(curve.mean), perProbe: curve.perProbe.map(scaled) };
}

/** Trapezoidal integral of the mean curve over u: 1, unless a domain cuts it or the grid is coarser than sigma. */
export function integral({ u, mean }: Pick<Density, "u" | "mean">): number {
  let sum = 0;
  for (let i = 1; i < u.length; i++) sum += ((mean[i] + mean[i - 1]) / 2) * (u[i] - u[i - 1]);
  return sum;
}

export interface DensityBand {
  readonly low: Float64Array;
  readonly high: Float64Array;
}

/**
 * A Student-t interval at each grid point, which covers the density that infinitely many probes would give (with these steps
 * and this smoothing) 95 % of the time, point by point. Null with one probe: unknown, not zero.
 */
export function densityBand({ mean, perProbe }: Pick<Density, "mean" | "perProbe">): DensityBand | null {
  const probes = perProbe.length;
  if (probes < 2) return null;
  const quantile = studentTQuantile(0.975, probes - 1);
  const half = mean.map((y, i) => {
    const squares = perProbe.reduce((sum, curve) => sum + (curve[i] - y) ** 2, 0);
    return quantile * Math.sqrt(squares / (probes - 1) / probes);
  });
  // A density is not negative.
  return { low: mean.map((y, i) => Math.max(0, y - half[i])), high: mean.map((y, i) => y + half[i]) };
}

function curves(
  axis: Axis,
  centres: Rows,
  weights: Rows,
  from: number,
  to: number,
  points: number,
  sigma: number,
): Density {
  const spacing = (to - from) / (points - 1);
  if (!(spacing > 0) || !Number.isFinite(spacing)) {
    throw new RangeError(
      `density: expected a domain of positive width, found ${from} to ${to} with sigma ${sigma}`,
    );
  }
  const u = Float64Array.from({ length: points }, (_, i) => (i === points - 1 ? to : from + i * spacing));
  const perProbe = centres.map((row, i) => gaussianMixture(u, spacing, row, weights[i], sigma));
  const mean = new Float64Array(points);
  for (const curve of perProbe) for (let i = 0; i < points; i++) mean[i] += curve[i] / perProbe.length;
  return { axis, sigma, u, t: u.map((x) => fromAxis(axis, x)), mean, perProbe };
}

/** Beyond this many sigma a Gaussian is zero in float64. */
const REACH = 39;

/** sum_j weights_j N(u; centres_j, sigma^2) on an equally spaced grid. */
export function gaussianMixture(
  u: Float64Array,
  spacing: number,
  centres: readonly number[],
  weights: readonly number[],
  sigma: number,
): Float64Array {
  const curve = new Float64Array(u.length);
  const height = 1 / (sigma * Math.sqrt(2 * Math.PI));
  centres.forEach((centre, j) => {
    const first = Math.max(0, Math.floor((centre - REACH * sigma - u[0]) / spacing));
    const last = Math.min(u.length - 1, Math.ceil((centre + REACH * sigma - u[0]) / spacing));
    for (let i = first; i <= last; i++) {
      const z = (u[i] - centre) / sigma;
      curve[i] += weights[j] * height * Math.exp(-0.5 * z * z);
    }
  });
  return curve;
}

function extent(rows: Rows): [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const row of rows) {
    for (const x of row) {
      low = Math.min(low, x);
      high = Math.max(high, x);
    }
  }
  return [low, high];
}

function checkRows(nodes: Rows, weights: Rows): void {
  if (!nodes.some((row) => row.length > 0))
    throw new RangeError("density: expected at least one node, found none");
  nodes.forEach((row, i) => {
    if (row.length !== weights[i]?.length) {
      throw new RangeError(
        `density: probe ${i} has ${row.length} nodes but ${weights[i]?.length ?? "no"} weights`,
      );
    }
  });
}
