/** Trace samples from products of their own: one product per block of k probes. */
import { NonFiniteError } from "./nonFinite.ts";
import type { LinearOperator } from "./operator.ts";
import { type ProbeSource, unitProbe } from "./probes.ts";
import { type TraceEstimate, type TraceSample, traceEstimate } from "./trace.ts";

export type SampleEvent =
  | { readonly kind: "samples"; readonly samples: readonly TraceSample[] }
  | { readonly kind: "done" }
  | { readonly kind: "cancelled" };

/**
 * One event per block of k probes. The samples of a block are awaited after the next block has been enqueued, so
 * that the device does not wait. Throws if a sample is not finite.
 */
export async function* sampleTrace<V>(
  operator: LinearOperator<V>,
  source: ProbeSource,
  probes: readonly number[],
  signal?: AbortSignal,
): AsyncGenerator<SampleEvent, void, undefined> {
  const { space } = operator;
  const v = space.create();
  const product = space.create();
  const inFlight: { readonly probes: readonly number[]; readonly dots: Promise<Float64Array> }[] = [];
  let next = 0;
  try {
    for (;;) {
      while (next < probes.length && inFlight.length < 2 && !signal?.aborted) {
        const block = probes.slice(next, next + space.k);
        space.write(
          v,
          block.map((probe) => unitProbe(space.n, source, probe)),
        );
        try {
          await operator.apply(v, product, signal);
        } catch (error) {
          if (!signal?.aborted) throw error;
          break;
        }
        const dots = space.segmentDots(v, product).fetch();
        // Awaited one block later; until then a failure must not count as unhandled.
        dots.catch(() => {});
        inFlight.push({ probes: block, dots });
        next += block.length;
      }
      const oldest = inFlight.shift();
      if (oldest === undefined) {
        yield { kind: next < probes.length ? "cancelled" : "done" };
        return;
      }
      const dots = await oldest.dots;
      yield {
        kind: "samples",
        samples: oldest.probes.map((probe, c) => sampleOf(probe, dots, c, space.k, space.n)),
      };
    }
  } finally {
    space.release(v);
    space.release(product);
  }
}

function sampleOf(probe: number, dots: Float64Array, c: number, k: number, n: number): TraceSample {
  const perSegment = Array.from({ length: dots.length / k }, (_, l) => n * dots[l * k + c]);
  const bad = perSegment.findIndex((x) => !Number.isFinite(x));
  if (bad >= 0) {
    throw new NonFiniteError(`trace, probe ${probe}`, `v'Av in segment ${bad} is ${perSegment[bad]}`);
  }
  return { probe, perSegment };
}

export interface TraceOptions {
  readonly source: ProbeSource;
  readonly maxSamples: number;
  /**
   * Stop once the half width of the 95 % interval is at most this fraction of |estimate|. Never because successive
   * means are close: their distance shrinks like 1/samples whatever the error is.
   */
  readonly relativeHalfWidth?: number;
  /** No stop before this many: an interval from very few samples is too often too short by luck. Default 16. */
  readonly minSamples?: number;
  readonly signal?: AbortSignal;
}

export type TraceEvent =
  | { readonly kind: "running"; readonly estimate: TraceEstimate }
  | { readonly kind: "done"; readonly reason: "samples" | "precision"; readonly estimate: TraceEstimate }
  | { readonly kind: "cancelled"; readonly estimate: TraceEstimate | null };

/** Samples until `maxSamples` or the asked precision. */
export async function* traceRun<V>(
  operator: LinearOperator<V>,
  { source, maxSamples, relativeHalfWidth, minSamples = 16, signal }: TraceOptions,
): AsyncGenerator<TraceEvent, void, undefined> {
  if (!(maxSamples >= 1))
    throw new RangeError(`trace: expected maxSamples of at least 1, found ${maxSamples}`);
  const samples: TraceSample[] = [];
  let estimate: TraceEstimate | null = null;
  const probes = Array.from({ length: maxSamples }, (_, probe) => probe);
  for await (const event of sampleTrace(operator, source, probes, signal)) {
    if (event.kind === "cancelled") {
      yield { kind: "cancelled", estimate };
    } else if (event.kind === "samples") {
      samples.push(...event.samples);
      estimate = traceEstimate(samples, operator.space.segments) as TraceEstimate;
      if (samples.length === maxSamples) {
        yield { kind: "done", reason: "samples", estimate };
        return;
      }
      if (
        relativeHalfWidth !== undefined &&
        samples.length >= minSamples &&
        precise(estimate, relativeHalfWidth)
      ) {
        yield { kind: "done", reason: "precision", estimate };
        return;
      }
      yield { kind: "running", estimate };
    }
  }
}

function precise({ estimate, interval95 }: TraceEstimate, relativeHalfWidth: number): boolean {
  return interval95 !== null && (interval95[1] - interval95[0]) / 2 <= relativeHalfWidth * Math.abs(estimate);
}
