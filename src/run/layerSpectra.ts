/**
 * Largest and smallest eigenvalue, and density, of single tensors' diagonal blocks, many blocks per product: each column
 * of a product belongs to another block (spectrum/blockSpectra.ts), so that no off-diagonal block is mixed in.
 */

import {
  type BlockSpectrum,
  blockSpectra,
  isQuantised,
  type LanczosMemory,
  type RitzValue,
} from "../spectrum/index.ts";
import { Eta } from "./eta.ts";
import { RunRefusal } from "./fit.ts";
import type { Ground, JobContext } from "./ground.ts";
import type { BlockEigenvalue, LayerSpectra, LayerSpectraRequest, LayerSpectrum } from "./layerTypes.ts";
import { selectTensors } from "./params.ts";
import type { RunResult } from "./protocol.ts";
import { answersTo } from "./questions.ts";

/** Vectors of a Lanczos run beside its basis. */
const WORK_VECTORS = 2;

/** Throws RunRefusal and FormatError for requests that cannot be met, AbortError when cancelled. */
export async function measureLayers(
  ground: Ground,
  request: LayerSpectraRequest,
  { signal, gate, onProgress }: JobContext,
  publish: (known: LayerSpectra) => void,
): Promise<LayerSpectra> {
  const { operator, settings, matrix } = ground;
  const { steps, density } = request;
  if (!(Number.isInteger(steps) && steps >= 1))
    throw new RunRefusal(`Spectra of layers take at least 1 Lanczos step, not ${steps}.`);
  const { segments } = operator.space;
  const names = chosenTensors(ground, request.tensors);
  const places = names.map((name) => segments.findIndex((segment) => segment.name === name));
  const before = operator.products;
  const memory = memoryFor(ground, Math.min(steps, operator.space.n));
  const layers: LayerSpectrum[] = [];
  const answer = (): LayerSpectra => ({
    request,
    layers: [...layers],
    tensors: names.length,
    products: operator.products - before,
    memory,
  });
  const rate = new Eta();
  const events = blockSpectra(
    operator,
    places.map((place) => [place]),
    {
      source: { seed: settings.seed, distribution: "rademacher" },
      ...{ steps, top: 1, bottom: 1, memory, signal, untilConverged: !density },
    },
  );
  for await (const event of events) {
    if (event.kind === "running")
      onProgress(rate.progress("layerSpectra", event.done, event.total, performance.now()));
    if (event.kind === "blocks") {
      for (const spectrum of event.spectra)
        layers.push(layerOf(names[spectrum.block], spectrum, matrix.weightDecay, density));
      publish(answer());
    }
    await gate();
  }
  signal.throwIfAborted();
  return answer();
}

/** Tensors of the run by patterns, or all that a plan quantises; in the order of the parameters. */
export function chosenTensors({ operator, loaded }: Ground, patterns: readonly string[]): string[] {
  const names = operator.space.segments.map(({ name }) => name);
  if (patterns.length > 0) return selectTensors(names, patterns);
  const weights = new Set(loaded.card.tensors.filter(isQuantised).map(({ name }) => name));
  const chosen = names.filter((name) => weights.has(name));
  if (chosen.length === 0)
    throw new RunRefusal("The run looks at no weights with two or more axes: name the tensors.");
  return chosen;
}

/** The whole basis where it fits, if need be in place of the run's own bases, which can be computed again. */
function memoryFor({ operator, slq, budget }: Ground, steps: number): LanczosMemory {
  const { hostRoom, blockBytes } = operator.space;
  if (hostRoom !== null) {
    slq.release();
    return (steps + 1) * blockBytes <= hostRoom.bytes ? "all vectors" : "two vectors";
  }
  const needed = (steps + 1 + WORK_VECTORS) * blockBytes;
  const fits = (): boolean => operator.cost.usedBytes + needed <= budget;
  if (fits()) return "all vectors";
  slq.release();
  return fits() ? "all vectors" : "two vectors";
}

function layerOf(
  name: string,
  { size, top, bottom, quadrature }: BlockSpectrum,
  weightDecay: number,
  density: boolean,
): LayerSpectrum {
  const { nodes, weights, steps } = quadrature;
  const end = ({ value, residual, converged }: RitzValue): BlockEigenvalue => ({
    ...{ value: value - weightDecay, residual, converged },
  });
  return {
    ...{ name, size, steps, top: end(top[0]), bottom: end(bottom[0]) },
    density: density ? { nodes: nodes.map((theta) => theta - weightDecay), weights } : null,
  };
}

/** The largest eigenvalues that have converged, by tensor; of two answers the later one speaks. */
export function topEigenvalues(result: Pick<RunResult, "answers">): Map<string, number> {
  const layers = answersTo(result, "layerSpectra").flatMap((answer) => answer.layers);
  return new Map(layers.filter(({ top }) => top.converged).map(({ name, top }) => [name, top.value]));
}
