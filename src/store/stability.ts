/** What a learning rate means at the measured curvature. Pure. */
import type { RunResult } from "../run/protocol.ts";
import type { OutlierCount } from "../spectrum/spectralMass.ts";
import { sgdLevel, stabilityLimit } from "../spectrum/stability.ts";
import type { ControlValues } from "./controls.ts";
import { countAbove } from "./spectralCounts.ts";

export interface Stability {
  readonly learningRate: number;
  /** 2/η */
  readonly limit: number;
  /** Ritz values above it, of the probe that has most: so many eigenvalues at least. */
  readonly beyond: number;
  /** Null for runs of few steps. */
  readonly count: OutlierCount | null;
  readonly sgd: {
    readonly batch: number;
    /** tr/B + (1 − 1/B) λ₁, to be held against the limit; null without a trace or an eigenvalue. */
    readonly level: number | null;
    /** From the interval of the trace; null where one sample of it says nothing of the spread. */
    readonly interval95: readonly [number, number] | null;
  };
}

/** Null where no learning rate is given. */
export function stabilityOf(
  result: RunResult,
  { learningRate, sgdBatch }: Pick<ControlValues, "learningRate" | "sgdBatch">,
): Stability | null {
  const rate = Number(learningRate);
  if (learningRate === "" || !(rate > 0)) return null;
  const limit = stabilityLimit(rate);
  const { trace, eigenvalues, spectrum } = result;
  const largest = eigenvalues.top[0]?.value;
  const known = largest !== undefined && Number.isFinite(trace.estimate) && trace.estimate !== null;
  const level = (tr: number): number => sgdLevel(tr, largest, sgdBatch);
  const { interval95 } = trace;
  return {
    learningRate: rate,
    limit,
    beyond: Math.max(0, ...spectrum.nodes.map((row) => row.filter((theta) => theta > limit).length)),
    count: countAbove(result, limit),
    sgd: {
      batch: sgdBatch,
      level: known ? level(trace.estimate) : null,
      interval95: known && interval95 !== null ? [level(interval95[0]), level(interval95[1])] : null,
    },
  };
}
