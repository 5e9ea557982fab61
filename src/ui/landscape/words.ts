/** Landscapes in words. Pure. */
import type { AxisCurvature, Field, GridPoint } from "../../store/landscapes.ts";
import type { Landscape, LandscapeAxis } from "../../store/state.ts";
import { panelFigures, landscape as words } from "../../strings/en.ts";
import { count, eigenvalueSymbol, percent, significant } from "../format.ts";

/** `v₁`, `random direction 0`, `the gradient`, the name of a file. */
export function directionName({ direction }: LandscapeAxis): string {
  switch (direction.kind) {
    case "ritz":
      return eigenvalueSymbol(direction.end, direction.place, "v");
    case "random":
      return words.direction.seeded(direction.seed);
    case "gradient":
      return words.direction.theGradient;
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
    ? words.along(directionNames(landscape)[0])
    : words.over(directionNames(landscape));

const NORM: Readonly<Record<Landscape["batchNorm"], string | null>> = {
  eval: words.norm.frozen,
  batch: words.norm.anew,
  none: null,
};

export function landscapeNote(landscape: Landscape): string {
  const { measured, loss, axes, batchNorm } = landscape;
  const sizes = axes.map(({ steps }) => steps.length).join(" × ");
  return [
    measured < loss.length ? words.pointsSoFar(count(measured), sizes) : words.points(sizes),
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
  const what = `${panelFigures.landscape[field.value]} ${title}`;
  if (known.length === 0) return words.nothingMeasured(what);
  const least = known.reduce((best, p) => (p.value < best.value ? p : best));
  const most = known.reduce((best, p) => (p.value > best.value ? p : best));
  const place = ({ at }: { readonly at: readonly number[] }) => at.map((a) => significant(a, 2)).join(", ");
  return words.summary({
    what,
    points: count(known.length),
    axes: field.steps.length,
    least: valueText(least.value, field.value),
    leastAt: place(least),
    most: valueText(most.value, field.value),
    mostAt: place(most),
  });
}

/** Lines beside the cursor. */
export function pointReading({ at, loss, accuracy, predicted }: GridPoint): string {
  const lines = [
    words.reading.at(at.length, at.map((a) => significant(a, 3)).join(", ")),
    loss === null ? words.reading.unmeasured : words.reading.measured(significant(loss, 4)),
    predicted === null ? null : words.reading.predicted(significant(predicted, 4)),
    loss === null || predicted === null ? null : words.reading.residual(significant(loss - predicted, 3)),
    accuracy === null ? null : words.reading.accuracy(percent(accuracy)),
  ];
  return lines.filter((line) => line !== null).join("\n");
}

/** `98.2 within ±0.1` */
export const gridCurvature = ({ grid }: AxisCurvature): string =>
  grid === null
    ? words.curvature.tooFew
    : words.curvature.within(significant(grid.curvature, 4), significant(grid.step, 2));
