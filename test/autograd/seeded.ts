import type { Random } from "../../src/autograd/ops/op.ts";
import { type Graph, type Shape, sizeOf } from "../../src/model/graph.ts";

/** Uniform numbers on [0, 1) from a seed (mulberry32). */
export function seeded(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

export const uniformArray = (random: Random, shape: Shape, low = -1, high = 1): Float64Array =>
  Float64Array.from({ length: sizeOf(shape) }, () => low + (high - low) * random());

export const dot = (a: Float64Array, b: Float64Array): number => a.reduce((sum, v, i) => sum + v * b[i], 0);

/** Random values for every parameter, in graph layout. */
export const randomParams = (graph: Graph, random: Random, scale = 1): Record<string, Float64Array> =>
  Object.fromEntries(
    graph.params.map((p) => [p.name, uniformArray(random, graph.nodes[p.node].shape, -scale, scale)]),
  );

/** Sum over parameters of <a, b>; `prefix` as in `hv:`. */
export const paramDot = (
  graph: Graph,
  a: Readonly<Record<string, Float64Array>>,
  b: Readonly<Record<string, Float64Array>>,
  prefix = "",
): number => graph.params.reduce((sum, p) => sum + dot(a[p.name], b[`${prefix}${p.name}`]), 0);
