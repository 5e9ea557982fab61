/** Landscapes in words. Pure. */
import type { AxisCurvature, Field, GridPoint } from "../../store/landscapes.ts";
import type { Landscape, LandscapeAxis } from "../../store/state.ts";
import { count, eigenvalueSymbol, percent, significant } from "../format.ts";

/** `v₁`, `random direction 0`, `the gradient`, the name of a file. */
export function directionName({ direction }: LandscapeAxis): string {
  switch (direction.kind) {
    case "ritz":
      return eigenvalueSymbol(direction.end, direction.place, "v");
    case "random":
      return `random (seed ${direction.seed})`;
    case "gradient":
      return "the gradient";
    case "checkpoint":
      return direction.file;
    case "vector":
      return direction.name;
  }
}

/** Names of the directions, told apart where both are drawn from one seed. */
export function directionNames({ axes }: Landscape): string[] {
  const names = axes.map(directionName);
  return names.length === 2 && names[0] === names[1] ? names.map((name, i) => `${name}, ${i + 1}`) : names;
}

export const landscapeTitle = (landscape: Landscape): string =>
  landscape.axes.length === 1
    ? `along ${directionNames(landscape)[0]}`
    : `over ${directionNames(landscape).join(" and ")}`;

const NORM: Readonly<Record<Landscape["batchNorm"], string | null>> = {
  eval: "BatchNorm frozen",
  batch: "BatchNorm estimated anew",
  none: null,
};

export function landscapeNote(landscape: Landscape): string {
  const { measured, loss, axes, batchNorm } = landscape;
  const sizes = axes.map(({ steps }) => steps.length).join(" × ");
  return [
    measured < loss.length ? `${count(measured)} of ${sizes} points` : `${sizes} points`,
    NORM[batchNorm],
  ]
    .filter((part) => part !== null)
    .join(", ");
}

const valueText = (value: number, kind: Field["value"], digits = 3): string =>
  kind === "accuracy" ? percent(value) : significant(value, digits);

/** What the figure shows, for those who cannot see it. */
export function landscapeSummary(field: Field, points: readonly GridPoint[], title: string): string {
  const known = points.flatMap(({ at }, place) => {
    const value = field.values[place];
    return value === null ? [] : [{ at, value }];
  });
  if (known.length === 0) return `${field.value} ${title}: nothing is measured yet.`;
  const least = known.reduce((best, p) => (p.value < best.value ? p : best));
  const most = known.reduce((best, p) => (p.value > best.value ? p : best));
  const place = ({ at }: { readonly at: readonly number[] }) => at.map((a) => significant(a, 2)).join(", ");
  const step = field.steps.length === 1 ? "step" : "steps";
  return (
    `${field.value} ${title} in ${count(known.length)} points: least ${valueText(least.value, field.value)} at ${step} ` +
    `${place(least)}, largest ${valueText(most.value, field.value)} at ${place(most)}.`
  );
}

/** Lines beside the cursor. */
export function pointReading({ at, loss, accuracy, predicted }: GridPoint): string {
  const lines = [
    `${at.length === 1 ? "step" : "steps"} ${at.map((a) => significant(a, 3)).join(", ")}`,
    loss === null ? "not measured" : `measured ${significant(loss, 4)}`,
    predicted === null ? null : `predicted ${significant(predicted, 4)}`,
    loss === null || predicted === null ? null : `residual ${significant(loss - predicted, 3)}`,
    accuracy === null ? null : `accuracy ${percent(accuracy)}`,
  ];
  return lines.filter((line) => line !== null).join("\n");
}

/** `98.2 within ±0.1` */
export const gridCurvature = ({ grid }: AxisCurvature): string =>
  grid === null
    ? "no three points about the weights"
    : `${significant(grid.curvature, 4)} within ±${significant(grid.step, 2)}`;
