import { describe, expect, test } from "vitest";
import { powerDiagonal, powerLesson } from "../../../src/store/lesson/power.ts";
import { powerSeries } from "../../../src/ui/lesson/powerSeries.ts";
import { sampleRun } from "../../ui/sampleRun.ts";

const diagonal = [-9, -2, 0.1, 0.4, 3, 6, 10];

async function lesson(values: readonly number[], shift: "none" | "top" = "none") {
  const found = await powerLesson(values, 3, shift);
  if (found === null) throw new Error("no lesson");
  return found;
}

describe("power iteration, step by step", () => {
  test("finds the two of largest magnitude, the sign in the Rayleigh quotient alone", async () => {
    const { pairs } = await lesson([-10, -5, 0.1, 0.4, 2.5, 1]);
    expect(pairs.map(({ exact }) => exact)).toEqual([-10, -5]);
    const last = pairs.map(({ steps }) => steps[steps.length - 1]);
    expect(last[0].value).toBeCloseTo(-10, 4);
    expect(last[0].length).toBeCloseTo(10, 4);
    expect(last[1].value).toBeCloseTo(-5, 4);
    expect(last.every(({ converged }) => converged)).toBe(true);
  });

  test("shrinks the residual by |λ₂/λ₁| in the end, as promised", async () => {
    const { pairs } = await lesson([10, 6, 0.1, 0.4, 3, -2]);
    const { steps, rate } = pairs[0];
    expect(rate).toBeCloseTo(0.6, 12);
    const [before, last] = steps.slice(-2);
    expect(last.residual / before.residual).toBeCloseTo(rate, 2);
    const [residual, error, promised] = powerSeries(pairs[0]);
    expect(promised.values.at(-1)).toBeCloseTo(Number(residual.values.at(-1)), 12);
    expect(promised.values.at(-3)).toBeCloseTo(last.residual / rate ** 2, 10);
    // The error of the quotient is of second order.
    expect(Number(error.values.at(-1)) / Number(error.values.at(-2))).toBeCloseTo(rate ** 2, 2);
  });

  test("never settles on a pair of opposite eigenvalues", async () => {
    const values = powerDiagonal(sampleRun(), 0, "pair");
    const largest = Math.max(...values);
    expect(Math.min(...values)).toBe(-largest);
    const { pairs } = await lesson(values);
    expect(pairs[0].rate).toBe(1);
    const { steps } = pairs[0];
    expect(steps).toHaveLength(60);
    expect(steps.some(({ converged }) => converged)).toBe(false);
    // The length looks settled all the same: that is the trap.
    expect(steps[59].length).toBeCloseTo(largest, 6);
    expect(steps[59].residual).toBeGreaterThan(0.1 * largest);
  });

  test("shifted by the largest eigenvalue it finds the smallest", async () => {
    const { pairs, shift, extent } = await lesson(diagonal, "top");
    expect(shift).toBe(10);
    expect(extent).toEqual([10, -9]);
    expect(pairs[0].exact).toBe(-9);
    expect(pairs[0].steps.at(-1)?.value).toBeCloseTo(-9, 3);
  });

  test("turns the sign of every eigenvalue on demand", () => {
    const run = sampleRun();
    expect(powerDiagonal(run, 0, "negated")).toEqual(run.spectrum.nodes[0].map((theta) => -theta));
    expect(powerDiagonal(run, 0, "measured")).toEqual(run.spectrum.nodes[0]);
  });

  test("needs two eigenvalues", async () => {
    expect(await powerLesson([], 0, "none")).toBeNull();
    expect(await powerLesson([1], 0, "none")).toBeNull();
  });
});
