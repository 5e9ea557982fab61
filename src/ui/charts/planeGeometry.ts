/** A field over a plane as coloured cells and lines of equal value, in pixels. Pure. */
import { scaleLinear } from "d3-scale";
import type { Field } from "../../store/landscapes.ts";
import { type Tick, tickNumber } from "./densityGeometry.ts";
import { type Frame, type Point, round } from "./frame.ts";
import { filled, type Shades } from "./shades.ts";
import { thinned } from "./thinned.ts";

/** All cells of one colour. */
export interface CellGroup {
  readonly fill: string;
  /** False where the colour is that of the nearest point that has been measured. */
  readonly measured: boolean;
  readonly d: string;
}

export interface PlaneGeometry {
  readonly cells: readonly CellGroup[];
  /** Lines of equal value, and those that the prediction has for the same values. */
  readonly lines: string;
  readonly predicted: string;
  readonly xTicks: readonly Tick[];
  readonly yTicks: readonly Tick[];
  /** Where the steps are: ascending for the first direction, descending for the second, which points upwards. */
  readonly xs: readonly number[];
  readonly ys: readonly number[];
  /** Where coordinates are. */
  readonly at: (a: number, b: number) => Point;
}

const LEVELS = 8;
/** Points along a direction that lines of equal value look at: three pixels apart; a file may hold a thousand, and noise. */
const MOST_ALONG = 128;

export function planeGeometry(field: Field, shades: Shades, frame: Frame): PlaneGeometry {
  const [as, bs] = field.steps;
  const [xs, ys] = [edges(as), edges(bs)];
  const x = scaleLinear().domain([xs[0], xs[as.length]]).range([frame.left, frame.right]);
  const y = scaleLinear().domain([ys[0], ys[bs.length]]).range([frame.bottom, frame.top]);
  const levels = Array.from({ length: LEVELS }, (_, i) => shades.at((i + 1) / (LEVELS + 1)));
  const contours = (values: readonly (number | null)[], indices: readonly (readonly number[])[]): string => {
    const [rows, columns] = indices.map((along) => thinned(along, MOST_ALONG));
    return levels
      .flatMap((level) =>
        joined(
          isoSegments(
            rows.map((i) => as[i]),
            columns.map((j) => bs[j]),
            rows.flatMap((i) => columns.map((j) => values[i * bs.length + j])),
            level,
          ),
        ),
      )
      .map((line) => polyline(line.map(([a, b]) => [x(a), y(b)])))
      .join("");
  };
  return {
    cells: cellGroups(field, shades, xs.map(x).map(Math.round), ys.map(y).map(Math.round)),
    lines: contours(field.values, field.complete),
    predicted:
      field.predicted === null
        ? ""
        : contours(
            field.predicted,
            field.steps.map((steps) => [...steps.keys()]),
          ),
    xTicks: x.ticks(5).map((a) => ({ at: x(a), label: tickNumber(a) })),
    yTicks: y.ticks(5).map((b) => ({ at: y(b), label: tickNumber(b) })),
    xs: as.map((a) => x(a)),
    ys: bs.map((b) => y(b)),
    at: (a, b) => [x(a), y(b)],
  };
}

/** In steps from point to point, which are shorter to write than places; they are taken between rounded places. */
function polyline(points: readonly Point[]): string {
  const places = points.map((p) => p.map(round));
  const steps = places
    .slice(1)
    .map(([px, py], k) => `${round(px - places[k][0])},${round(py - places[k][1])}`);
  return `M${places[0]}l${steps.join(" ")}`;
}

