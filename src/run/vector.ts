/** What an eigenvalue is made of: where its vector lies, how exact it is, and which samples bend the loss along it. */

import { massOf, participation } from "../spectrum/index.ts";
import { RunRefusal } from "./fit.ts";
import type { Ground, JobContext } from "./ground.ts";
import { type RowsAlong, rowsAlong } from "./rowCurvature.ts";
import type { RowCurvature, SharpRow, TensorMass, VectorAnswer, VectorRequest } from "./vectorTypes.ts";

/** Channels that the answer names of each tensor. */
const CHANNELS = 8;

/**
 * Mass and residual first, then the rows.
 * Throws RunRefusal where the run has no such value, MemoryRefusal where one sample does not fit.
 */
export async function explainVector(
  ground: Ground,
  request: VectorRequest,
  context: JobContext,
  publish: (answer: VectorAnswer) => void,
): Promise<VectorAnswer> {
  const { rank, sharpest } = request;
  if (!(Number.isInteger(sharpest) && sharpest >= 0 && sharpest <= 100))
    throw new RunRefusal(`The sharpest samples to name are 0 to 100, not ${sharpest}.`);
  const { signal, onProgress } = context;
  const report = (done: number, total: number): void =>
    onProgress({ phase: "vector", done, total, etaSeconds: null });
  report(0, 2);
  const { vector: u } = await ground.ritz(rank, signal);
  const value = ground.result().eigenvalues[rank.end][rank.place];
  const product = await ground.product(Float32Array.from(u));
  let [rayleigh, squares] = [0, 0];
  u.forEach((x, i) => {
    rayleigh += x * product[i];
    squares += (product[i] - value.value * x) ** 2;
  });
  const known: VectorAnswer = {
    rank,
    eigenvalue: value.value,
    residual: Math.sqrt(squares),
    lanczosResidual: value.residual,
    rayleigh,
    participation: participation(u),
    tensors: massesOf(ground, u),
    curvature: null,
    without: withoutRows(ground.problem, ground.matrix),
  };
  if (known.without !== null) return known;
  publish(known);
  signal.throwIfAborted();
  const rows = await rowsAlong({
    ...ground.forward(),
    direction: u,
    tensors: ground.matrix.tensors,
    signal,
    onPart: async (done, parts) => {
      report(1 + done, 1 + parts);
      await context.gate();
    },
  });
  return { ...known, curvature: rowCurvature(ground, rows, sharpest) };
}

/** Why rows have no curvature of their own; null where they have. */
export function withoutRows(
  { coupled }: Pick<Ground["problem"], "coupled">,
  { operator }: Pick<Ground["matrix"], "operator">,
): string | null {
  if (coupled)
    return "BatchNorm with the statistics of the batch makes every sample's loss depend on all of them: there is no curvature per sample. Use running statistics.";
  if (operator === "fisher-mc")
    return "The Fisher matrix with drawn labels belongs to those labels, not to the samples: there is no curvature per sample. Use Gauss-Newton, which is its mean.";
  return null;
}

function massesOf(ground: Ground, u: Float64Array): TensorMass[] {
  const { tensors } = ground.matrix;
  const total = u.reduce((sum, x) => sum + x * x, 0);
  return ground.problem.graph.params
    .filter(({ name }) => tensors?.includes(name) ?? true)
    .map(({ name, fileShape, size, offset }) => {
      const part = u.subarray(offset, offset + size);
      return { name, size, ...massOf(part, fileShape, total, CHANNELS) };
    });
}

/** Of the run's matrix: the Hessian is the sum of both parts, its relatives have one of them or the slope's square. */
function curvatureOf({ matrix }: Ground, { slope, gaussNewton, residual }: RowsAlong): Float64Array {
  switch (matrix.operator) {
    case "ggn":
    case "fisher":
      return gaussNewton;
    case "residual":
      return residual;
    case "empirical-fisher":
      return slope.map((x) => x * x);
    default:
      return gaussNewton.map((x, i) => x + residual[i]);
  }
}

function rowCurvature(ground: Ground, rows: RowsAlong, sharpest: number): RowCurvature {
  const { batch } = ground.problem;
  const curvature = curvatureOf(ground, rows);
  const count = curvature.length;
  const order = Array.from(curvature.keys()).sort((a, b) => curvature[b] - curvature[a]);
  const sum = (places: readonly number[]): number => places.reduce((total, i) => total + curvature[i], 0);
  const total = sum(order);
  const ascending = order.toReversed().map((i) => curvature[i]);
  const at = (p: number): number => ascending[Math.round(p * (count - 1))];
  return {
    rows: batch.inputs.label_positions === undefined ? "samples" : "labelled tokens",
    count,
    mean: total / count,
    quantiles: [at(0), at(0.25), at(0.5), at(0.75), at(1)],
    sharpestTenth: total === 0 ? 0 : sum(order.slice(0, Math.max(1, Math.round(count / 10)))) / total,
    sharpest: order.slice(0, sharpest).map((i) => ({
      ...placeOf(ground, i),
      curvature: curvature[i],
      gaussNewton: rows.gaussNewton[i],
      slope: rows.slope[i],
      ...outcomeOf(ground, rows.logits, i),
    })),
  };
}

function placeOf({ problem: { batch } }: Ground, row: number): Pick<SharpRow, "sample" | "token"> {
  const { inputs, drawn, start, shape } = batch;
  const places = inputs.label_positions;
  const [inBatch, token] =
    places === undefined ? [row, null] : [Math.floor(places[row] / shape[1]), places[row] % shape[1]];
  return { sample: drawn?.[inBatch] ?? start + inBatch, token };
}

/** Loss, label and prediction of a row. */
function outcomeOf(
  { problem: { batch } }: Ground,
  logits: Float32Array,
  row: number,
): Pick<SharpRow, "loss" | "label" | "predicted"> {
  const { labels, targets } = batch;
  const classes = logits.length / (labels?.length ?? batch.count);
  const own = logits.subarray(row * classes, (row + 1) * classes);
  if (labels === null) {
    const goal = targets.subarray(row * classes, (row + 1) * classes);
    const squares = own.reduce((sum, z, c) => sum + (z - goal[c]) ** 2, 0);
    return { loss: squares / classes, label: null, predicted: null };
  }
  const peak = own.reduce((a, b) => Math.max(a, b));
  const partition = own.reduce((sum, z) => sum + Math.exp(z - peak), 0);
  const label = labels[row];
  return { loss: Math.log(partition) + peak - own[label], label, predicted: own.indexOf(peak) };
}
