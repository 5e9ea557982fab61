/** The Hessian's block of the last layer on the run's batch and on other data: how far their spectra lie apart. */

import type { GpuVector } from "../gpu/vectors.ts";
import { readNpz } from "../model/index.ts";
import {
  normalElement,
  probeDistance,
  probeKey,
  type SlqResult,
  SlqRun,
  wasserstein,
} from "../spectrum/index.ts";
import { Eta } from "./eta.ts";
import { makeHessian, RunRefusal } from "./fit.ts";
import type { Ground, JobContext } from "./ground.ts";
import type { LoadedModel } from "./load.ts";
import { selectTensors } from "./params.ts";
import type { Inputs, Partition } from "./partition.ts";
import { accuracyOf, type Problem, poseProblem } from "./problem.ts";
import type { DataSpectrum, Distributions, DistributionsRequest, OtherData } from "./protocol.ts";

/** Throws RunRefusal, FormatError and MemoryRefusal for requests that cannot be met, AbortError when cancelled. */
export async function compareDistributions(
  ground: Ground,
  request: DistributionsRequest,
  context: JobContext,
  publish: (known: Distributions) => void,
): Promise<Distributions> {
  const { steps, probes } = request;
  if (![steps, probes].every((n) => Number.isInteger(n) && n >= 1))
    throw new RunRefusal(`A spectrum takes at least 1 step and 1 probe, not ${steps} and ${probes}.`);
  const { card } = ground.loaded;
  const tensors = blockOf(ground.loaded, request);
  const other = otherData(ground, request.other);
  const size = card.tensors.reduce((sum, t) => sum + (tensors.includes(t.name) ? t.size : 0), 0);
  const rate = new Eta();
  let products = 0;
  const measure = async (side: number, problem: Problem, title: string): Promise<DataSpectrum> => {
    const onStep = (done: number, total: number): void =>
      context.onProgress(rate.progress("distributions", side * total + done, 2 * total, performance.now()));
    const found = await spectrumOn(ground, problem, { tensors, steps, probes, context, onStep });
    products += found.products;
    return { title, ...found.spectrum };
  };
  const shared = {
    request: { tensors: request.tensors, other: other.title, steps, probes },
    ...{ tensors, size },
  };
  const first = await measure(0, ground.problem, titleOf(ground.problem, ground.loaded.dataFile));
  publish({
    ...{ ...shared, first, second: null, distance: null, chance: null, topDifference: null, products },
  });
  const second = await measure(1, other.problem, other.title);
  return {
    ...{ ...shared, first, second, products },
    distance: wasserstein(first, second),
    chance: chance([first, second]),
    topDifference: {
      value: second.top.value - first.top.value,
      residual: first.top.residual + second.top.residual,
    },
  };
}

/** The chosen tensors, or those of the last layer. */
function blockOf({ card, model }: LoadedModel, { tensors }: DistributionsRequest): string[] {
  const names = card.tensors.map(({ name }) => name);
  if (tensors.length > 0) return selectTensors(names, tensors);
  const moduleOf = (name: string): string => name.slice(0, name.lastIndexOf("."));
  const last = names[names.length - 1];
  const own = names.filter((name) => name.includes(".") && moduleOf(name) === moduleOf(last));
  const { classes } = model.architecture;
  const ends = card.tensors.some(({ name, shape }) => own.includes(name) && shape.includes(classes));
  if (!ends)
    throw new RunRefusal(
      `The last tensor, ${last}, belongs to no layer of ${classes} outputs: name the tensors.`,
    );
  return own;
}

/** What chance alone does: the larger of the mean distances of two single probes on the same data. */
function chance(sides: readonly DataSpectrum[]): number | null {
  const distances = sides.flatMap((side) => probeDistance(side) ?? []);
  return distances.length === 0 ? null : Math.max(...distances);
}

interface Other {
  readonly problem: Problem;
  readonly title: string;
}

