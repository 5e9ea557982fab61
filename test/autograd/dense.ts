/** Whole matrices of products, by the float64 interpreter: the parameters chosen, in graph order and graph layout. */

import { Builder } from "../../src/autograd/builder.ts";
import { interpret } from "../../src/autograd/interpret.ts";
import type { Staged } from "../../src/autograd/linearize.ts";
import { pullback } from "../../src/autograd/vjp.ts";
import { type Graph, sizeOf } from "../../src/model/graph.ts";

type Tensors = Readonly<Record<string, Float64Array>>;
interface Leaves {
  readonly params: Tensors;
  readonly inputs: Tensors;
}

const productNames = ({ graph }: Staged): string[] =>
  Object.keys(graph.outputs).flatMap((name) => (name.startsWith("hv:") ? [name.slice(3)] : []));

/** Columns of the matrix, by one product per unit vector. */
export function matrixOf(staged: Staged, leaves: Leaves): Float64Array[] {
  const names = productNames(staged);
  const sizes = names.map((name) => leaves.params[name].length);
  return names.flatMap((owner, o) =>
    Array.from({ length: sizes[o] }, (_, i) => {
      const tangents = Object.fromEntries(names.map((name, k) => [name, new Float64Array(sizes[k])]));
      tangents[owner][i] = 1;
      const got = interpret(
        staged.graph,
        { ...leaves, tangents },
        names.map((name) => `hv:${name}`),
      );
      return Float64Array.from(names.flatMap((name) => Array.from(got[`hv:${name}`])));
    }),
  );
}

/** Rows of the Jacobian of the logits, [rows of the logits x classes][parameters]: one pullback per logit. */
export function logitJacobian(graph: Graph, leaves: Leaves): Float64Array[] {
  const g = new Builder(graph);
  const { logits } = graph.outputs;
  const seed = g.input("seed", g.shape(logits), "data");
  const parts = pullback(
    g,
    logits,
    seed,
    graph.params.map((p) => p.node),
  );
  graph.params.forEach((p, i) => {
    g.output(`j:${p.name}`, parts[i] ?? g.full(0, g.shape(p.node)));
  });
  const full = g.finish();
  return Array.from({ length: sizeOf(g.shape(logits)) }, (_, k) => {
    const unit = new Float64Array(sizeOf(g.shape(logits)));
    unit[k] = 1;
    const names = graph.params.map((p) => `j:${p.name}`);
    const row = interpret(full, { ...leaves, inputs: { ...leaves.inputs, seed: unit } }, names);
    return Float64Array.from(names.flatMap((name) => Array.from(row[name])));
  });
}

/** sum_i weights_i rows_i rows_i' */
export function outerSum(rows: readonly Float64Array[], weights: readonly number[]): Float64Array[] {
  const n = rows[0].length;
  return Array.from({ length: n }, (_, i) => {
    const out = new Float64Array(n);
    rows.forEach((row, r) => {
      for (let j = 0; j < n; j++) out[j] += weights[r] * row[i] * row[j];
    });
    return out;
  });
}

export function softmaxRows(logits: Float64Array, classes: number): Float64Array {
  const out = new Float64Array(logits.length);
  for (let at = 0; at < logits.length; at += classes) {
    const row = logits.subarray(at, at + classes);
    const peak = Math.max(...row);
    const total = row.reduce((sum, z) => sum + Math.exp(z - peak), 0);
    row.forEach((z, c) => {
      out[at + c] = Math.exp(z - peak) / total;
    });
  }
  return out;
}

/** Largest |a - b| over the largest |b|. */
export function defect(a: readonly Float64Array[], b: readonly Float64Array[]): number {
  let [far, size] = [0, 0];
  a.forEach((row, i) => {
    row.forEach((x, j) => {
      far = Math.max(far, Math.abs(x - b[i][j]));
      size = Math.max(size, Math.abs(b[i][j]));
    });
  });
  return far === 0 ? 0 : far / size;
}
