/** Densities on the axis of log10 |λ|: the bulk over many decades, positive and negative eigenvalues apart. Pure. */
import { logDensity } from "../spectrum/logDensity.ts";
import type { DensityCurve, DensityView, LogAxis, Nodes } from "./densityTypes.ts";

/** Of the largest size: smaller ones are within the rounding of float32. */
const FLOOR = 1e-7;

export function logAxis({ nodes }: Pick<Nodes, "nodes">): LogAxis {
  const largest = nodes.flat().reduce((most, theta) => Math.max(most, Math.abs(theta)), 0);
  return { kind: "log", floor: FLOOR * (largest || 1) };
}

/** What counts as zero stands at the floor. */
export const logPlace = ({ floor }: LogAxis, t: number): number => Math.log10(Math.max(Math.abs(t), floor));

/** Per decade; `sigma` in decades. */
export function logCurves(
  { nodes, weights }: Nodes,
  { floor }: LogAxis,
  sigma: number,
  points: number,
): Pick<DensityView, "curve" | "sides"> {
  const { u, positive, negative, zero } = logDensity(nodes, weights, { floor, sigma, points });
  const curveOf = (mean: Float64Array): DensityCurve => ({ u, t: u.map((x) => 10 ** x), mean, band: null });
  return {
    curve: curveOf(positive.map((y, i) => y + negative[i])),
    sides: { positive: curveOf(positive), negative: curveOf(negative), zero },
  };
}
