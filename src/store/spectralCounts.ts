/** Shares and numbers of eigenvalues beyond a value, with intervals. Pure; views over the tridiagonal matrices of a run. */
import type { RunResult } from "../run/protocol.ts";
import { columnsOf, type LanczosColumn } from "../spectrum/lanczosColumn.ts";
import { ritzError } from "../spectrum/ritz.ts";
import {
  negativeMass,
  type OutlierCount,
  outlierCount,
  type SpectralMass,
  STEPS_FOR_SHARES,
} from "../spectrum/spectralMass.ts";

/** Squared steps that a page works through without a pause. */
const WORK = 4e6;

/** The first probes of a run, as many as a page can work through: fewer give wider intervals, and as true ones. */
export function columnsWithin({ spectrum }: RunResult): LanczosColumn[] {
  let work = 0;
  return columnsOf(spectrum).filter(({ alpha }, place) => {
    work += alpha.length ** 2;
    return place === 0 || work <= WORK;
  });
}

/** Null for runs of fewer steps. */
function columnsFor(result: RunResult): LanczosColumn[] | null {
  const columns = columnsWithin(result);
  if (columns.length === 0 || columns.some(({ alpha }) => alpha.length < STEPS_FOR_SHARES)) return null;
  return columns;
}

const largestSize = ({ spectrum }: RunResult): number => Math.max(0, ...spectrum.nodes.flat().map(Math.abs));

/** Eigenvalues below zero beyond the rounding of the products. */
export function negativeShare(result: RunResult): SpectralMass | null {
  const columns = columnsFor(result);
  if (columns === null) return null;
  return negativeMass(columns, result.parameterCount, ritzError(0, largestSize(result)));
}

/** Eigenvalues above a threshold. */
export function countAbove(result: RunResult, threshold: number): OutlierCount | null {
  const columns = columnsFor(result);
  return columns === null ? null : outlierCount(columns, result.parameterCount, threshold);
}

/** Eigenvalues above `perCent` of the largest Ritz value; null where that is not positive. */
export function outliers(result: RunResult, perCent: number): OutlierCount | null {
  const largest = Math.max(0, ...result.spectrum.nodes.flat());
  return largest > 0 ? countAbove(result, (perCent / 100) * largest) : null;
}
