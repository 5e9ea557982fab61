/** The numbers of a figure as CSV, one table each, to full precision. Pure. */
import { csv, withRemark } from "../../model/csv.ts";
import { writeNpz } from "../../model/npzWrite.ts";
import type { ComparedRow } from "../../store/comparison.ts";
import { type CumulativeView, cumulativeRows } from "../../store/cumulativeView.ts";
import type { DensityCurve, DensityView } from "../../store/densityView.ts";
import { type GridPoint, gridArrays } from "../../store/landscapes.ts";
import type { LanczosState } from "../../store/lesson/lanczos.ts";
import type {
  Landscape,
  LayerSpectrum,
  LossSlice,
  RowCurvature,
  RunResult,
  VectorAnswer,
} from "../../store/state.ts";
import type { BatchSweep, Distributions } from "../../store/studyData.ts";
import type { UnitRow } from "../../store/unitView.ts";
import type { Series } from "../charts/convergenceGeometry.ts";
import { predictedLoss } from "../charts/sliceGeometry.ts";

/** The curve as drawn: eigenvalue, density per unit of the axis, and its band; on the axis of log10 |λ| both signs. */
export function densityCsv({ curve, sides }: DensityView): string {
  if (sides !== null) {
    const { positive, negative } = sides;
    return csv(
      ["size", "density_positive", "density_negative"],
      Array.from(positive.t, (size, i) => [size, positive.mean[i], negative.mean[i]]),
    );
  }
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

/** At the points of the band, which holds the share everywhere with probability 95 %. */
export const cumulativeCsv = (view: CumulativeView): string =>
  csv(["eigenvalue", "share", "low", "high"], cumulativeRows(view));

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

/** A row per tensor, and per channel that the answer names. */
export const massCsv = ({ tensors }: VectorAnswer): string =>
  csv(
    ["tensor", "parameters", "channel", "mass"],
    tensors.flatMap(({ name, size, mass, channels, largest }) => [
      [name, size, "", mass],
      ...largest.map((own) => [name, size / channels, own.channel, own.mass]),
    ]),
  );

export const sharpestCsv = ({ sharpest }: RowCurvature): string =>
  csv(
    ["sample", "token", "curvature", "gauss_newton", "slope", "loss", "label", "predicted"],
    sharpest.map((row) => [
      row.sample,
      row.token ?? "",
      row.curvature,
      row.gaussNewton,
      row.slope,
      row.loss,
      row.label ?? "",
      row.predicted ?? "",
    ]),
  );

/** A row per quantity and run: the number with its interval, and the difference from the first run with its own. */
export const comparisonCsv = (rows: readonly ComparedRow[], runs: readonly string[]): string =>
  csv(
    ["quantity", "run", "value", "low", "high", "difference", "difference_low", "difference_high", "verdict"],
    rows.flatMap(({ name, quantities, differences }) =>
      runs.map((run, i) => [
        ...[name, run, quantities[i]?.value ?? ""],
        ...[quantities[i]?.interval?.[0] ?? "", quantities[i]?.interval?.[1] ?? ""],
        ...[differences[i]?.value ?? "", differences[i]?.interval?.[0] ?? ""],
        ...[differences[i]?.interval?.[1] ?? "", differences[i]?.verdict ?? ""],
      ]),
    ),
  );

/** The curves as drawn, on their common axis. */
export const densitiesCsv = (
  curves: readonly { readonly run: string; readonly curve: DensityCurve }[],
): string =>
  csv(
    ["run", "eigenvalue", "density"],
    curves.flatMap(({ run, curve }) =>
      Array.from(curve.t, (eigenvalue, i) => [run, eigenvalue, curve.mean[i]]),
    ),
  );

/** Steps and losses of several runs. */
export const lossesCsv = (slices: readonly { readonly run: string; readonly slice: LossSlice }[]): string =>
  csv(
    ["run", "step", "loss"],
    slices.flatMap(({ run, slice }) => slice.steps.map((step, i) => [run, step, slice.loss[i]])),
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

/** The same as arrays for numpy (docs/file-formats.md), with the text `doubt` where they cannot be trusted. */
export const landscapeNpz = (landscape: Landscape, doubt: string | null): Uint8Array<ArrayBuffer> =>
  writeNpz({
    ...gridArrays(landscape),
    ...(doubt === null ? {} : { doubt }),
  }) as Uint8Array<ArrayBuffer>;

/** A table whose every row says why it cannot be trusted, in the column `doubt`; as it is where it can. */
export const doubted = (table: string, doubt: string | null): string =>
  // numpy's readers know no quotes around a cell, so that it must hold no comma.
  doubt === null ? table : withRemark(table, "doubt", doubt.replaceAll(",", ";"));

/** Of one probe. */
export const blockCsv = ({ density }: LayerSpectrum): string =>
  csv(["ritz_value", "weight"], density?.nodes.map((theta, i) => [theta, density.weights[i]]) ?? []);

interface PlannedBits {
  readonly name: string;
  readonly size: number;
  readonly bits: number;
  readonly rise: number;
  /** With this layer alone at its bits. */
  readonly measured: { readonly rise: number } | null;
}

export const bitsCsv = (rows: readonly PlannedBits[]): string =>
  csv(
    ["layer", "weights", "bits", "predicted_rise", "measured_rise"],
    rows.map(({ name, size, bits, rise, measured }) => [name, size, bits, rise, measured?.rise ?? ""]),
  );

interface TableColumn<R> {
  readonly key: string;
  readonly value: (row: R) => number | null;
  readonly interval?: (row: R) => readonly [number, number] | null;
}

/** The columns of a table of layers with the ends of their intervals; empty cells for what is not known. */
export const columnsCsv = <R extends { readonly name: string; readonly group: string }>(
  rows: readonly R[],
  columns: readonly TableColumn<R>[],
): string =>
  csv(
    [
      "layer",
      "part",
      ...columns.flatMap(({ key, interval }) =>
        interval === undefined ? [key] : [key, `${key}_low95`, `${key}_high95`],
      ),
    ],
    rows.map((row) => [
      row.name,
      row.group,
      ...columns.flatMap(({ value, interval }) => {
        const own = value(row) ?? "";
        if (interval === undefined) return [own];
        const bounds = interval(row);
        return [own, bounds?.[0] ?? "", bounds?.[1] ?? ""];
      }),
    ]),
  );

export const sweepCsv = ({ sizes }: BatchSweep): string =>
  csv(
    ["batch_size", "data_seed", "loss", "largest_eigenvalue", "residual", "converged", "steps"],
    sizes.flatMap(({ batchSize, batches }) =>
      batches.map(({ dataSeed, loss, value, residual, converged, steps }) => [
        ...[batchSize, dataSeed, loss, value, residual, Number(converged), steps],
      ]),
    ),
  );

export const dataCsv = ({ first, second }: Distributions): string =>
  csv(
    ["data", "probe", "ritz_value", "weight"],
    [first, ...(second === null ? [] : [second])].flatMap(({ title, nodes, weights }) =>
      nodes.flatMap((row, probe) => row.map((theta, j) => [title, probe + 1, theta, weights[probe][j]])),
    ),
  );

export const unitsCsv = (rows: readonly UnitRow[]): string =>
  csv(
    [
      ...["unit", "rows", "columns", "matrices", "largest", "largest_residual", "largest_converged"],
      ...[
        "smallest",
        "smallest_residual",
        "smallest_converged",
        "q05",
        "median",
        "q95",
        "mean",
        "low95",
        "high95",
      ],
    ],
    rows.map(({ unit, rows: m, columns, matrices, largest, smallest, quantiles, mean }) => [
      ...[unit, m, columns, matrices],
      ...[largest, smallest].flatMap((end) => [end.value, end.residual, Number(end.converged)]),
      ...[...quantiles, mean.estimate, mean.interval95?.[0] ?? "", mean.interval95?.[1] ?? ""],
    ]),
  );

/** All Ritz values of all steps of a lesson. */
export const stepsCsv = (states: readonly LanczosState[]): string =>
  csv(
    ["step", "ritz_value", "error", "weight", "state"],
    states.flatMap(({ nodes, errors, weights, kinds }, i) =>
      nodes.map((theta, node) => [i + 1, theta, errors[node], weights[node], kinds[node]]),
    ),
  );

export const tridiagonalCsv = (alpha: readonly number[], beta: readonly number[], rows: number): string =>
  csv(
    ["row", "alpha", "beta"],
    alpha.slice(0, rows).map((a, i) => [i + 1, a, beta[i]]),
  );

/** A column per line of a chart of steps. */
export const seriesCsv = (step: string, series: readonly Series[]): string =>
  csv(
    [step, ...series.map(({ name }) => name)],
    Array.from({ length: Math.max(...series.map(({ values }) => values.length)) }, (_, i) => [
      i + 1,
      ...series.map(({ values }) => values[i] ?? ""),
    ]),
  );
