/** Eigenvalues named by their place from either end: `top1` is the largest, `bottom1` the smallest. Pure. */
import type { LossSlice, RitzValue, RunResult, VectorAnswer } from "../run/protocol.ts";
import { answersTo } from "../run/questions.ts";
import { ritzError } from "../spectrum/ritz.ts";

export type Rank = LossSlice["rank"];

/** `{end: "top", place: 0}` is `top1`. */
export function rankName(rank: Rank): string {
  return `${rank.end}${rank.place + 1}`;
}

export function rankOf(name: string): Rank | null {
  const match = /^(top|bottom)([1-9]\d?)$/.exec(name);
  return match === null ? null : { end: match[1] as Rank["end"], place: Number(match[2]) - 1 };
}

export interface RankedEigenvalue {
  readonly name: string;
  readonly rank: Rank;
  readonly ritz: RitzValue;
  /** The residual, or the device's rounding where that is larger. */
  readonly error: number;
}

/** The reported eigenvalues in descending order: the top ones, then the bottom ones with the smallest last. */
export function rankedEigenvalues(result: RunResult): readonly RankedEigenvalue[] {
  const largest = Math.max(0, ...result.spectrum.nodes.flat().map(Math.abs));
  const at = (end: Rank["end"]) =>
    result.eigenvalues[end].map((ritz, place) => ({
      name: rankName({ end, place }),
      rank: { end, place },
      ritz,
      error: ritzError(ritz.residual, largest),
    }));
  return [...at("top"), ...at("bottom").reverse()];
}

export function findEigenvalue(result: RunResult, name: string): RankedEigenvalue | null {
  return rankedEigenvalues(result).find((entry) => entry.name === name) ?? null;
}

/** What the eigenvalue is made of; null where nobody has asked. */
export function findVectorAnswer(result: RunResult, { end, place }: Rank): VectorAnswer | null {
  const answers = answersTo(result, "vector");
  const found = answers.find(({ rank }) => rank.end === end && rank.place === place);
  // A file from elsewhere may lack the tensors, without which there is nothing to draw.
  return found === undefined || found.tensors.length === 0 ? null : found;
}

export function findSlice(result: RunResult, rank: Rank): LossSlice | null {
  return (
    result.slices.find((slice) => slice.rank.end === rank.end && slice.rank.place === rank.place) ?? null
  );
}
