/** The loss over a plane as coloured cells and lines of equal loss, in pixels. Pure. */
import { scaleLinear } from "d3-scale";
import type { PlanePoint } from "../../store/plane.ts";
import { cividis } from "./colours.ts";
import { type Tick, tickNumber } from "./densityGeometry.ts";
import { type Frame, type Point, round } from "./frame.ts";

export interface Cell {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly fill: string;
  /** False where the colour is that of the nearest point that has been measured. */
  readonly measured: boolean;
  readonly point: PlanePoint;
}

export interface PlaneGeometry {
  readonly cells: readonly Cell[];
  /** Lines of equal loss, and those that the prediction has for the same losses. */
  readonly lines: string;
  readonly predicted: string;
  readonly xTicks: readonly Tick[];
  readonly yTicks: readonly Tick[];
  /** From the least loss to the largest, with the colour of each. */
  readonly scale: readonly { readonly loss: string; readonly fill: string }[];
  /** Where the weights are. */
  readonly centre: Point;
}

const LEVELS = 8;
/** @param points row-major, the second direction fastest. Null while nothing has been measured. */
export function planeGeometry(points: readonly PlanePoint[], frame: Frame): PlaneGeometry | null {
  const known = points.filter((p): p is PlanePoint & { loss: number } => p.loss !== null);
  if (known.length === 0) return null;
  const [as, bs] = [distinct(points.map((p) => p.a)), distinct(points.map((p) => p.b))];
  const [xs, ys] = [edges(as), edges(bs)];
  const x = scaleLinear().domain([xs[0], xs[as.length]]).range([frame.left, frame.right]);
  const y = scaleLinear().domain([ys[0], ys[bs.length]]).range([frame.bottom, frame.top]);
  const losses = known.map(({ loss }) => loss);
  const [least, most] = [Math.min(...losses), Math.max(...losses)];
  // A loss rises by orders of magnitude around a minimum: its logarithm shows both, where it has one.
  const bend = least > 0 ? Math.log : (loss: number) => loss;
  const unbend = least > 0 ? Math.exp : (value: number) => value;
  const shade = (loss: number): string =>
    most > least ? cividis((bend(loss) - bend(least)) / (bend(most) - bend(least))) : cividis(0);
  const at = (share: number): number => unbend(bend(least) + share * (bend(most) - bend(least)));
  const levels = Array.from({ length: LEVELS }, (_, i) => at((i + 1) / (LEVELS + 1)));
  const contours = (value: (p: PlanePoint) => number | null): string =>
    levels
      .flatMap((level) => isoSegments(as, bs, points.map(value), level))
      .map((ends) => ends.map(([a, b]) => `${round(x(a))},${round(y(b))}`))
      .map(([from, to]) => `M${from}L${to}`)
      .join("");
  return {
    cells: points.map((point, place) => {
      const [i, j] = [Math.floor(place / bs.length), place % bs.length];
      const from = point.loss === null ? nearestOf(known, point) : (point as { loss: number });
      return {
        x: round(x(xs[i])),
        y: round(y(ys[j + 1])),
        width: round(x(xs[i + 1]) - x(xs[i])),
        height: round(y(ys[j]) - y(ys[j + 1])),
        ...{ fill: shade(from.loss), measured: point.loss !== null, point },
      };
    }),
    lines: contours((p) => p.loss),
    predicted: contours((p) => p.predicted),
    xTicks: x.ticks(5).map((a) => ({ at: x(a), label: tickNumber(a) })),
    yTicks: y.ticks(5).map((b) => ({ at: y(b), label: tickNumber(b) })),
    scale: [0, 0.25, 0.5, 0.75, 1].map((share) => ({
      loss: tickNumber(Number(at(share).toPrecision(2))),
      fill: shade(at(share)),
    })),
    centre: [x(0), y(0)],
  };
}

const distinct = (values: readonly number[]): number[] => [...new Set(values)].sort((a, b) => a - b);

/** Borders between neighbouring steps, half-way, and as far outside. */
function edges(steps: readonly number[]): number[] {
  const last = steps.length - 1;
  const inner = steps.slice(1).map((step, i) => (step + steps[i]) / 2);
  return [2 * steps[0] - inner[0], ...inner, 2 * steps[last] - inner[last - 1]];
}

function nearestOf<T extends PlanePoint>(known: readonly T[], { a, b }: PlanePoint): T {
  const far = (p: PlanePoint): number => (p.a - a) ** 2 + (p.b - b) ** 2;
  return known.reduce((best, p) => (far(p) < far(best) ? p : best));
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
