/**
 * The share of eigenvalues up to each value, Phi(x), with the band of spectrum/cdfBand.ts: with probability 95 % it holds Phi
 * everywhere at once. Pure; a view over the tridiagonal matrices of a run.
 */
import type { RunResult } from "../run/protocol.ts";
import { cdfBand } from "../spectrum/cdfBand.ts";
import type { DensityView, Stem } from "./densityView.ts";
import { eigenvalueAt } from "./densityView.ts";
import { columnsWithin } from "./spectralCounts.ts";

export interface CumulativeView {
  readonly axis: DensityView["axis"];
  readonly domain: readonly [number, number];
  /** Mean over the probes: steps of the height of the weights, at axis positions in ascending order. */
  readonly steps: readonly { readonly u: number; readonly share: number }[];
  /** Null until it is computed, and where the file has no matrices. */
  readonly band: CertifiedBand | null;
}

/** Bounds at axis positions in ascending order. */
export interface CertifiedBand {
  readonly u: readonly number[];
  readonly low: readonly number[];
  readonly high: readonly number[];
  /** The part of its width on either side that more probes shrink; the rest shrinks with more steps. */
  readonly sampling: number;
}

/** Points of the band: each costs a small eigenproblem per probe, so that long runs get fewer. */
const MOST_POINTS = 240;
const LEAST_POINTS = 40;
/** Squared steps times points. */
const WORK = 3e6;

/** On the axis of a density, whose stems are the steps; not that of log10 |λ|, which has no order. */
export function cumulativeView(
  result: RunResult,
  density: DensityView,
  band: CertifiedBand | null = null,
): CumulativeView {
  const { axis, domain, stems } = density;
  const probes = result.spectrum.nodes.length;
  let share = 0;
  const steps = stems.map(({ u, weight }: Stem) => {
    share += weight / probes;
    return { u, share };
  });
  return { axis, domain, steps, band };
}

/** Eigenvalue, share up to it, and its bounds, at the points of the band; none without one. */
export function cumulativeRows(view: CumulativeView): [number, number, number, number][] {
  const { band } = view;
  if (band === null) return [];
  return band.u.map((u, i) => [eigenvalueAt(view, u), shareAt(view, u), band.low[i], band.high[i]]);
}

/** The share of eigenvalues up to an axis position. */
export const shareAt = ({ steps }: Pick<CumulativeView, "steps">, u: number): number =>
  steps.reduce((known, step) => (step.u <= u ? step.share : known), 0);

/** The band, point by point: long runs take a second, and the page draws meanwhile. Null where the file has no matrices. */
export function* bandPoints(result: RunResult, density: DensityView): Generator<void, CertifiedBand | null> {
  const columns = columnsWithin(result);
  if (columns.length === 0) return null;
  const work = columns.reduce((sum, { alpha }) => sum + alpha.length ** 2, 0);
  const points = Math.max(LEAST_POINTS, Math.min(MOST_POINTS, Math.floor(WORK / work)));
  const [from, to] = density.domain;
  const u = Array.from({ length: points }, (_, i) => from + (i * (to - from)) / (points - 1));
  const low: number[] = [];
  const high: number[] = [];
  let sampling = 0;
  for (const at of u) {
    // As all runs draw their probes.
    const options = { n: result.parameterCount, distribution: "rademacher" } as const;
    const band = cdfBand(columns, [eigenvalueAt(density, at)], options);
    sampling = band.sampling;
    // The distribution never falls: each point bounds those behind it from below, and those before it from above.
    low.push(Math.max(low.at(-1) ?? 0, band.low[0]));
    high.push(band.high[0]);
    yield;
  }
  for (let i = points - 2; i >= 0; i--) high[i] = Math.min(high[i], high[i + 1]);
  return { u, low, high, sampling };
}
