import { describe, expect, it } from "vitest";
import { sgdLevel, stabilityLimit } from "../../src/spectrum/index.ts";
import { seeded } from "../autograd/seeded.ts";

const D = 4;
type Matrix = readonly (readonly number[])[];
const zero = (): number[][] => Array.from({ length: D }, () => new Array<number>(D).fill(0));
const times = (a: Matrix, b: Matrix): number[][] =>
  zero().map((row, i) => row.map((_, j) => a[i].reduce((sum, x, k) => sum + x * b[k][j], 0)));
const trace = (a: Matrix): number => a.reduce((sum, row, i) => sum + row[i], 0);
const mean = (all: readonly Matrix[]): number[][] =>
  zero().map((row, i) => row.map((_, j) => all.reduce((sum, a) => sum + a[i][j], 0) / all.length));

/** Hessians x x' of samples of one length, some of them alike, and so of equal trace. */
function samples(seed: number): number[][][] {
  const random = seeded(seed);
  return Array.from({ length: 6 }, () => {
    const x = Array.from({ length: D }, (_, i) => (2 * random() - 1) / (1 + i));
    const length = Math.hypot(...x);
    return x.map((a) => x.map((b) => (a * b) / length ** 2));
  });
}

/** Growth per step of E[error error'] under SGD with batches of B drawn with replacement: the largest factor in the long run. */
function growth(hessians: readonly Matrix[], rate: number, batch: number): number {
  const h = mean(hessians);
  const keep = h.map((row, i) => row.map((x, j) => (i === j ? 1 : 0) - rate * x));
  let second: number[][] = zero().map((row, i) => row.map((_, j) => (i === j ? 1 : 0)));
  let factor = 1;
  for (let step = 0; step < 400; step++) {
    const noise = mean(hessians.map((own) => times(times(own, second), own)));
    const whole = times(times(h, second), h);
    const next = times(times(keep, second), keep).map((row, i) =>
      row.map((x, j) => x + (rate ** 2 / batch) * (noise[i][j] - whole[i][j])),
    );
    factor = trace(next) / trace(second);
    second = next.map((row) => row.map((x) => x / trace(next)));
  }
  return factor;
}

function largest(h: Matrix): number {
  let v = Array.from({ length: D }, (_, i) => 1 + i);
  for (let i = 0; i < 500; i++) {
    const next = h.map((row) => row.reduce((sum, x, j) => sum + x * v[j], 0));
    v = next.map((x) => x / Math.hypot(...next));
  }
  return v.reduce((sum, x, i) => sum + x * h[i].reduce((s, y, j) => s + y * v[j], 0), 0);
}

describe("the bound on SGD by the trace", () => {
  it("keeps samples of equal trace stable in mean square, for every batch size", () => {
    for (let seed = 1; seed <= 5; seed++)
      for (const batch of [1, 2, 8, 64]) {
        const hessians = samples(seed);
        const h = mean(hessians);
        // The learning rate at which the level equals 2/η.
        const rate = 2 / sgdLevel(trace(h), largest(h), batch);
        expect(growth(hessians, 0.999 * rate, batch)).toBeLessThan(1);
        expect(stabilityLimit(rate)).toBeCloseTo(sgdLevel(trace(h), largest(h), batch), 12);
      }
  });

  it("is the bound of gradient descent for large batches, and beyond that one nothing is stable", () => {
    const hessians = samples(7);
    const h = mean(hessians);
    const top = largest(h);
    expect(sgdLevel(trace(h), top, 1e9)).toBeCloseTo(top, 8);
    for (const batch of [1, 8, 1e9]) expect(growth(hessians, (1.01 * 2) / top, batch)).toBeGreaterThan(1);
  });
});
