/**
 * One sample of a run, to be computed in another way: the loss of a batch is a sum over rows with weights, so its product with the
 * weights of all other rows at zero is that of a sample alone, by the very program that the run uses.
 */

import { type Batch, type Graph, ROW_WEIGHTS } from "../model/index.ts";
import { unitProbe } from "../spectrum/index.ts";
import type { HessianOperator } from "./hessian.ts";
import { type Matrix, withNoise } from "./matrix.ts";
import type { Inputs, Partition } from "./partition.ts";
import type { Problem } from "./problem.ts";

export interface Sample {
  readonly graph: Graph;
  /** Of all inputs of the graph, noise for drawn labels included. */
  readonly inputs: Inputs;
  /** Rows of the loss that count: its own, and those of the whole batch. */
  readonly rows: number;
  readonly allRows: number;
  /** Where the run's program has it, and what its inputs are there without the other rows. */
  readonly part: number;
  readonly alone: Inputs;
}

/** The sample of the largest loss, which weighs most; the whole batch where its samples depend on each other. */
export async function hardestSample(
  problem: Problem,
  operator: HessianOperator,
  matrix: Matrix,
): Promise<Sample> {
  const { batch, coupled } = problem;
  const single = problem.cut(coupled ? batch.count : 1);
  const index = coupled ? 0 : sampleOf(single.rows, hardestRow(await operator.logits(), batch));
  return sampleAt(index, single, operator.partition, matrix);
}

/** A part of `single` as a part of the program's partition with the rows around it at zero. */
export function sampleAt(index: number, single: Partition, program: Partition, matrix: Matrix): Sample {
  const { graph, states, rows } = single;
  const part = Math.floor((index * single.samples) / program.samples);
  const before = sum(rows.slice(0, index)) - sum(program.rows.slice(0, part));
  const inputs = { ...states, ...withNoise(single, matrix).inputsOf(index) };
  return {
    ...{ graph, inputs, part, rows: rows[index], allRows: sum(rows) },
    alone: onlyRows(program.inputsOf(part), program.graph, before, before + rows[index]),
  };
}

/** The input that holds the weights of the rows, zero outside [from, to). */
function onlyRows(inputs: Inputs, graph: Graph, from: number, to: number): Inputs {
  // Targets of the cross-entropy are one-hot times the weight; those of the squared error are numbers to meet.
  const name = ROW_WEIGHTS in inputs ? ROW_WEIGHTS : "targets";
  const target = graph.inputs.find(({ role }) => role === "target");
  const width = inputs[name].length / (target?.shape[0] ?? 1);
  const kept = new Float32Array(inputs[name].length);
  kept.set(inputs[name].subarray(from * width, to * width) as Float32Array, from * width);
  return { [name]: kept };
}

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

/** The part of a partition that a row lies in. */
function sampleOf(rows: readonly number[], row: number): number {
  let end = 0;
  return rows.findIndex((own) => {
    end += own;
    return row < end;
  });
}

/** The row of the largest cross-entropy; the first where rows have no labels. */
function hardestRow(logits: Float32Array, { labels }: Batch): number {
  if (labels === null) return 0;
  const classes = logits.length / labels.length;
  let [hardest, most] = [0, Number.NEGATIVE_INFINITY];
  labels.forEach((label, row) => {
    const z = logits.subarray(row * classes, (row + 1) * classes);
    const largest = z.reduce((a, b) => Math.max(a, b));
    const loss = largest - z[label] + Math.log(z.reduce((total, x) => total + Math.exp(x - largest), 0));
    if (loss > most) [hardest, most] = [row, loss];
  });
  return hardest;
}

/** The run's first probe as a vector of float32, and the device's product of the sample with it, over all parameters. */
export async function deviceProduct(
  operator: HessianOperator,
  { part, alone }: Sample,
  seed: number,
  signal?: AbortSignal,
): Promise<{ readonly v: Float64Array; readonly product: Float64Array }> {
  const { space } = operator;
  const probe = unitProbe(space.n, { seed, distribution: "rademacher" }, 0);
  const own = Float64Array.from(probe, Math.fround);
  const [v, out] = [space.create(), space.create()];
  try {
    space.write(
      v,
      Array.from({ length: space.k }, () => own),
    );
    await operator.applyWith(part, alone, v, out, signal);
    const [product] = await space.read(out);
    return { v: operator.embed(own), product: operator.embed(product) };
  } finally {
    space.release(v);
    space.release(out);
  }
}
