import fc from "fast-check";
import { expect, it } from "vitest";
import { type CutProblem, minimumCut } from "../../src/autograd/minimumCut.ts";

/** Whether a path from a source to a sink avoids a set of vertices. */
function connected({ edges, sources, sinks }: CutProblem, without: ReadonlySet<number>): boolean {
  const reached = new Set(sources.filter((v) => !without.has(v)));
  for (const a of reached)
    for (const [from, to] of edges) if (from === a && !without.has(to)) reached.add(to);
  return sinks.some((v) => reached.has(v));
}

const weightOf = ({ weights }: CutProblem, set: ReadonlySet<number>): number =>
  [...set].reduce((sum, v) => sum + weights[v], 0);

it("cuts at the lightest vertices, of equal ones at those nearest to the sinks", () => {
  const chain = { edges: [[0, 1] as const, [1, 2] as const], sources: [0], sinks: [2] };
  expect(minimumCut({ ...chain, weights: [3, 1, 2] })).toEqual(new Set([1]));
  expect(minimumCut({ ...chain, weights: [1, 1, 1] })).toEqual(new Set([2]));
  expect(minimumCut({ ...chain, sources: [], weights: [1, 1, 1] })).toEqual(new Set());
});

it("is as light as the best of all subsets that separate the sources from the sinks", () => {
  const vertices = 7;
  const vertex = fc.nat(vertices - 1);
  const problem = fc.record({
    weights: fc.array(fc.integer({ min: 1, max: 9 }), { minLength: vertices, maxLength: vertices }),
    edges: fc.array(
      fc.tuple(vertex, vertex).filter(([a, b]) => a < b),
      { maxLength: 14 },
    ),
    sources: fc.uniqueArray(vertex, { minLength: 1, maxLength: 3 }),
    sinks: fc.uniqueArray(vertex, { minLength: 1, maxLength: 3 }),
  });
  fc.assert(
    fc.property(problem, (given) => {
      const cut = minimumCut(given);
      expect(connected(given, cut)).toBe(false);
      for (let bits = 0; bits < 2 ** vertices; bits++) {
        const set = new Set(Array.from({ length: vertices }, (_, v) => v).filter((v) => (bits >> v) & 1));
        if (!connected(given, set)) expect(weightOf(given, cut)).toBeLessThanOrEqual(weightOf(given, set));
      }
    }),
    { numRuns: 60, seed: 1 },
  );
});

it("takes a long chain of vertices without deep recursion", () => {
  const n = 20_000;
  const edges = Array.from({ length: n - 1 }, (_, i) => [i, i + 1] as const);
  const weights = Array.from({ length: n }, (_, i) => (i === 17 ? 1 : 2));
  expect(minimumCut({ weights, edges, sources: [0], sinks: [n - 1] })).toEqual(new Set([17]));
});
