/** A range per unit, from the smallest to the largest value, with the middle 90 % as a box, in pixels. Pure. */
import { scaleBand, scaleLinear } from "d3-scale";
import type { UnitRow } from "../../store/unitView.ts";
import { type Tick, tickNumber } from "./densityGeometry.ts";
import type { Frame } from "./frame.ts";

export interface PlacedUnit {
  readonly row: UnitRow;
  /** Middle, and width of the box. */
  readonly x: number;
  readonly width: number;
  readonly smallest: number;
  readonly largest: number;
  /** 5, 50 and 95 %. */
  readonly box: readonly [number, number, number];
}

export interface UnitGeometry {
  readonly units: readonly PlacedUnit[];
  readonly yTicks: readonly Tick[];
  readonly zero: number;
  /** Where a value of 1 stands. */
  readonly one: number | null;
}

/** Pixels: wider boxes look like bars. */
const WIDEST = 36;

/** @param isometry whether 1 is marked, and in sight */
export function unitGeometry(rows: readonly UnitRow[], isometry: boolean, frame: Frame): UnitGeometry {
  const ends = rows.flatMap(({ smallest, largest }) => [smallest.value, largest.value]);
  const y = scaleLinear()
    .domain([Math.min(0, ...ends), Math.max(isometry ? 1.1 : 0, ...ends) || 1])
    .nice(4)
    .range([frame.bottom, frame.top]);
  const band = scaleBand()
    .domain(rows.map(({ unit }) => unit))
    .range([frame.left, frame.right])
    .paddingInner(0.5)
    .paddingOuter(0.3);
  return {
    units: rows.map((row) => ({
      row,
      x: (band(row.unit) ?? frame.left) + band.bandwidth() / 2,
      width: Math.min(WIDEST, band.bandwidth()),
      smallest: y(row.smallest.value),
      largest: y(row.largest.value),
      box: row.quantiles.map((value) => y(value)) as [number, number, number],
    })),
    yTicks: y.ticks(4).map((value) => ({ at: y(value), label: tickNumber(value) })),
    zero: y(0),
    one: isometry ? y(1) : null,
  };
}
