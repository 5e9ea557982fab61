/** The numbers of a figure as CSV, one table each, to full precision. Pure. */
import { csv } from "../../model/csv.ts";
import { writeNpz } from "../../model/npzWrite.ts";
import type { DensityView } from "../../store/densityView.ts";
import { type GridPoint, gridArrays } from "../../store/landscapes.ts";
import type { Landscape, LossSlice, RunResult } from "../../store/state.ts";
import { predictedLoss } from "../charts/sliceGeometry.ts";

/** The curve as drawn: eigenvalue, density per unit of the axis, range over the probes. */
export function densityCsv({ curve }: DensityView): string {
  const { t, mean, band } = curve;
  return csv(
    ["eigenvalue", "density", "low", "high"],
    Array.from(t, (eigenvalue, i) => [
      eigenvalue,
      mean[i],
      band === null ? "" : band.low[i],
      band === null ? "" : band.high[i],
    ]),
  );
}

export const ritzCsv = ({ spectrum: { nodes, weights } }: RunResult): string =>
  csv(
    ["probe", "ritz_value", "weight"],
    nodes.flatMap((row, probe) => row.map((theta, j) => [probe + 1, theta, weights[probe][j]])),
  );

export const tracesCsv = ({ trace }: RunResult): string =>
  csv(
    ["tensor", "parameters", "trace", "standard_error", "low95", "high95"],
    trace.perLayer.map(({ name, size, estimate, standardError, interval95 }) => [
      name,
      size,
      estimate,
      standardError ?? "",
      interval95?.[0] ?? "",
      interval95?.[1] ?? "",
    ]),
  );

export const sliceCsv = (slice: LossSlice, atWeights: number): string =>
  csv(
    ["step", "loss", "predicted"],
    slice.steps.map((step, i) => [step, slice.loss[i], predictedLoss(slice, atWeights, step)]),
  );

/** The grid of a landscape; empty cells where nothing was measured. */
export const landscapeCsv = (points: readonly GridPoint[]): string =>
  csv(
    [...["a", "b"].slice(0, points[0].at.length), "loss", "accuracy", "predicted", "residual"],
    points.map(({ at, loss, accuracy, predicted }) => [
      ...at,
      loss ?? "",
      accuracy ?? "",
      predicted ?? "",
      loss === null || predicted === null ? "" : loss - predicted,
    ]),
  );

/** The same as arrays for numpy (docs/file-formats.md). */
export const landscapeNpz = (landscape: Landscape): Uint8Array => writeNpz(gridArrays(landscape));
