/** What a run knows of the spectra of single tensors' blocks, and how it is asked for more. Pure. */
import type {
  LayerSpectraRequest,
  LayerSpectrum,
  RunResult,
  SubsetEigenvaluesRequest,
  SubsetLayer,
} from "../run/protocol.ts";
import { answersTo } from "../run/questions.ts";
import type { DensitySource } from "./densityView.ts";

/** Lanczos steps of a block at most: by then the largest eigenvalue of a layer has converged. */
const STEPS = 40;

/** The largest eigenvalue of every layer's block. */
export const topsRequest: LayerSpectraRequest = { tensors: [], steps: STEPS, density: false };

/** Parts of the batch that the spread of an eigenvalue is taken over, at most. */
const SUBSETS = 5;

/** Q-BERT; null for a batch of one sample. */
export const subsetsRequest = ({ settings }: RunResult): SubsetEigenvaluesRequest | null =>
  settings.batchSize < 2
    ? null
    : { tensors: [], steps: STEPS, subsets: Math.min(SUBSETS, settings.batchSize) };

/** By tensor; of two answers the later one speaks. */
export const subsetLayers = (result: RunResult): ReadonlyMap<string, SubsetLayer> =>
  new Map(
    answersTo(result, "subsetEigenvalues").flatMap(({ layers }) =>
      layers.map((layer) => [layer.name, layer] as const),
    ),
  );

/** One tensor's density. */
export const densityRequest = (pattern: string, size: number): LayerSpectraRequest => ({
  tensors: [pattern],
  steps: Math.min(STEPS, size),
  density: true,
});

/** What was measured of a block last; a density counts for more than none. */
export function blockSpectrum(result: RunResult, name: string): LayerSpectrum | null {
  const found = answersTo(result, "layerSpectra")
    .flatMap(({ layers }) => layers)
    .filter((layer) => layer.name === name);
  return found.findLast(({ density }) => density !== null) ?? found.at(-1) ?? null;
}

/** A block's quadrature as a density is drawn from it; null where the block has none. */
export const densitySource = ({ density, size }: LayerSpectrum): DensitySource | null =>
  density === null
    ? null
    : { spectrum: { nodes: [density.nodes], weights: [density.weights] }, parameterCount: size };
