/**
 * A batch cut into parts of m samples. Every row of targets carries its weight, 1/N of N rows, so the loss, its gradient
 * and its curvature over the batch are sums over the parts. All parts have one shape, so that one program serves them:
 * the last one is filled with copies of its first sample, and rows of the loss that are missing have the weight zero.
 * The cross-entropy is linear in its targets, 1/N or 0, and the squared error in its weights, so that such rows add
 * exact zeros to the loss and to every derivative.
 */

import { type Batch, type Graph, ROW_WEIGHTS } from "../model/index.ts";

/** Values of graph inputs by name, row-major. */
export type Inputs = Readonly<Record<string, Float32Array | Int32Array>>;

/** A forward graph for the samples of one part, and what its inputs are in each part. */
export interface Partition {
  readonly graph: Graph;
  /** Samples in a part. */
  readonly samples: number;
  /** Values of the `state` inputs, the same in all parts. */
  readonly states: Inputs;
  /** Rows of logits that belong to the batch, part by part; what a part has beyond them has no weight. */
  readonly rows: readonly number[];
  /** Values of the other inputs. */
  readonly inputsOf: (part: number) => Inputs;
}

/** A graph for the whole batch as its only part. */
export function wholeBatch(graph: Graph, inputs: Inputs): Partition {
  const [rows] = graph.inputs.find(({ role }) => role === "target")?.shape ?? [1];
  return { graph, samples: rows, states: {}, rows: [rows], inputsOf: () => inputs };
}

type Samples = Pick<Batch, "count" | "inputs" | "shape" | "labels" | "targets" | "weights">;

export interface Cut {
  readonly samples: number;
  /** Rows of the loss in each part, and the most that a part has. */
  readonly rows: readonly number[];
  readonly mostRows: number;
  /** Of a part: what the network sees, and the targets that its loss holds against it, with their weights. */
  readonly part: (part: number) => { readonly inputs: Inputs; readonly goal: Inputs };
}

/** Rows of the loss belong to samples, or to labelled tokens: `label_positions` says to which. */
export function cutBatch(batch: Samples, samples: number): Cut {
  const { count, inputs, shape, labels, targets, weights } = batch;
  const { label_positions: places, ...perSample } = inputs;
  const parts = Math.ceil(count / samples);
  const [, tokens] = shape;
  const firstRow = Array.from({ length: parts + 1 }, (_, part) => {
    const sample = Math.min(part * samples, count);
    return places === undefined ? sample : countBelow(places, sample * tokens);
  });
  const rows = firstRow.slice(1).map((end, part) => end - firstRow[part]);
  const mostRows = parts === 1 || places !== undefined ? Math.max(...rows) : samples;
  const columns = targets.length / (labels?.length ?? count);
  return {
    samples,
    rows,
    mostRows,
    part: (part) => {
      const [from, to] = [firstRow[part], firstRow[part + 1]];
      const cut: Record<string, Float32Array | Int32Array> = {};
      for (const [name, values] of Object.entries(perSample))
        cut[name] = filled(values, values.length / count, part * samples, samples);
      if (places !== undefined)
        cut.label_positions = Int32Array.from({ length: mostRows }, (_, i) =>
          from + i < to ? places[from + i] - part * samples * tokens : 0,
        );
      const goal = {
        targets: followedByZeros(targets.subarray(from * columns, to * columns), mostRows * columns),
        ...(weights === undefined
          ? {}
          : { [ROW_WEIGHTS]: followedByZeros(weights.subarray(from, to), mostRows) }),
      };
      return { inputs: cut, goal };
    },
  };
}

function followedByZeros(values: Float32Array, length: number): Float32Array {
  if (values.length === length) return values;
  const out = new Float32Array(length);
  out.set(values);
  return out;
}

/** Elements of an ascending list that are below a bound. */
function countBelow(ascending: ArrayLike<number>, bound: number): number {
  let n = 0;
  while (n < ascending.length && ascending[n] < bound) n++;
  return n;
}

/** Rows from `from` on, as many as wanted; where the array ends before that filled up with copies of the first of them. */
function filled<T extends Float32Array | Int32Array>(values: T, size: number, from: number, rows: number): T {
  const own = values.subarray(from * size, (from + rows) * size) as T;
  if (own.length === rows * size) return own;
  const out = (
    values instanceof Int32Array ? new Int32Array(rows * size) : new Float32Array(rows * size)
  ) as T;
  out.set(own);
  for (let at = own.length; at < out.length; at += size) out.set(own.subarray(0, size), at);
  return out;
}
