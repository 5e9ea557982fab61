/** Batch sizes and other data as a result's answers tell of them, and the questions that ask for them. Pure. */
import type { BatchSweep, Distributions, OtherData, Question, RunResult } from "../run/protocol.ts";
import { answersTo } from "../run/questions.ts";
import { ritzError } from "../spectrum/ritz.ts";
import { otherData as words } from "../strings/en.ts";

export type { BatchSweep, DataSpectrum, Distributions, OtherData } from "../run/protocol.ts";

export interface SweptSize {
  readonly batchSize: number;
  readonly values: readonly { readonly value: number; readonly error: number; readonly converged: boolean }[];
  readonly mean: number;
  readonly least: number;
  readonly most: number;
}

/** The sweep that was asked for last, as far as it is known; null without one. */
export function sweptSizes(result: RunResult): { sweep: BatchSweep; sizes: readonly SweptSize[] } | null {
  const sweep = answersTo(result, "batchSweep").at(-1);
  if (sweep === undefined) return null;
  const sizes = sweep.sizes.flatMap(({ batchSize, batches }): SweptSize[] => {
    if (batches.length === 0) return [];
    const values = batches.map(({ value, residual, converged }) => ({
      ...{ value, converged, error: ritzError(residual, value) },
    }));
    const plain = values.map(({ value }) => value);
    return [
      {
        ...{ batchSize, values, least: Math.min(...plain), most: Math.max(...plain) },
        mean: plain.reduce((sum, value) => sum + value, 0) / plain.length,
      },
    ];
  });
  return { sweep, sizes };
}

/** Batches of each size, and Lanczos steps at most. */
const BATCHES = 4;
const STEPS = 40;
/** A software device takes long for more. */
const LARGEST = { software: 32, hardware: 512 };

export function sweepQuestion({ model, device }: RunResult): Extract<Question, { kind: "batchSweep" }> {
  const { available } = model.data;
  const most = Math.min(available, device.software ? LARGEST.software : LARGEST.hardware);
  return {
    kind: "batchSweep",
    request: { least: Math.min(device.software ? 4 : 8, most), most, batches: BATCHES, steps: STEPS },
  };
}

/** The comparison that was asked for last. */
export const comparedData = (result: RunResult): Distributions | null =>
  answersTo(result, "distributions").at(-1) ?? null;

export function dataQuestion(other: OtherData): Question {
  return { kind: "distributions", request: { tensors: [], other, steps: STEPS, probes: BATCHES } };
}

/** What the run's batch can be compared with besides a file; the key tells it from the others. */
export function otherChoices({ model, settings, meaning }: RunResult): readonly {
  readonly key: string;
  readonly label: string;
  readonly other: OtherData;
}[] {
  const { available } = model.data;
  const { start, batchSize, draw, dataSeed } = settings;
  const next = draw === "range" ? start + batchSize : 0;
  const noise = (standardDeviation: number) => ({
    key: `noise-${standardDeviation}`,
    label: words.noise(String(standardDeviation)),
    other: { kind: "noise", standardDeviation, seed: settings.seed } as const,
  });
  return [
    ...(next + batchSize <= available
      ? [
          {
            key: "next",
            label: words.from(batchSize, next),
            other: { kind: "range", start: next } as const,
          },
        ]
      : []),
    ...(batchSize < available
      ? [
          {
            key: "random",
            label: words.random(batchSize),
            other: { kind: "random", dataSeed: (dataSeed + 1) % 2 ** 32 } as const,
          },
        ]
      : []),
    // Words take no noise.
    ...(model.input === "input_ids" || meaning.reduction === "mean over labelled tokens"
      ? []
      : [0.1, 0.3, 1].map(noise)),
  ];
}

/** Steps of the share of eigenvalues above each value, descending from 1; every probe weighs the same. */
export function shareAbove({ nodes, weights }: Pick<Distributions["first"], "nodes" | "weights">): readonly {
  readonly at: number;
  readonly share: number;
}[] {
  const all = nodes
    .flatMap((row, i) => row.map((at, j) => ({ at, weight: weights[i][j] / nodes.length })))
    .sort((a, b) => b.at - a.at);
  let share = 0;
  const rising = all.map(({ at, weight }) => {
    const above = share;
    share += weight;
    return { at, share: above };
  });
  return rising.reverse();
}
