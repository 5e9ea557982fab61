/** The plot area inside a chart's box, and what every chart does with scales. Pure. */
import { line } from "d3-shape";
import type { Box } from "./useBox.ts";

export interface Frame {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Margins in rem around the plot. */
export interface Margins {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

export function frameOf(box: Box, margins: Margins): Frame {
  const { width, height, rem } = box;
  const left = margins.left * rem;
  const top = margins.top * rem;
  return {
    left,
    top,
    right: Math.max(left + 1, width - margins.right * rem),
    bottom: Math.max(top + 1, height - margins.bottom * rem),
  };
}

/** Tenths of a pixel are finer than any screen and keep the path short. */
export function round(px: number): number {
  return Math.round(px * 10) / 10;
}

export type Point = readonly [number, number];

const linePath = line<Point>(
  (p) => round(p[0]),
  (p) => round(p[1]),
);

export function pathOf(points: readonly Point[]): string {
  return linePath(points as Point[]) ?? "";
}

/** Index of the position nearest to x; positions ascend. */
export function nearest(positions: readonly number[], x: number): number {
  let [low, high] = [0, positions.length - 1];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (positions[middle] < x) low = middle;
    else high = middle;
  }
  return Math.abs(positions[high] - x) < Math.abs(positions[low] - x) ? high : low;
}

/** The value of an axis at a pixel of the plot, where the axis goes evenly from the first value to the second. */
export function valueAt({ left, right }: Frame, [from, to]: readonly [number, number], px: number): number {
  return from + ((px - left) / (right - left)) * (to - from);
}

/** Pixels in the middles of equal parts of the plot: where the arrow keys stop on a curve without points. */
export function evenStops({ left, right }: Frame, count: number): number[] {
  return Array.from({ length: count }, (_, i) => left + ((i + 0.5) / count) * (right - left));
}

/** An interval as a line with caps of the given half width in pixels. */
export function whiskerPath(x: number, [from, to]: readonly [number, number], cap: number): string {
  return `M${x},${from}V${to}M${x - cap},${from}h${2 * cap}M${x - cap},${to}h${2 * cap}`;
}
