/**
 * How far two spectra lie apart: the 1-Wasserstein distance of two measures on the line, the area between their cumulative
 * distributions, W1 = int |F(x) - G(x)| dx (Vallender 1974). For quadratures both are steps, and the integral is a finite sum.
 */
import type { Rows } from "./density.ts";

/** A quadrature: nodes and weights, a row per probe; each row weighs 1, and the measure is their mean. */
export interface Measure {
  readonly nodes: Rows;
  readonly weights: Rows;
}

/** In units of the eigenvalue. Throws RangeError for a measure without a node. */
export function wasserstein(a: Measure, b: Measure): number {
  const steps = [...jumps(a, 1), ...jumps(b, -1)].sort((p, q) => p.at - q.at);
  let [distance, difference] = [0, 0];
  for (const [i, { at, by }] of steps.entries()) {
    difference += by;
    distance += Math.abs(difference) * ((steps[i + 1]?.at ?? at) - at);
  }
  return distance;
}

/** The mean distance of two probes of the same measure: what chance alone does. Null for one probe. */
export function probeDistance({ nodes, weights }: Measure): number | null {
  const single = nodes.map((row, i): Measure => ({ nodes: [row], weights: [weights[i]] }));
  const distances = single.flatMap((one, i) => single.slice(i + 1).map((other) => wasserstein(one, other)));
  return distances.length === 0 ? null : distances.reduce((sum, d) => sum + d, 0) / distances.length;
}

function jumps({ nodes, weights }: Measure, sign: 1 | -1): { readonly at: number; readonly by: number }[] {
  const found = nodes.flatMap((row, i) => {
    const total = weights[i].reduce((sum, w) => sum + w, 0);
    return row.map((at, j) => ({ at, by: (sign * weights[i][j]) / (total * nodes.length) }));
  });
  if (found.length === 0) throw new RangeError("wasserstein: expected at least one node, found none");
  return found;
}
