/** Minimum vertex cut of a directed graph with weights on its vertices, by maximum flow (Dinic 1970). */

const INFINITE = Number.MAX_SAFE_INTEGER;

export interface CutProblem {
  readonly weights: readonly number[];
  /** [from, to]; the cut separates the sources from the sinks along them. */
  readonly edges: readonly (readonly [number, number])[];
  readonly sources: readonly number[];
  readonly sinks: readonly number[];
}

/** The vertices of a lightest set that meets every path from a source to a sink, the one nearest to the sinks. */
export function minimumCut({ weights, edges, sources, sinks }: CutProblem): Set<number> {
  const n = weights.length;
  const [S, T] = [2 * n, 2 * n + 1];
  const head: number[][] = Array.from({ length: 2 * n + 2 }, () => []);
  const to: number[] = [];
  const left: number[] = [];
  const link = (a: number, b: number, capacity: number): void => {
    head[a].push(to.push(b) - 1);
    left.push(capacity);
    head[b].push(to.push(a) - 1);
    left.push(0);
  };
  weights.forEach((weight, v) => {
    link(2 * v, 2 * v + 1, weight);
  });
  for (const [a, b] of edges) link(2 * a + 1, 2 * b, INFINITE);
  for (const v of sources) link(S, 2 * v, INFINITE);
  for (const v of sinks) link(2 * v + 1, T, INFINITE);
  const level = new Int32Array(2 * n + 2);
  const layered = (): boolean => {
    level.fill(-1);
    level[S] = 0;
    const queue = [S];
    for (const a of queue) {
      for (const e of head[a]) {
        if (left[e] <= 0 || level[to[e]] >= 0) continue;
        level[to[e]] = level[a] + 1;
        queue.push(to[e]);
      }
    }
    return level[T] >= 0;
  };
  while (layered()) {
    const next = new Int32Array(2 * n + 2);
    /** Edges of a path from the source. */
    const path: number[] = [];
    for (let a = S; ; ) {
      if (a === T) {
        const flow = path.reduce((least, e) => Math.min(least, left[e]), INFINITE);
        for (const e of path) {
          left[e] -= flow;
          left[e ^ 1] += flow;
        }
        path.length = 0;
        a = S;
      } else if (next[a] === head[a].length) {
        const e = path.pop();
        if (e === undefined) break;
        a = to[e ^ 1];
        next[a]++;
      } else {
        const e = head[a][next[a]];
        if (left[e] > 0 && level[to[e]] === level[a] + 1) {
          path.push(e);
          a = to[e];
        } else next[a]++;
      }
    }
  }
  // From which the sinks can still be reached: the cut nearest to them leaves the least behind it.
  const reaches = new Uint8Array(2 * n + 2);
  reaches[T] = 1;
  const queue = [T];
  for (const b of queue) {
    for (const e of head[b]) {
      const a = to[e];
      if (left[e ^ 1] <= 0 || reaches[a] === 1) continue;
      reaches[a] = 1;
      queue.push(a);
    }
  }
  return new Set(weights.flatMap((_, v) => (reaches[2 * v] === 0 && reaches[2 * v + 1] === 1 ? [v] : [])));
}
