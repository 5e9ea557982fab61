/** The density figure in pixels. Pure. */
import { scaleLinear, scaleLog } from "d3-scale";
import { area } from "d3-shape";
import {
  type DensityCurve,
  type DensityView,
  densityAt,
  eigenvalueAt,
  positionOf,
} from "../../store/densityView.ts";
import { charts, densityChart as words } from "../../strings/en.ts";
import { scientific, significant, superscript } from "../format.ts";
import { type Frame, type Point, pathOf, round } from "./frame.ts";

export interface Tick {
  readonly at: number;
  /** Empty for a minor tick. */
  readonly label: string;
}

export interface DensityGeometry {
  /** Of the axis. */
  readonly title: string;
  readonly x: (u: number) => number;
  readonly y: (density: number) => number;
  readonly xTicks: readonly Tick[];
  readonly yTicks: readonly Tick[];
  readonly curve: string;
  /** Of the negative eigenvalues, where they have a curve of their own. */
  readonly negative: string | null;
  readonly band: string | null;
  /** The runs beside the shown one. */
  readonly beside: readonly string[];
  /** All stems in one path, and the small circles at their ends in another. */
  readonly stems: string;
  readonly heads: string;
  /** Where one eigenvalue among n stands; null on a linear scale. */
  readonly oneInN: number | null;
}

/** Scales that hold all curves and stems of a view. */
export type DensityAxes = Pick<DensityGeometry, "title" | "x" | "y" | "xTicks" | "yTicks" | "oneInN"> & {
  /** The path of a curve of this view. */
  readonly outline: (curve: DensityCurve) => string;
};

export function densityAxes(view: DensityView, frame: Frame, yAxis: "log" | "linear"): DensityAxes {
  const x = scaleLinear().domain(view.domain).range([frame.left, frame.right]);
  const top = Math.max(...[view.curve, ...view.beside].map(peak), ...view.stems.map((stem) => stem.weight));
  const floor = 10 ** (Math.floor(Math.log10(view.oneInN)) - 1);
  const y =
    yAxis === "log"
      ? scaleLog()
          .domain([floor, Math.max(top * 2, floor * 10)])
          .range([frame.bottom, frame.top])
      : scaleLinear()
          .domain([0, top * 1.05])
          .range([frame.bottom, frame.top]);
  // Below the floor of a log scale there is nothing to draw: such points run along just under the frame's edge.
  const place = (value: number) =>
    yAxis === "log" && value <= floor ? frame.bottom + 2 : Math.max(y(value), frame.top - 50);
  return {
    x,
    y: place,
    xTicks: xTicks(view, x, frame),
    yTicks: yAxis === "log" ? decades(y.domain() as [number, number], y) : plain(y.ticks(5), y),
    oneInN: yAxis === "log" ? place(view.oneInN) : null,
    title: view.axis.kind === "log" ? words.size : charts.eigenvalue,
    outline: (curve) => pathOf(columns(curve, x, frame).map(([px, value]): Point => [px, place(value)])),
  };
}

export function densityGeometry(
  view: DensityView,
  frame: Frame,
  yAxis: "log" | "linear",
  headRadius: number,
): DensityGeometry {
  const { outline, ...axes } = densityAxes(view, frame, yAxis);
  const { x, y: place } = axes;
  const visible = view.stems.filter((stem) => place(stem.weight) < frame.bottom);
  return {
    ...axes,
    curve: outline(view.sides?.positive ?? view.curve),
    negative: view.sides === null ? null : outline(view.sides.negative),
    band: view.curve.band === null ? null : bandPath(view.curve, view.curve.band, x, place),
    beside: view.beside.map(outline),
    stems: visible
      .map((stem) => `M${round(x(stem.u))},${frame.bottom}V${round(place(stem.weight))}`)
      .join(""),
    heads: visible.map((stem) => circle(x(stem.u), place(stem.weight), headRadius)).join(""),
  };
}

function peak(curve: DensityCurve): number {
  let top = 0;
  for (let i = 0; i < curve.mean.length; i++) top = Math.max(top, curve.mean[i]);
  return top;
}

/**
 * The curve with at most two points a pixel: a fine grid (PyHessian's has 10,000 points) keeps the highest of each
 * half pixel, since what must not vanish is a peak.
 */
function columns(curve: DensityCurve, x: (u: number) => number, frame: Frame): Point[] {
  const points: [number, number][] = [];
  for (let i = 0; i < curve.u.length; i++) {
    const px = x(curve.u[i]);
    if (px < frame.left - 1 || px > frame.right + 1) continue;
    const last = points.at(-1);
    if (last !== undefined && px - last[0] < 0.5) last[1] = Math.max(last[1], curve.mean[i]);
    else points.push([px, curve.mean[i]]);
  }
  return points;
}

