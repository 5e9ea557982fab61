/** A loaded model on one batch: the forward graph, its inputs, and the operators built from them. */

import { Builder } from "../autograd/builder.ts";
import {
  type Batch,
  type BuildOptions,
  type Graph,
  type InputSpec,
  makeBatch,
  type Shape,
} from "../model/index.ts";
import type { Inputs } from "./batched.ts";
import type { LoadedModel } from "./load.ts";
import type { BatchNormMode } from "./protocol.ts";

export interface BatchChoice {
  readonly bn: BatchNormMode;
  /** First sample, and samples. */
  readonly start: number;
  readonly batchSize: number;
}

export interface Problem {
  /** Forward graph for the whole batch. */
  readonly graph: Graph;
  /** The same for as many samples: what is computed at once may be a part of the batch. */
  readonly graphFor: (samples: number) => Graph;
  readonly parameters: Float32Array;
  /** Values of all graph inputs for the whole batch. */
  readonly inputs: Inputs;
  readonly batch: Batch;
  /** Statistics of the batch normalise it, so that the loss is no sum over samples and nothing can be computed in parts. */
  readonly coupled: boolean;
}

/** Throws FormatError where the batch does not fit the model. */
export function poseProblem(loaded: LoadedModel, { bn, start, batchSize }: BatchChoice): Problem {
  const { model, arrays, dataFile, mean, std } = loaded;
  const { architecture } = model;
  const batch = makeBatch(arrays, {
    file: dataFile,
    input: architecture.input,
    classes: architecture.classes,
    start,
    count: batchSize,
    mean,
    std,
  });
  const sizes = sampleSizes(architecture.input.name, batch.shape);
  const build = (samples: number) => {
    const builder = new Builder();
    const states = model.build(builder, { batchSize: samples, bn, ...sizes });
    return { graph: builder.finish(), states };
  };
  const { graph, states } = build(batchSize);
  return {
    graph,
    graphFor: (samples) => (samples === batchSize ? graph : build(samples).graph),
    parameters: model.parameters,
    inputs: { ...Object.fromEntries(states), ...batch.inputs, targets: batch.targets },
    batch,
    coupled: bn === "batch" && architecture.states.length > 0,
  };
}

/** What the samples of a batch of this shape decide about the graph. */
function sampleSizes(input: InputSpec["name"], [, first, second]: Shape): Partial<BuildOptions> {
  if (input === "images") return { height: first, width: second };
  return input === "input_ids" ? { tokens: first } : {};
}

/** Fraction of samples whose largest logit is their label's. */
export function accuracyOf(logits: Float32Array, labels: Int32Array): number {
  const classes = logits.length / labels.length;
  let right = 0;
  labels.forEach((label, i) => {
    const row = logits.subarray(i * classes, (i + 1) * classes);
    if (row.indexOf(Math.max(...row)) === label) right++;
  });
  return right / labels.length;
}