/** Rows of neighbouring cells that look the same, as rectangles; one path a colour keeps a figure of many points small. */
function cellGroups(
  field: Field,
  shades: Shades,
  xs: readonly number[],
  ys: readonly number[],
): readonly CellGroup[] {
  const [as, bs] = field.steps;
  const groups = new Map<string, { fill: string; measured: boolean; d: string }>();
  const looks = filled(field).map((value, place) => {
    const measured = field.values[place] !== null;
    const fill = shades.colour(value);
    return { key: `${fill} ${measured}`, fill, measured };
  });
  for (let j = 0; j < bs.length; j++) {
    for (let i = 0, end = 0; i < as.length; i = end) {
      const { key, fill, measured } = looks[i * bs.length + j];
      for (end = i + 1; end < as.length && looks[end * bs.length + j].key === key; ) end++;
      const group = groups.get(key) ?? { fill, measured, d: "" };
      group.d += `M${xs[i]},${ys[j + 1]}h${xs[end] - xs[i]}v${ys[j] - ys[j + 1]}H${xs[i]}z`;
      groups.set(key, group);
    }
  }
  return [...groups.values()];
}

/** Borders between neighbouring steps, half-way, and as far outside. */
function edges(steps: readonly number[]): number[] {
  const last = steps.length - 1;
  const inner = steps.slice(1).map((step, i) => (step + steps[i]) / 2);
  return [2 * steps[0] - inner[0], ...inner, 2 * steps[last] - inner[last - 1]];
}

/** Pieces that share their ends, joined to lines as long as they go. */
export function joined(pieces: readonly (readonly [Point, Point])[]): Point[][] {
  const key = ([a, b]: Point): string => `${a.toPrecision(12)},${b.toPrecision(12)}`;
  const at = new Map<string, number[]>();
  pieces.forEach((piece, i) => {
    for (const end of piece) at.set(key(end), [...(at.get(key(end)) ?? []), i]);
  });
  const used = new Uint8Array(pieces.length);
  const grow = (line: Point[]): Point[] => {
    for (;;) {
      const end = line[line.length - 1];
      const next = at.get(key(end))?.find((i) => used[i] === 0);
      if (next === undefined) return line;
      used[next] = 1;
      const [p, q] = pieces[next];
      line.push(key(p) === key(end) ? q : p);
    }
  };
  const lines: Point[][] = [];
  pieces.forEach((piece, i) => {
    if (used[i] === 1) return;
    used[i] = 1;
    lines.push(grow(grow([...piece]).reverse()));
  });
  return lines;
}

/**
 * Marching squares: the pieces of the line value = level, with linear interpolation along the sides of each square
 * whose corners are all known. A saddle is cut as its mean says.
 * @param values row-major, the second axis fastest
 */
export function isoSegments(
  as: readonly number[],
  bs: readonly number[],
  values: readonly (number | null)[],
  level: number,
): (readonly [Point, Point])[] {
  const found: (readonly [Point, Point])[] = [];
  for (let i = 0; i + 1 < as.length; i++) {
    for (let j = 0; j + 1 < bs.length; j++) {
      // Around the square, so that side k lies between corners k and k + 1.
      const corners: readonly (readonly [number, number])[] = [
        [i, j],
        [i + 1, j],
        [i + 1, j + 1],
        [i, j + 1],
      ];
      const known = corners.map(([p, q]) => values[p * bs.length + q]);
      if (known.some((value) => value === null)) continue;
      const v = known as number[];
      const cuts = corners.flatMap(([p, q], k): Point[] => {
        const [next, [r, s]] = [v[(k + 1) % 4], corners[(k + 1) % 4]];
        if (v[k] < level === next < level) return [];
        const share = (level - v[k]) / (next - v[k]);
        return [[as[p] + share * (as[r] - as[p]), bs[q] + share * (bs[s] - bs[q])]];
      });
      if (cuts.length === 2) found.push([cuts[0], cuts[1]]);
      if (cuts.length === 4) {
        // The middle belongs to the side of corner 0 or not: that decides which corners are cut off.
        const joined = v.reduce((sum, x) => sum + x, 0) / 4 < level === v[0] < level;
        found.push(joined ? [cuts[0], cuts[1]] : [cuts[3], cuts[0]]);
        found.push(joined ? [cuts[2], cuts[3]] : [cuts[1], cuts[2]]);
      }
    }
  }
  return found;
}