function otherData({ loaded, settings, problem }: Ground, other: OtherData): Other {
  if (other.kind === "noise") {
    const { standardDeviation, seed } = other;
    if (!(Number.isFinite(standardDeviation) && standardDeviation > 0))
      throw new RunRefusal(`Noise has a standard deviation above 0, not ${standardDeviation}.`);
    if (loaded.model.architecture.input.name === "input_ids")
      throw new RunRefusal("Noise cannot be added to words: compare with other samples or another file.");
    const title = `${titleOf(problem, loaded.dataFile)} with noise of standard deviation ${standardDeviation}`;
    return { problem: withNoise(problem, standardDeviation, seed), title };
  }
  const from =
    other.kind === "file"
      ? { ...loaded, arrays: readNpz(other.file.bytes, other.file.name), dataFile: other.file.name }
      : loaded;
  const choice =
    other.kind === "random"
      ? { draw: "random" as const, dataSeed: other.dataSeed }
      : { draw: "range" as const, start: other.start };
  const posed = poseProblem(from, { ...settings, ...choice });
  return { problem: posed, title: titleOf(posed, from.dataFile) };
}

function titleOf({ batch: { start, count, drawn, available } }: Problem, file: string): string {
  const which =
    drawn === null ? `samples ${start} to ${start + count - 1}` : `${count} random samples of ${available}`;
  return `${which} of ${file}`;
}

/** Noise belongs to a sample and an element, however the batch is cut. */
function withNoise(problem: Problem, standardDeviation: number, seed: number): Problem {
  const cut = (samples: number): Partition => {
    const partition = problem.cut(samples);
    const names = partition.graph.inputs
      .filter(({ role, dtype }) => role === "data" && dtype === "f32")
      .map(({ name }) => name);
    const noisy = (part: number): Inputs => {
      const inputs = partition.inputsOf(part);
      const changed = names.map((name, i) => {
        const values = inputs[name];
        const key = probeKey(seed, i);
        const first = (part * samples * values.length) / samples;
        return [name, values.map((x, j) => x + standardDeviation * normalElement(key, first + j))] as const;
      });
      return { ...inputs, ...Object.fromEntries(changed) };
    };
    return { ...partition, inputsOf: noisy };
  };
  const whole = cut(problem.batch.count);
  return { ...problem, cut, inputs: { ...whole.states, ...whole.inputsOf(0) } };
}

interface How {
  readonly tensors: readonly string[];
  readonly steps: number;
  readonly probes: number;
  readonly context: JobContext;
  readonly onStep: (done: number, total: number) => void;
}

async function spectrumOn(
  ground: Ground,
  problem: Problem,
  { tensors, steps, probes, context: { signal, gate }, onStep }: How,
): Promise<{ readonly spectrum: Omit<DataSpectrum, "title">; readonly products: number }> {
  const { gpu, pipelines, submitter, settings, matrix, budget, operator: held, software } = ground;
  const operator = await makeHessian({
    ...{ gpu, pipelines, submitter, problem, budget: budget - held.cost.usedBytes },
    matrix: { ...matrix, tensors, weightDecay: 0 },
    microBatch: settings.microBatch,
    probes: software ? 1 : probes,
    krylovVectors: steps + 1,
  });
  const slq = new SlqRun<GpuVector>(operator, {
    ...{ steps, probes, traceProbes: probes, top: 1, bottom: 1 },
    source: { seed: settings.seed, distribution: "rademacher" },
  });
  try {
    await operator.prepare(signal);
    const [loss, logits] = [await operator.loss(), await operator.logits()];
    for await (const event of slq.advance({ signal })) {
      if (event.kind === "running") onStep(event.progress.done, event.progress.total);
      await gate();
    }
    signal.throwIfAborted();
    return {
      spectrum: { loss, accuracy: accuracyOf(logits, problem.batch.labels), ...plain(slq.result()) },
      products: operator.products,
    };
  } finally {
    slq.release();
    operator.destroy();
  }
}

function plain({
  nodes,
  weights,
  top,
  trace,
}: SlqResult): Pick<DataSpectrum, "nodes" | "weights" | "top" | "trace"> {
  const [{ value, residual, converged }] = top;
  if (trace === null) throw new Error("internal: a finished quadrature has no trace");
  const { estimate, interval95 } = trace;
  return { nodes, weights, top: { value, residual, converged }, trace: { estimate, interval95 } };
}
