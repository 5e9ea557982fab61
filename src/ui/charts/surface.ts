/**
 * A field over a plane as a surface in a box, seen from a side and from above by parallel projection: what is drawn, in
 * pixels, from back to front. The canvas painter and the SVG writer draw the same list. Pure.
 */
import { scaleLinear } from "d3-scale";
import type { Field } from "../../store/landscapes.ts";
import { controlWords } from "../../strings/en.ts";
import { tickNumber } from "./densityGeometry.ts";
import type { Frame, Point } from "./frame.ts";
import { filled, type Shades } from "./shades.ts";
import { thinned } from "./thinned.ts";

export interface View {
  /** Degrees: around the upright axis, and from which the box is seen from above. */
  readonly turn: number;
  readonly tilt: number;
}

export interface Face {
  readonly corners: readonly Point[];
  readonly fill: string;
  /** False where a corner is not measured. */
  readonly measured: boolean;
}

export interface Label {
  readonly at: Point;
  readonly text: string;
  readonly anchor: "start" | "middle" | "end";
  readonly title: boolean;
}

export interface SurfaceShape {
  /** Behind the surface. */
  readonly back: readonly (readonly [Point, Point])[];
  readonly faces: readonly Face[];
  /** Before the surface: edges of the box and marks of the ticks. */
  readonly front: readonly (readonly [Point, Point])[];
  readonly labels: readonly Label[];
  /** The weights: on the surface. Null where the plane does not hold them. */
  readonly weights: Point | null;
}

/** Half the height of the box, whose floor reaches from -1 to 1. */
const HALF_HEIGHT = 0.6;
/** The corners of the floor, in its own order around. */
const CORNERS: readonly Point[] = [
  [-1, -1],
  [1, -1],
  [1, 1],
  [-1, 1],
];

type Project = (x: number, y: number, z: number) => Point;

interface Camera {
  readonly project: Project;
  /** How far behind the middle a point of the floor lies. */
  readonly depth: (x: number, y: number) => number;
}

/** x and y from -1 to 1 along the directions, z from -1 to 1 over the floor. */
export function cameraOf({ turn, tilt }: View, frame: Frame): Camera {
  const [t, e] = [(turn * Math.PI) / 180, (tilt * Math.PI) / 180];
  const [cos, sin] = [Math.cos(t), Math.sin(t)];
  const [up, flat] = [Math.cos(e), Math.sin(e)];
  const depth = (x: number, y: number): number => x * sin + y * cos;
  const flatly = (x: number, y: number, z: number): Point => [
    x * cos - y * sin,
    -(z * HALF_HEIGHT * up + depth(x, y) * flat),
  ];
  // Every turn fits: the floor's diagonal across, and upwards the diagonal as it is seen plus the height.
  const wide = 2 * Math.SQRT2;
  const high = 2 * Math.SQRT2 * flat + 2 * HALF_HEIGHT * up;
  const scale = Math.min((frame.right - frame.left) / wide, (frame.bottom - frame.top) / high);
  const [cx, cy] = [(frame.left + frame.right) / 2, (frame.top + frame.bottom) / 2];
  return {
    depth,
    project: (x, y, z) => {
      const [u, v] = flatly(x, y, z);
      return [cx + scale * u, cy + scale * v];
    },
  };
}

