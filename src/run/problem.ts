/** A loaded model on one batch: the forward graph, its inputs, and the operators built from them. */

import { Builder } from "../autograd/builder.ts";
import { type Batch, type BuildOptions, type Graph, type InputSpec, makeBatch } from "../model/index.ts";
import type { LoadedModel } from "./load.ts";
import { cutBatch, type Inputs, type Partition } from "./partition.ts";
import type { RunSettings } from "./protocol.ts";

/** Which samples, and how they are normalised. A draw that is not given is a range. */
export type BatchChoice = Pick<RunSettings, "bn" | "start" | "batchSize"> &
  Partial<Pick<RunSettings, "draw" | "dataSeed">>;

export interface Problem {
  /** Forward graph for the whole batch. */
  readonly graph: Graph;
  /** The batch in parts of as many samples. */
  readonly cut: (samples: number) => Partition;
  readonly parameters: Float32Array;
  /** Values of all graph inputs for the whole batch. */
  readonly inputs: Inputs;
  readonly batch: Batch;
  /** Statistics of the batch normalise it, so that the loss is no sum over samples and nothing can be computed in parts. */
  readonly coupled: boolean;
}

/** Throws FormatError where the batch does not fit the model. */
export function poseProblem(loaded: LoadedModel, choice: BatchChoice): Problem {
  const { bn, start, batchSize, draw = "range", dataSeed = 0 } = choice;
  const { model, arrays, dataFile, mean, std, loss } = loaded;
  const { architecture } = model;
  const batch = makeBatch(arrays, {
    file: dataFile,
    input: architecture.input,
    classes: architecture.classes,
    start,
    count: batchSize,
    seed: draw === "random" ? dataSeed : null,
    loss,
    mean,
    std,
  });
  const cut = (samples: number): Partition => {
    const { rows, mostRows, part } = cutBatch(batch, samples);
    const builder = new Builder();
    const { states, data } = model.build(builder, {
      batchSize: samples,
      bn,
      ...sampleSizes(architecture.input.name, batch, samples),
      labelled: mostRows,
      loss,
    });
    const inputsOf = (index: number): Inputs => {
      const { inputs, goal } = part(index);
      return { ...data(inputs), ...goal };
    };
    return { graph: builder.finish(), samples, states, rows, inputsOf };
  };
  const whole = cut(batchSize);
  return {
    graph: whole.graph,
    cut: (samples) => (samples === batchSize ? whole : cut(samples)),
    parameters: model.parameters,
    inputs: { ...whole.states, ...whole.inputsOf(0) },
    batch,
    coupled: bn === "batch" && architecture.states.length > 0,
  };
}

/** What samples of this shape decide about the graph for a number of them. */
function sampleSizes(
  input: InputSpec["name"],
  { shape, shapes }: Batch,
  samples: number,
): Partial<BuildOptions> {
  const [, first, second] = shape;
  if (shapes !== undefined) {
    const ofPart = Object.entries(shapes).map(([name, [, ...row]]) => [name, [samples, ...row]] as const);
    return { shapes: Object.fromEntries(ofPart) };
  }
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
