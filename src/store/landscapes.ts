/** Landscapes as the page asks for them and draws them. Pure. */
import type { Direction, Landscape, LandscapeRequest, NamedFile, RunResult } from "../run/protocol.ts";
import {
  completeGrid,
  coordinatesAt,
  type GridSteps,
  measuredCurvature,
  predictedAt,
  predictionResidual,
  predictions,
} from "../spectrum/landscape.ts";
import { landscapeProblems as problems } from "../strings/en.ts";
import type { ControlValues } from "./controls.ts";

export { gridArrays } from "../spectrum/landscape.ts";

export type AxisName = "along" | "across";

/** The files of the other checkpoints that a landscape leads to; no link can carry them. */
export type Checkpoints = Readonly<Record<AxisName, readonly NamedFile[]>>;
export const noCheckpoints: Checkpoints = { along: [], across: [] };

export type LandscapeSettings = Pick<
  ControlValues,
  | ("landscapeShape" | "along" | "across" | "landscapeRadius" | "landscapePoints")
  | ("landscapeSeed" | "oneDimensional" | "landscapeNorm")
>;

/** The directions that are asked for: one of a line, two of a plane. */
export const axesOf = ({ landscapeShape }: Pick<ControlValues, "landscapeShape">): readonly AxisName[] =>
  landscapeShape === "line" ? ["along"] : ["along", "across"];

export type Asked =
  | { readonly ok: true; readonly request: LandscapeRequest }
  /** Why it cannot be asked, and what to do. */
  | { readonly ok: false; readonly problem: string };

/** What is asked of the engine. */
export function landscapeRequest(
  settings: LandscapeSettings,
  result: RunResult,
  checkpoints: Checkpoints,
): Asked {
  const { landscapeRadius: radius, landscapePoints: points, landscapeNorm } = settings;
  const axes: LandscapeRequest["axes"][number][] = [];
  for (const axis of axesOf(settings)) {
    const found = directionOf(settings, axis, checkpoints[axis]);
    if (found === null) return { ok: false, problem: problems.noCheckpoint(axis) };
    if (found.kind === "ritz" && result.eigenvalues[found.end][found.place] === undefined)
      return { ok: false, problem: problems.noEigenvalue(String(found.place + 1), found.end) };
    const beyond = found.kind === "checkpoint" ? 1 : 0;
    axes.push({ direction: found, from: -radius, to: beyond + radius, points });
  }
  const [first, second] = axesOf(settings).map((axis) => settings[axis]);
  if (first === second && first !== "random" && first !== "checkpoint")
    return { ok: false, problem: problems.sameDirections };
  return { ok: true, request: { axes, bn: landscapeNorm === "same" ? result.settings.bn : landscapeNorm } };
}

function directionOf(
  { landscapeSeed: seed, oneDimensional, ...settings }: LandscapeSettings,
  axis: AxisName,
  files: readonly NamedFile[],
): Direction | null {
  const wanted = settings[axis];
  if (wanted === "random") return { kind: "random", seed, oneDimensional };
  if (wanted === "gradient") return { kind: "gradient" };
  if (wanted === "checkpoint") return files.length === 0 ? null : { kind: "checkpoint", files };
  const end = wanted.startsWith("top") ? "top" : "bottom";
  return { kind: "ritz", end, place: Number(wanted.slice(end.length)) - 1 };
}

/** The chosen landscape of a run, by its number from 1; 0, and a number that the run does not have, are the last one. */
export function chosenLandscape({ landscapes = [] }: RunResult, number: number): Landscape | null {
  return landscapes[number - 1] ?? landscapes.at(-1) ?? null;
}

/** The plane that was measured last. */
export const findPlane = ({ landscapes = [] }: RunResult): Landscape | null =>
  landscapes.findLast(({ axes }) => axes.length === 2) ?? null;

export interface GridPoint {
  /** Steps along the directions: one or two. */
  readonly at: readonly number[];
  /** Null where it has not been measured, or is not finite. */
  readonly loss: number | null;
  readonly accuracy: number | null;
  readonly predicted: number | null;
}

export const stepsOf = ({ axes }: Landscape): GridSteps => axes.map(({ steps }) => steps);

/** Row-major, the second direction fastest. */
export function gridPoints(landscape: Landscape): GridPoint[] {
  const steps = stepsOf(landscape);
  const predicted = predictions(landscape);
  return landscape.loss.map((loss, place) => ({
    at: coordinatesAt(steps, place),
    ...{ loss, accuracy: landscape.accuracy[place], predicted: predicted?.[place] ?? null },
  }));
}

export type LandscapeValue = ControlValues["landscapeValue"];

/** One quantity over the grid of a landscape. */
export interface Field {
  readonly value: LandscapeValue;
  readonly steps: GridSteps;
  /** Indices along each direction of the finest even grid that is complete, while points are still measured. */
  readonly complete: readonly (readonly number[])[];
  /** As many as the grid has places. */
  readonly values: readonly (number | null)[];
  /** What slope and curvature predict for the same places; null where they predict nothing. */
  readonly predicted: readonly number[] | null;
}

/** The field of a value; the loss where the landscape has no such value. */
export function fieldOf(landscape: Landscape, wanted: LandscapeValue): Field {
  const steps = stepsOf(landscape);
  const value = valuesOf(landscape).includes(wanted) ? wanted : "loss";
  const { loss, accuracy, prediction, measured } = landscape;
  const complete = completeGrid(
    steps.map((along) => along.length),
    measured,
  );
  const field = { value, steps, complete, predicted: null };
  if (value === "accuracy") return { ...field, values: accuracy };
  if (value === "residual" && prediction !== null)
    return { ...field, values: predictionResidual(prediction, steps, loss) };
  return { ...field, values: loss, predicted: predictions(landscape) };
}

/** What a landscape can show: accuracies need labels, residuals a prediction. */
export function valuesOf({ accuracy, prediction }: Landscape): readonly LandscapeValue[] {
  return [
    "loss",
    ...(accuracy.some((known) => known !== null) ? (["accuracy"] as const) : []),
    ...(prediction === null ? [] : (["residual"] as const)),
  ];
}

/** The parabola of a line at any step; zero for its residual, null where nothing is predicted. */
export function predictedAlong(
  { prediction }: Landscape,
  value: LandscapeValue,
): ((step: number) => number) | null {
  if (value === "residual") return () => 0;
  return value === "loss" && prediction !== null ? (step) => predictedAt(prediction, [step]) : null;
}

export interface AxisCurvature {
  /** d . Hd by a product; null where nothing is predicted. */
  readonly product: number | null;
  readonly grid: ReturnType<typeof measuredCurvature>;
}

/** The curvature along each direction, by a product and from the grid. */
export const curvaturesOf = (landscape: Landscape): readonly AxisCurvature[] =>
  landscape.axes.map((_, axis) => ({
    product: landscape.prediction?.curvature[axis][axis] ?? null,
    grid: measuredCurvature(stepsOf(landscape), landscape.loss, axis),
  }));
