/**
 * One stream of products, many answers: with random signs v the mean of v_i (Av)_i is A_ii (Bekas, Kokiopoulou and Saad 2007),
 * its sum over any set of components the trace of that set's block, and the mean of ||Av||^2 the squared Frobenius norm.
 */
import type { LinearOperator } from "./operator.ts";
import { type ProbeSource, unitProbe } from "./probes.ts";
import { studentTQuantile } from "./studentT.ts";
import { productsWith } from "./tallMatrix.ts";
import {
  type MeanEstimate,
  meanEstimate,
  type SegmentTrace,
  type TraceSample,
  traceEstimate,
} from "./trace.ts";

/** Sets of components, such as the channels of all convolutions. */
export interface Groups {
  /** Group of each of the n components; -1 for none. */
  readonly of: Int32Array;
  readonly count: number;
}

export interface DiagonalEstimate {
  /** Probes, one product each. */
  readonly samples: number;
  /** Of A_ii, n numbers. */
  readonly diagonal: Float64Array;
  /** s / sqrt(samples) of each; null with one sample. A Student-t interval is +-`quantile` of these. */
  readonly standardError: Float64Array | null;
  /** Of Student's t for a 95 % interval; null with one sample. */
  readonly quantile: number | null;
  readonly trace: MeanEstimate;
  readonly perSegment: readonly SegmentTrace[];
  /** Trace of each group's block. */
  readonly groups: readonly MeanEstimate[];
  /** The samples behind these, with the groups as segments. */
  readonly groupSamples: readonly TraceSample[];
  /** ||A||_F^2, the sum of the squared eigenvalues. */
  readonly squaredFrobenius: MeanEstimate;
}

export interface DiagonalOptions {
  readonly source: ProbeSource;
  readonly probes: number;
  readonly groups?: Groups;
  readonly signal?: AbortSignal;
  readonly onProducts?: (products: number) => void;
}

/** Costs one product per probe and 16 n bytes on the CPU. Rejects with AbortError, and with NonFiniteError. */
export async function diagonalEstimate<V>(
  operator: LinearOperator<V>,
  { source, probes, groups, ...how }: DiagonalOptions,
): Promise<DiagonalEstimate> {
  if (!(Number.isInteger(probes) && probes >= 1))
    throw new RangeError(`diagonal: expected at least 1 probe, found ${probes}`);
  const { n, segments } = operator.space;
  const sums = new DiagonalSums(n, segments, groups);
  const waiting: Float64Array[] = [];
  const column = (i: number): Float64Array => {
    waiting[i] = unitProbe(n, source, i);
    return waiting[i];
  };
  const take = (product: Float64Array, i: number): void => {
    sums.add(i, waiting[i], product);
    delete waiting[i];
  };
  await productsWith(operator, probes, column, take, how);
  return sums.estimate();
}

/**
 * Squared lengths are skewed to the right: the interval is taken for the logarithm (relative error times the quantile), which
 * covers better and stays positive.
 */
function onLogScale(mean: MeanEstimate, quantile: number | null): MeanEstimate {
  const { estimate, standardError } = mean;
  if (standardError === null || quantile === null || estimate === 0) return mean;
  const factor = Math.exp((quantile * standardError) / estimate);
  return { ...mean, interval95: [estimate / factor, estimate * factor] };
}

/** Means and squared deviations as samples come in (Welford 1962). */
class DiagonalSums {
  readonly #segments: readonly { readonly name: string; readonly size: number }[];
  readonly #groups: Groups;
  readonly #mean: Float64Array;
  readonly #squares: Float64Array;
  readonly #perSegment: TraceSample[] = [];
  readonly #perGroup: Float64Array[] = [];
  readonly #norms: number[] = [];

  constructor(
    n: number,
    segments: readonly { readonly name: string; readonly size: number }[],
    groups?: Groups,
  ) {
    if (groups !== undefined && groups.of.length !== n)
      throw new RangeError(
        `groups: expected one entry for each of ${n} components, found ${groups.of.length}`,
      );
    this.#segments = segments;
    this.#groups = groups ?? { of: new Int32Array(n).fill(-1), count: 0 };
    this.#mean = new Float64Array(n);
    this.#squares = new Float64Array(n);
  }

  /** `v` of unit length. */
  add(probe: number, v: Float64Array, product: Float64Array): void {
    const n = v.length;
    const samples = this.#norms.length + 1;
    const groups = new Float64Array(this.#groups.count);
    const parts: number[] = [];
    let norm = 0;
    let at = 0;
    for (const { size } of this.#segments) {
      let part = 0;
      for (const end = at + size; at < end; at++) {
        const x = n * v[at] * product[at];
        part += x;
        norm += product[at] * product[at];
        const group = this.#groups.of[at];
        if (group >= 0) groups[group] += x;
        const difference = x - this.#mean[at];
        this.#mean[at] += difference / samples;
        this.#squares[at] += difference * (x - this.#mean[at]);
      }
      parts.push(part);
    }
    this.#perSegment.push({ probe, perSegment: parts });
    this.#perGroup.push(groups);
    this.#norms.push(n * norm);
  }

  estimate(): DiagonalEstimate {
    const samples = this.#norms.length;
    const quantile = samples > 1 ? studentTQuantile(0.975, samples - 1) : null;
    const mean = (values: readonly number[]): MeanEstimate => meanEstimate(values, quantile ?? Number.NaN);
    const trace = traceEstimate(this.#perSegment, this.#segments);
    if (trace === null) throw new Error("internal: a diagonal without samples");
    const { perSegment, estimate, standardError, interval95 } = trace;
    return {
      samples,
      diagonal: this.#mean.slice(),
      standardError: samples > 1 ? this.#squares.map((s) => Math.sqrt(s / (samples - 1) / samples)) : null,
      quantile,
      trace: { estimate, standardError, interval95 },
      perSegment,
      groups: Array.from({ length: this.#groups.count }, (_, g) => mean(this.#perGroup.map((row) => row[g]))),
      groupSamples: this.#perGroup.map((row, i) => ({
        probe: this.#perSegment[i].probe,
        perSegment: Array.from(row),
      })),
      squaredFrobenius: onLogScale(mean(this.#norms), quantile),
    };
  }
}
