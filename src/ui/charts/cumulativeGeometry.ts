/** The cumulative distribution in pixels. Pure. */
import { scaleLinear } from "d3-scale";
import { area, curveStepAfter, line } from "d3-shape";
import { type CumulativeView, shareAt } from "../../store/cumulativeView.ts";
import { eigenvalueAt } from "../../store/densityView.ts";
import { cumulativeChart as words } from "../../strings/en.ts";
import { percent, significant } from "../format.ts";
import { plain, type Tick, xTicks } from "./densityGeometry.ts";
import { type Frame, nearest, type Point, round } from "./frame.ts";

export interface CumulativeGeometry {
  readonly x: (u: number) => number;
  readonly y: (share: number) => number;
  readonly xTicks: readonly Tick[];
  readonly yTicks: readonly Tick[];
  readonly curve: string;
  readonly band: string | null;
}

export function cumulativeGeometry(view: CumulativeView, frame: Frame): CumulativeGeometry {
  const x = scaleLinear().domain(view.domain).range([frame.left, frame.right]);
  const y = scaleLinear().domain([0, 1]).range([frame.bottom, frame.top]);
  const [from, to] = view.domain;
  const points: Point[] = [
    [from, 0],
    ...view.steps.map(({ u, share }): Point => [u, share]),
    [to, view.steps.at(-1)?.share ?? 0],
  ];
  const stairs = line<Point>(
    ([u]) => round(x(u)),
    ([, share]) => round(y(share)),
  ).curve(curveStepAfter);
  return {
    x,
    y,
    xTicks: xTicks(view, x, frame),
    yTicks: plain(y.ticks(5), y),
    curve: stairs(points) ?? "",
    band: view.band === null ? null : bandPath(view.band, x, y),
  };
}

function bandPath(
  { u, low, high }: NonNullable<CumulativeView["band"]>,
  x: (u: number) => number,
  y: (share: number) => number,
): string {
  const path = area<number>()
    .x((i) => round(x(u[i])))
    .y0((i) => round(y(low[i])))
    .y1((i) => round(y(high[i])));
  return path(u.map((_, i) => i)) ?? "";
}

/** What a place on the axis reads. */
export function cumulativeReading(view: CumulativeView, u: number): string {
  const lines = [`λ = ${significant(eigenvalueAt(view, u), 4)}`, words.share(percent(shareAt(view, u)))];
  if (view.band !== null) {
    const i = nearest(view.band.u, u);
    lines.push(words.band(percent(view.band.low[i]), percent(view.band.high[i])));
  }
  return lines.join("\n");
}
