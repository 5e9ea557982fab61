import { expect, it } from "vitest";
import { spread, withSpectrum } from "../spectrum/matrices.ts";
import { symmetricEigenvalues } from "./symmetricEigen.ts";

it.each([
  ["a spread spectrum", spread(-3, 5, 40)],
  ["multiple eigenvalues", [-2, -2, -2, 0, 0, 0, 0, 1, 1, 7]],
  ["one dimension", [4]],
  ["two dimensions", [-1, 1]],
  ["the zero matrix", [0, 0, 0, 0]],
])("finds all eigenvalues: %s", (_title, eigenvalues) => {
  const got = symmetricEigenvalues(withSpectrum(eigenvalues));
  got.forEach((value, i) => {
    expect(value).toBeCloseTo(eigenvalues[i], 12);
  });
});

it("finds those of a diagonal matrix", () => {
  const rows = [3, -1, 2].map((x, i) => Float64Array.from({ length: 3 }, (_, j) => (i === j ? x : 0)));
  expect(Array.from(symmetricEigenvalues(rows))).toEqual([-1, 2, 3]);
});
