/**
 * Hutch++ (Meyer, Musco, Musco and Woodruff 2021): a third of the products finds a basis Q of what weighs most in A, a third
 * takes the trace there exactly, and Hutchinson's estimate is left for (I - QQ')A(I - QQ') alone. Its variance is that of
 * the rest of the spectrum: about 1/products^2 instead of 1/products where a few eigenvalues weigh most.
 */
import type { LinearOperator } from "./operator.ts";
import { type ProbeSource, unitProbe } from "./probes.ts";
import { addTo, inner, type OnProducts, orthonormalise, productsWith, projectOff } from "./tallMatrix.ts";
import { type TraceEstimate, type TraceSample, traceEstimate } from "./trace.ts";

export interface SketchedTraceOptions {
  readonly source: ProbeSource;
  /** Products in all, at least 6. */
  readonly products: number;
  readonly signal?: AbortSignal;
  readonly onProducts?: OnProducts;
}

/**
 * The trace, in total and per segment. Given Q the samples are independent and Student's t holds; `samples` counts them, a third
 * of the products. Segment l gets its part of A - (I-P)A(I-P) exactly, with P = QQ', and g_l'((I-P)A(I-P)g)_l from each
 * probe g. Holds 2 n (products / 3) numbers on the CPU. Rejects with AbortError.
 */
export async function hutchPlusPlus<V>(
  operator: LinearOperator<V>,
  options: SketchedTraceOptions,
): Promise<TraceEstimate> {
  const { source, products, ...how } = options;
  if (!(Number.isInteger(products) && products >= 6))
    throw new RangeError(`Hutch++: expected at least 6 products, found ${products}`);
  const { n, segments } = operator.space;
  const third = Math.min(Math.floor(products / 3), n);
  const probe = (i: number) => unitProbe(n, source, i);
  const sketch: Float64Array[] = [];
  await productsWith(operator, third, probe, (y) => sketch.push(y), how);
  const q = sketch.slice(0, orthonormalise(sketch).rank);
  const aq: Float64Array[] = [];
  await productsWith(
    operator,
    q.length,
    (j) => q[j],
    (z) => aq.push(z),
    how,
  );
  const known = knownParts(q, aq, segments);
  const left = products - third - q.length;
  const samples: TraceSample[] = [];
  const unprojected: Float64Array[] = [];
  const projected = (i: number): Float64Array => {
    const g = probe(third + i);
    unprojected[i] = g.slice();
    projectOff(q, g);
    return g;
  };
  const take = (y: Float64Array, i: number): void => {
    projectOff(q, y);
    const parts = segmentProducts(unprojected[i], y, segments);
    samples.push({ probe: third + i, perSegment: parts.map((x, l) => known[l] + n * x) });
    delete unprojected[i];
  };
  await productsWith(operator, left, projected, take, how);
  return traceEstimate(samples, segments) as TraceEstimate;
}

type Segments = readonly { readonly size: number }[];

/** Per segment: the trace of PA + AP - PAP. */
function knownParts(q: readonly Float64Array[], aq: readonly Float64Array[], segments: Segments): number[] {
  const parts = segments.map(() => 0);
  q.forEach((column, j) => {
    // A q_j - (1/2) Q Q'A q_j, twice.
    const rest = aq[j].slice();
    q.forEach((other) => {
      addTo(-0.5 * inner(other, aq[j]), other, rest);
    });
    segmentProducts(column, rest, segments).forEach((x, l) => {
      parts[l] += 2 * x;
    });
  });
  return parts;
}

function segmentProducts(x: Float64Array, y: Float64Array, segments: Segments): number[] {
  let start = 0;
  return segments.map(({ size }) => {
    const part = inner(x.subarray(start, start + size), y.subarray(start, start + size));
    start += size;
    return part;
  });
}
