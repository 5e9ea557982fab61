import { expect, test } from "vitest";
import { rowLists } from "../../src/gpu/rowLists.ts";

test("each list names the places of one index in order, and only those", () => {
  const indices = [3, 0, 3, 1, 3, 0];
  const { first, next } = rowLists(indices, 5);
  const walk = (row: number): number[] => {
    const places: number[] = [];
    for (let at = first[row]; at >= 0; at = next[at]) places.push(at);
    return places;
  };
  expect([0, 1, 2, 3, 4].map(walk)).toEqual([[1, 5], [3], [], [0, 2, 4], []]);
});

test.each([[[0, 5]], [[-1]], [[Number.NaN]]])(
  "indices %j outside a table of 5 rows are an internal error",
  (indices) => {
    expect(() => rowLists(indices, 5)).toThrow(/^internal: index .* lies outside a table of 5 rows$/);
  },
);