function bandPath(
  curve: DensityCurve,
  band: NonNullable<DensityCurve["band"]>,
  x: (u: number) => number,
  place: (value: number) => number,
): string {
  const every = Math.max(1, Math.round(curve.u.length / 1600));
  const indices = Array.from({ length: Math.floor(curve.u.length / every) }, (_, i) => i * every);
  const path = area<number>()
    .x((i) => round(x(curve.u[i])))
    .y0((i) => round(place(band.low[i])))
    .y1((i) => round(place(band.high[i])));
  return path(indices) ?? "";
}

function circle(cx: number, cy: number, r: number): string {
  return `M${round(cx - r)},${round(cy)}a${r},${r} 0 1 0 ${2 * r},0a${r},${r} 0 1 0 ${-2 * r},0`;
}

/** Decades with labels, their 2 to 9 as minor ticks on the symmetric log; round numbers on the linear axis. */
export function xTicks(
  view: Pick<DensityView, "axis" | "domain">,
  x: (u: number) => number,
  frame: Frame,
): Tick[] {
  const { axis, domain } = view;
  if (axis.kind === "log") return logTicks(domain, x);
  if (axis.kind === "linear")
    return plain(
      scaleLinear()
        .domain(domain)
        .ticks(Math.max(3, (frame.right - frame.left) / 90)),
      x,
    );
  const position = (t: number) => x(positionOf(view, t));
  const ticks: Tick[] = [{ at: position(0), label: "0" }];
  const ends = domain.map((u) => Math.abs(eigenvalueAt(view, u)));
  const room = Math.max(0.045 * (frame.right - frame.left) + 12, 36);
  for (const [sign, end] of [
    [1, domain[1] > 0 ? ends[1] : 0],
    [-1, domain[0] < 0 ? ends[0] : 0],
  ]) {
    let labelled = position(0);
    for (let decade = axis.c; decade <= end; decade *= 10) {
      for (let digit = 1; digit < 10 && digit * decade <= end; digit++) {
        const t = sign * digit * decade;
        const at = position(t);
        const major = digit === 1 && Math.abs(at - labelled) >= room;
        if (major) labelled = at;
        ticks.push({ at, label: major ? axisNumber(sign * decade) : "" });
      }
    }
  }
  return ticks;
}

/** Every decade of the size; their 2 to 9 as minor ticks. */
function logTicks([low, high]: readonly [number, number], x: (u: number) => number): Tick[] {
  const ticks: Tick[] = [];
  for (let decade = Math.floor(low); decade <= high; decade++)
    for (let digit = 1; digit < 10; digit++) {
      const u = decade + Math.log10(digit);
      if (u >= low && u <= high) ticks.push({ at: x(u), label: digit === 1 ? axisNumber(10 ** decade) : "" });
    }
  return ticks;
}

/** A power of ten on the axis: 0.001 to 1000 in full. */
function axisNumber(t: number): string {
  const exponent = Math.round(Math.log10(Math.abs(t)));
  const sign = t < 0 ? "−" : "";
  return Math.abs(exponent) <= 3
    ? `${sign}${Number((10 ** exponent).toPrecision(1))}`
    : `${sign}10${superscript(exponent)}`;
}

function decades([low, high]: [number, number], y: (value: number) => number): Tick[] {
  const first = Math.ceil(Math.log10(low) - 1e-9);
  const last = Math.floor(Math.log10(high));
  return Array.from({ length: last - first + 1 }, (_, i) => ({
    at: y(10 ** (first + i)),
    label: `10${superscript(first + i)}`,
  }));
}

export function plain(values: readonly number[], scale: (value: number) => number): Tick[] {
  return values.map((value) => ({ at: scale(value), label: tickNumber(value) }));
}

/** A round number as d3 chooses them, without trailing zeros. */
export function tickNumber(value: number): string {
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e5)) return scientific(value, 1);
  return String(Number(value.toPrecision(6))).replace("-", "−");
}

/** What a place on the axis reads; `beside`: what the other runs are called. */
export function densityReading(
  view: DensityView,
  u: number,
  nearestStem: number,
  beside: readonly string[] = [],
): string {
  const stem = view.stems[nearestStem];
  const lines = [
    `${view.sides === null ? "λ" : "|λ|"} = ${significant(eigenvalueAt(view, u), 4)}`,
    ...(view.sides === null
      ? [words.density(scientific(densityAt(view.curve, u)))]
      : [
          words.above(scientific(densityAt(view.sides.positive, u))),
          words.below(scientific(densityAt(view.sides.negative, u))),
        ]),
  ];
  for (const [i, curve] of view.beside.entries())
    lines.push(words.beside(beside[i], scientific(densityAt(curve, u))));
  lines.push(words.nearest(significant(stem.theta, 5), scientific(stem.weight), stem.probe + 1));
  return lines.join("\n");
}
