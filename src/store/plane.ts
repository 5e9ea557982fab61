/** The plane of a result, point by point, beside what slope and curvature predict. Pure. */
import type { Landscape, LandscapeRequest, RunResult } from "../run/protocol.ts";
import { coordinatesAt, predictedAt } from "../spectrum/landscape.ts";

export interface PlanePoint {
  readonly a: number;
  readonly b: number;
  /** Null where it has not been measured, or is not finite. */
  readonly loss: number | null;
  readonly accuracy: number | null;
  readonly predicted: number | null;
}

/** The plane that was measured last. */
export const findPlane = ({ landscapes = [] }: RunResult): Landscape | null =>
  landscapes.findLast(({ axes }) => axes.length === 2) ?? null;

/** Row-major, the second direction fastest. */
export function planePoints({ axes, loss, accuracy, prediction }: Landscape): PlanePoint[] {
  const steps = axes.map((axis) => axis.steps);
  return loss.map((measured, place) => {
    const [a, b] = coordinatesAt(steps, place);
    const predicted = prediction === null ? null : predictedAt(prediction, [a, b]);
    return { a, b, loss: measured, accuracy: accuracy[place], predicted };
  });
}

/** +-0.5 along the vectors of the two largest eigenvalues. */
export const PLANE_POINTS = 11;

/** What is asked of the engine. */
export function planeRequest({ settings }: RunResult, points = PLANE_POINTS): LandscapeRequest {
  const axis = (place: number) => ({
    direction: { kind: "ritz", end: "top", place } as const,
    ...{ from: -0.5, to: 0.5, points },
  });
  return { axes: [axis(0), axis(1)], bn: settings.bn };
}