/** @param most cells along each direction; of a finer grid every second point is left out, or more */
export function surfaceShape(
  field: Field,
  shades: Shades,
  names: readonly string[],
  view: View,
  frame: Frame,
  most = Number.POSITIVE_INFINITY,
): SurfaceShape {
  const [as, bs] = field.steps;
  const camera = cameraOf(view, frame);
  const { project } = camera;
  const x = scaleLinear()
    .domain([as[0], as[as.length - 1]])
    .range([-1, 1]);
  const y = scaleLinear()
    .domain([bs[0], bs[bs.length - 1]])
    .range([-1, 1]);
  const z = (value: number): number => 2 * shades.share(value) - 1;
  const values = filled(field);
  const at = (i: number, j: number): Point => project(x(as[i]), y(bs[j]), z(values[i * bs.length + j]));
  const [rows, columns] = field.complete.map((indices) => thinned(indices, most));
  const faces: Face[] = [];
  // Far cells first; over a grid the order of the rows and that within each row say which are.
  for (const [i, nextI] of ordered(rows, camera.depth(1, 0))) {
    for (const [j, nextJ] of ordered(columns, camera.depth(0, 1))) {
      const places = [
        [i, j],
        [nextI, j],
        [nextI, nextJ],
        [i, nextJ],
      ] as const;
      const mean = places.reduce((sum, [p, q]) => sum + shades.share(values[p * bs.length + q]), 0) / 4;
      faces.push({
        corners: places.map(([p, q]) => at(p, q)),
        fill: shades.colour(shades.at(mean)),
        measured: places.every(([p, q]) => field.values[p * bs.length + q] !== null),
      });
    }
  }
  const [zeroA, zeroB] = [as.indexOf(0), bs.indexOf(0)];
  return {
    faces,
    ...box(camera, { x, y }, names, shades, field.value),
    weights: zeroA < 0 || zeroB < 0 ? null : at(zeroA, zeroB),
  };
}

/** Neighbouring pairs, those that lie farther away first. */
function ordered(indices: readonly number[], away: number): (readonly [number, number])[] {
  const pairs = indices.slice(1).map((next, k) => [indices[k], next] as const);
  return away > 0 ? pairs.reverse() : pairs;
}

type Scales = Readonly<Record<"x" | "y", ReturnType<typeof scaleLinear<number, number>>>>;

/** The box around the surface: its far edges, its near ones with ticks, and the upright axis at the far left. */
function box(
  { project, depth }: Camera,
  { x, y }: Scales,
  names: readonly string[],
  shades: Shades,
  value: Field["value"],
): Pick<SurfaceShape, "back" | "front" | "labels"> {
  const floor = CORNERS.map(([cx, cy]) => project(cx, cy, -1));
  const leftmost = floor.reduce((best, [px], k) => (px < floor[best][0] ? k : best), 0);
  const nearest = CORNERS.reduce((best, c, k) => (depth(...c) < depth(...CORNERS[best]) ? k : best), 0);
  const back: [Point, Point][] = [];
  const front: [Point, Point][] = [];
  const labels: Label[] = [];
  CORNERS.forEach((corner, k) => {
    const next = (k + 1) % 4;
    const near = k === nearest || next === nearest;
    (near ? front : back).push([floor[k], floor[next]]);
    if (near) floorAxis(corner, CORNERS[next]);
    else back.push([project(...corner, 1), project(...CORNERS[next], 1)]);
  });
  CORNERS.forEach((corner, k) => {
    if (k !== nearest && k !== leftmost) back.push([floor[k], project(...corner, 1)]);
  });
  upright(CORNERS[leftmost]);
  return { back, front, labels };

  /** Ticks outwards along one near edge of the floor. */
  function floorAxis(from: Point, to: Point): void {
    const first = from[1] === to[1];
    const [scale, fixed] = first ? [x, from[1]] : [y, from[0]];
    const place = (t: number, out: number): Point =>
      first ? project(t, fixed * (1 + out), -1) : project(fixed * (1 + out), t, -1);
    const anchor = place(0, 1)[0] < place(0, 0)[0] ? "end" : "start";
    for (const tick of scale.ticks(4)) {
      const t = scale(tick);
      front.push([place(t, 0), place(t, 0.035)]);
      labels.push({ at: place(t, 0.07), text: tickNumber(tick), anchor, title: false });
    }
    labels.push({ at: place(0, 0.3), text: names[first ? 0 : 1], anchor, title: true });
  }

  /** The values, left of the corner that no turn of the surface hides. */
  function upright(corner: Point): void {
    front.push([project(...corner, -1), project(...corner, 1)]);
    for (const { share, label } of shades.ticks) {
      const [px, py] = project(...corner, 2 * share - 1);
      front.push([
        [px - 5, py],
        [px, py],
      ]);
      labels.push({ at: [px - 8, py], text: label, anchor: "end", title: false });
    }
    const [px, py] = project(...corner, 1);
    labels.push({
      at: [px, py - 14],
      text: controlWords.landscapeValue.options[value],
      anchor: "middle",
      title: true,
    });
  }
}
