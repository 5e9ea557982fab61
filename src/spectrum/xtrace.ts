/**
 * XTrace (Epperly, Tropp and Webber 2024): every probe serves twice. Y = A Omega = Q R; estimate i projects off the span of
 * all columns of Y but the i-th, takes the trace there exactly, and measures the rest with probe i, which is independent of
 * that span. Leaving out column i is a rank-one change of Q, so all estimates cost two products per probe and small matrices.
 */
import type { SketchedTraceOptions } from "./hutchPlusPlus.ts";
import type { LinearOperator } from "./operator.ts";
import { unitProbe } from "./probes.ts";
import { studentTQuantile } from "./studentT.ts";
import { type Columns, inner, orthonormalise, productsWith } from "./tallMatrix.ts";
import { type MeanEstimate, meanEstimate } from "./trace.ts";

export interface XTraceEstimate extends MeanEstimate {
  /** The exchangeable estimates whose mean and spread these are: half of the products. */
  readonly samples: number;
}

/**
 * The trace and the authors' error estimate: the standard error of the leave-one-out estimates as if they were independent. They
 * are only exchangeable: the interval is short of 95 % with few probes, or with few eigenvalues beside those that the sketch
 * finds (docs/numerics.md). Probes are uniform on the sphere, whose
 * rotational symmetry the rescaling of the rest relies on: `source.distribution` must be gaussian. Holds n (products / 2)
 * numbers on the CPU. Rejects with AbortError.
 */
export async function xtrace<V>(
  operator: LinearOperator<V>,
  { source, products, ...how }: SketchedTraceOptions,
): Promise<XTraceEstimate> {
  if (!(Number.isInteger(products) && products >= 6))
    throw new RangeError(`XTrace: expected at least 6 products, found ${products}`);
  if (source.distribution !== "gaussian")
    throw new RangeError(`XTrace: expected gaussian probes, found ${source.distribution}`);
  const { n } = operator.space;
  const count = Math.min(Math.floor(products / 2), n);
  const probe = (i: number) => unitProbe(n, source, i).map((x) => x * Math.sqrt(n));
  const y: Float64Array[] = [];
  await productsWith(operator, count, probe, (product) => y.push(product), how);
  const { rank, r } = orthonormalise(y);
  const q = y.slice(0, rank);
  const h: Float64Array[] = [];
  const take = (z: Float64Array) => h.push(Float64Array.from(q, (column) => inner(column, z)));
  await productsWith(operator, rank, (j) => q[j], take, how);
  const traceOfH = h.reduce((sum, column, j) => sum + column[j], 0);
  // The probes see no more than `rank` directions: Q spans the range of A, and its trace is that of Q'AQ.
  if (rank < count)
    return { estimate: traceOfH, standardError: 0, interval95: [traceOfH, traceOfH], samples: count };
  const estimates = q.map((_, i) => {
    const omega = probe(i);
    const w = Float64Array.from(q, (column) => inner(column, omega));
    return leftOut(i, { n, h, r, w, traceOfH });
  });
  const quantile = studentTQuantile(0.975, count - 1);
  return { ...meanEstimate(estimates, quantile), samples: count };
}

interface Small {
  readonly n: number;
  /** Q'AQ, R and column i of W = Q'Omega; matrices by columns. */
  readonly h: Columns;
  readonly r: Columns;
  readonly w: Float64Array;
  readonly traceOfH: number;
}

/**
 * Estimate i. The span without column i is Q(I - ss')Q', where s solves R's = e_i up to length. With mu = (I - ss')w the rest of
 * the probe is omega - Q mu, and its quadratic form w'r_i - 2 mu'r_i + mu'H mu, as Q'A omega = r_i. On the sphere of radius
 * sqrt(n) the rest has the mean square length n - count + 1: it is scaled to that.
 */
function leftOut(i: number, { n, h, r, w, traceOfH }: Small): number {
  const count = r.length;
  const s = new Float64Array(count);
  // R's = e_i by forward substitution: s begins at i.
  for (let j = i; j < count; j++) {
    let sum = j === i ? 1 : 0;
    for (let l = i; l < j; l++) sum -= r[j][l] * s[l];
    s[j] = sum / r[j][j];
  }
  const length = Math.sqrt(inner(s, s));
  for (let j = 0; j < count; j++) s[j] /= length;
  const along = inner(s, w);
  const mu = w.map((x, j) => x - along * s[j]);
  const form = inner(w, r[i]) - 2 * inner(mu, r[i]) + quadratic(h, mu);
  const square = n - inner(mu, mu);
  const scale = (n - count + 1) / square;
  return traceOfH - quadratic(h, s) + form * scale;
}

const quadratic = (matrix: Columns, x: Float64Array): number =>
  matrix.reduce((sum, column, j) => sum + x[j] * inner(column, x), 0);
