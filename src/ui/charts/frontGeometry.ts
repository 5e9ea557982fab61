/** Cost against predicted rise: the front of bit plans, and what stands on it, in pixels. Pure. */
import { scaleLinear, scaleLog } from "d3-scale";
import { scientific } from "../format.ts";
import { type Tick, tickNumber } from "./densityGeometry.ts";
import { type Frame, type Point, pathOf, round } from "./frame.ts";

export interface FrontPlan {
  readonly cost: number;
  /** Rise of the loss. */
  readonly loss: number;
}

export interface FrontFigure {
  /** Cost at the fewest and at the most bits: the ends of the axis. */
  readonly range: readonly [number, number];
  /** By rising cost and falling rise. */
  readonly front: readonly FrontPlan[];
  /** All layers at the same bits. */
  readonly uniform: readonly (FrontPlan & { readonly bits: number })[];
  readonly chosen: (FrontPlan & { readonly interval: readonly [number, number] | null }) | null;
  readonly budget: number;
  /** Rises that were measured: of the chosen plan, and of others. */
  readonly measured: readonly (FrontPlan & { readonly chosen: boolean })[];
  /** What a cost is divided by for the ticks. */
  readonly divisor: number;
}

export interface FrontGeometry {
  /** A staircase: between two plans nothing is better than the cheaper one. */
  readonly path: string;
  /** Where the arrow keys stop, with the plans that stand there: at most 200. */
  readonly stops: readonly number[];
  readonly plans: readonly FrontPlan[];
  readonly uniform: readonly { readonly bits: number; readonly at: Point }[];
  readonly chosen: { readonly at: Point; readonly whisker: readonly [number, number] | null } | null;
  readonly measured: readonly { readonly at: Point; readonly chosen: boolean }[];
  readonly budget: number;
  readonly xTicks: readonly Tick[];
  readonly yTicks: readonly Tick[];
  /** Where rises of zero and below stand, which a logarithm does not show; null where there are none. */
  readonly floor: number | null;
  /** Cost at a pixel. */
  costAt(px: number): number;
}

const MOST_STOPS = 200;
/** Points of the staircase: two a pixel on a wide screen. */
const MOST_POINTS = 1600;
/** Height of the row of rises that are not positive, and room of the outermost marks, in pixels. */
const FLOOR = 18;
const INSET = 8;

export function frontGeometry(figure: FrontFigure, frame: Frame): FrontGeometry {
  const { range, front, uniform, chosen, measured, divisor } = figure;
  const rises = [...front, ...uniform, ...measured, ...(chosen === null ? [] : [chosen])].map(
    ({ loss }) => loss,
  );
  const ends = chosen?.interval ?? [];
  const positive = [...rises, ...ends].filter((loss) => loss > 0);
  const grounded = rises.some((loss) => !(loss > 0));
  const bottom = frame.bottom - (grounded ? FLOOR : 0);
  const [low, high] = positive.length > 0 ? [Math.min(...positive), Math.max(...positive)] : [1e-3, 1];
  const scale = scaleLog()
    .domain(high > low ? [low, high] : [low / 2, high * 2])
    .range([bottom - INSET, frame.top + INSET])
    .clamp(true);
  const floor = grounded ? frame.bottom - FLOOR / 2 : null;
  const y = (loss: number): number => (loss > 0 ? scale(loss) : (floor ?? bottom));
  const x = scaleLinear()
    .domain(range[1] > range[0] ? [...range] : [range[0] - 1, range[0] + 1])
    .range([frame.left + INSET, frame.right - INSET]);
  const at = ({ cost, loss }: FrontPlan): Point => [x(cost), y(loss)];
  const plans = spread(front, MOST_STOPS);
  return {
    path: staircase(spread(front, MOST_POINTS).map(at), x(range[1])),
    stops: plans.map(({ cost }) => x(cost)),
    plans,
    uniform: uniform.map((plan) => ({ bits: plan.bits, at: at(plan) })),
    chosen:
      chosen === null
        ? null
        : {
            at: at(chosen),
            whisker:
              chosen.interval === null || chosen.interval[0] === chosen.interval[1]
                ? null
                : [y(chosen.interval[0]), y(chosen.interval[1])],
          },
    measured: measured
      .filter(({ cost }) => cost >= range[0] && cost <= range[1])
      .map((plan) => ({ at: at(plan), chosen: plan.chosen })),
    budget: x(Math.min(range[1], Math.max(range[0], figure.budget))),
    xTicks: x.ticks(6).map((cost) => ({ at: x(cost), label: tickNumber(cost / divisor) })),
    yTicks: logTicks(scale).map((loss) => ({
      at: y(loss),
      label: loss >= 1e-3 && loss < 1e4 ? tickNumber(loss) : scientific(loss, 1),
    })),
    floor,
    costAt: (px) => x.invert(px),
  };
}

/** Decades where there are several, else what d3 finds between them. */
function logTicks(scale: { domain(): number[]; ticks(count: number): number[] }): number[] {
  const [low, high] = scale.domain();
  const decades = scale.ticks(10).filter((value) => Math.abs(Math.log10(value) % 1) < 1e-9);
  if (decades.length >= 3)
    return Math.log10(high / low) > 8 ? decades.filter((_, i) => i % 2 === 0) : decades;
  return scale.ticks(5);
}

/** At most so many of them, evenly by place, the last among them. */
function spread<T>(all: readonly T[], most: number): readonly T[] {
  if (all.length <= most) return all;
  return Array.from({ length: most }, (_, i) => all[Math.round((i * (all.length - 1)) / (most - 1))]);
}

function staircase(points: readonly Point[], end: number): string {
  const corners = points.flatMap(([px, py], i): Point[] =>
    i === 0
      ? [[px, py]]
      : [
          [px, points[i - 1][1]],
          [px, py],
        ],
  );
  const last = points.at(-1);
  return last === undefined ? "" : pathOf(last[0] < round(end) ? [...corners, [end, last[1]]] : corners);
}
