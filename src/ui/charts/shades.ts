/** Colours of a field: cividis for what has one sign, blue to vermilion (Okabe-Ito) around zero for residuals. Pure. */
import { scaleLinear } from "d3-scale";
import type { Field } from "../../store/landscapes.ts";
import { cividis } from "./colours.ts";
import { tickNumber } from "./densityGeometry.ts";

export interface Shades {
  /** The place of a value between the least, 0, and the largest, 1, on the bent scale. */
  readonly share: (value: number) => number;
  /** The value at a place. */
  readonly at: (share: number) => number;
  readonly colour: (value: number) => string;
  readonly ticks: readonly { readonly share: number; readonly label: string; readonly fill: string }[];
}

/** Colours that are told apart: so few that neighbouring cells of one colour are drawn as one. */
const BANDS = 40;
const signed = scaleLinear<string>().domain([0, 0.5, 1]).range(["#0072b2", "#f2f2ee", "#d55e00"]).clamp(true);

type Bend = { readonly to: (x: number) => number; readonly from: (y: number) => number };
const STRAIGHT: Bend = { to: (x) => x, from: (y) => y };
const LOG: Bend = { to: Math.log, from: Math.exp };
/** Residuals grow like a power of the step: their roots show the small ones beside the large ones. */
const ROOT: Bend = {
  to: (x) => Math.sign(x) * Math.sqrt(Math.abs(x)),
  from: (y) => Math.sign(y) * y * y,
};

/** Null while nothing has been measured. */
export function shadesOf({ value, values }: Field, log: boolean): Shades | null {
  const known = values.filter((x) => x !== null);
  if (known.length === 0) return null;
  let least = known.reduce((a, b) => Math.min(a, b));
  let most = known.reduce((a, b) => Math.max(a, b));
  if (value === "residual") {
    most = Math.max(Math.abs(least), Math.abs(most));
    least = -most;
  }
  const bend = value === "residual" ? ROOT : value === "loss" && log && least > 0 ? LOG : STRAIGHT;
  const [low, high] = [bend.to(least), bend.to(most)];
  const share = (x: number): number => (high > low ? (bend.to(x) - low) / (high - low) : 0);
  const at = (part: number): number => bend.from(low + part * (high - low));
  const scale = value === "residual" ? signed : cividis;
  const paint = (part: number): string => scale(Math.round(part * BANDS) / BANDS);
  return {
    ...{ share, at },
    colour: (x) => paint(share(x)),
    ticks: [0, 0.25, 0.5, 0.75, 1].map((part) => ({
      share: part,
      label: tickNumber(Number(at(part).toPrecision(2))),
      fill: paint(part),
    })),
  };
}

/** What stands at a place that has not been measured: the value of the nearest place that has. */
export function filled({ steps, values }: Field): number[] {
  const [as, bs] = [steps[0], steps[1] ?? [0]];
  const known: { readonly i: number; readonly j: number; readonly x: number }[] = [];
  values.forEach((x, place) => {
    if (x !== null) known.push({ i: Math.floor(place / bs.length), j: place % bs.length, x });
  });
  return values.map((x, place) => {
    if (x !== null) return x;
    const [i, j] = [Math.floor(place / bs.length), place % bs.length];
    const far = (p: (typeof known)[number]): number =>
      ((p.i - i) / as.length) ** 2 + ((p.j - j) / bs.length) ** 2;
    return known.reduce((best, p) => (far(p) < far(best) ? p : best)).x;
  });
}
