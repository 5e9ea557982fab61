/** A loaded model on one batch: the forward graph, its inputs, and the operators built from them. */

import { Builder } from "../autograd/builder.ts";
import { MemoryRefusal } from "../gpu/plan.ts";
import {
  type Batch,
  type BuildOptions,
  type Graph,
  type InputSpec,
  makeBatch,
  ROW_WEIGHTS,
} from "../model/index.ts";
import { type Engines, HessianOperator } from "./hessian.ts";
import type { LoadedModel } from "./load.ts";
import type { BatchNormMode } from "./protocol.ts";

export interface BatchChoice {
  readonly bn: BatchNormMode;
  /** First sample, and samples. */
  readonly start: number;
  readonly batchSize: number;
}

export interface Problem {
  readonly graph: Graph;
  readonly parameters: Float32Array;
  readonly inputs: Readonly<Record<string, Float32Array | Int32Array>>;
  readonly batch: Batch;
}

/** Throws FormatError where the batch does not fit the model. */
export function poseProblem(loaded: LoadedModel, { bn, start, batchSize }: BatchChoice): Problem {
  const { model, arrays, dataFile, mean, std, loss } = loaded;
  const { architecture } = model;
  const batch = makeBatch(arrays, {
    file: dataFile,
    input: architecture.input,
    classes: architecture.classes,
    start,
    count: batchSize,
    loss,
    mean,
    std,
  });
  const builder = new Builder();
  const { states, data } = model.build(builder, {
    batchSize,
    bn,
    ...sampleSizes(architecture.input.name, batch),
    labelled: batch.labels?.length ?? 0,
    loss,
  });
  const { targets, weights } = batch;
  const inputs = {
    ...{ ...states, ...data(batch.inputs), targets },
    ...(weights === undefined ? {} : { [ROW_WEIGHTS]: weights }),
  };
  return { graph: builder.finish(), parameters: model.parameters, inputs, batch };
}

/** What the samples of a batch of this shape decide about the graph. */
function sampleSizes(input: InputSpec["name"], { shape, shapes }: Batch): Partial<BuildOptions> {
  const [, first, second] = shape;
  if (shapes !== undefined) return { shapes };
  if (input === "images") return { height: first, width: second };
  return input === "input_ids" ? { tokens: first } : {};
}

/** Fraction of rows (samples, or labelled tokens) whose largest logit is their label's; null where nothing is labelled. */
export function accuracyOf(logits: Float32Array, labels: Int32Array | null): number | null {
  if (labels === null) return null;
  const classes = logits.length / labels.length;
  let right = 0;
  labels.forEach((label, i) => {
    const row = logits.subarray(i * classes, (i + 1) * classes);
    if (row.indexOf(row.reduce((a, b) => Math.max(a, b))) === label) right++;
  });
  return right / labels.length;
}

/** Bytes that a run may use: WebGPU does not tell how much memory a device has. */
export const defaultBudget = (software: boolean): number => (software ? 2e9 : 4e9);

export interface OperatorRequest extends Engines {
  readonly problem: Problem;
  /** Vectors per product wanted; fewer are taken where memory is short. */
  readonly probes: number;
  readonly krylovVectors: number;
  readonly budget: number;
  readonly onCompiled?: (done: number, total: number) => void;
}

/** The Hessian operator with as many vectors per product as wanted and fit. Throws MemoryRefusal if one does not. */
export async function makeHessian(request: OperatorRequest): Promise<HessianOperator> {
  const { problem, probes, ...rest } = request;
  const half = Math.max(1, Math.floor(problem.batch.count / 2));
  const advice = `use a smaller batch (${half} instead of ${problem.batch.count}) or fewer Lanczos steps`;
  const { graph, parameters, inputs } = problem;
  for (let k = probes; ; k = Math.ceil(k / 2)) {
    try {
      return await HessianOperator.create({ ...rest, graph, parameters, inputs, probes: k, advice });
    } catch (error) {
      if (k === 1 || !(error instanceof MemoryRefusal)) throw error;
    }
  }
}
