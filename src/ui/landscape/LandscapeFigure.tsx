/** One quantity of a landscape: a curve along a line; over a plane a map, or a surface that turns. */
import { type RefObject, useMemo } from "react";
import { fieldOf, gridPoints, type LandscapeValue, predictedAlong } from "../../store/landscapes.ts";
import type { Landscape } from "../../store/state.ts";
import { panelFigures, landscape as words } from "../../strings/en.ts";
import { LineChart } from "../charts/LineChart.tsx";
import { PlaneChart } from "../charts/PlaneChart.tsx";
import { SurfaceChart } from "../charts/SurfaceChart.tsx";
import { shadesOf } from "../charts/shades.ts";
import type { View } from "../charts/surface.ts";
import type { SvgPart } from "../charts/surfaceDraw.ts";
import { directionNames, landscapeSummary, landscapeTitle, pointReading } from "./words.ts";

interface LandscapeFigureProps {
  readonly landscape: Landscape;
  readonly value: LandscapeValue;
  readonly log: boolean;
  /** Null for a map. */
  readonly surface: {
    readonly view: View;
    readonly onView: (view: View) => void;
    readonly ground: RefObject<() => readonly SvgPart[]>;
  } | null;
}

export default function LandscapeFigure({ landscape, value, log, surface }: LandscapeFigureProps) {
  const field = useMemo(() => fieldOf(landscape, value), [landscape, value]);
  const points = useMemo(() => gridPoints(landscape), [landscape]);
  const shades = useMemo(() => shadesOf(field, log), [field, log]);
  const names = directionNames(landscape);
  const quantity = panelFigures.landscape[field.value];
  const summary = landscapeSummary(field, points, landscapeTitle(landscape));
  if (shades === null) return <p className="empty">{words.noPoint(quantity)}</p>;
  const read = (place: number) => pointReading(points[place]);
  if (field.steps.length === 1)
    return (
      <LineChart
        className="plane-chart"
        line={{
          steps: field.steps[0],
          values: field.values,
          predict: predictedAlong(landscape, field.value),
        }}
        titles={[words.stepAlong(names[0]), quantity]}
        label={words.read(quantity, names[0])}
        marks={landscape.marks}
        {...{ summary, read }}
      />
    );
  if (surface === null)
    return <PlaneChart {...{ field, shades, names, summary, read }} marks={landscape.marks} />;
  return <SurfaceChart {...{ field, shades, names, summary }} {...surface} />;
}
