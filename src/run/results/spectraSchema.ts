/** Answers about vectors of eigenvalues and about blocks of single tensors, as a result holds them. */
import type {
  LayerSpectra,
  LayerSpectrum,
  RowCurvature,
  SubsetEigenvalues,
  VectorAnswer,
} from "../protocol.ts";
import { type Check, flag, list, number, object, oneOf, orNull } from "./check.ts";
import { approximate, count, end, LAYERS, least0, name, positive, row, sentence } from "./common.ts";

const sharpRow = object<RowCurvature["sharpest"][number]>({
  ...{ sample: count, token: orNull(count), curvature: number(), gaussNewton: number(), slope: number() },
  ...{ loss: number(), label: orNull(count), predicted: orNull(count) },
});

const five: Check<RowCurvature["quantiles"]> = (value, at, checking) => {
  const [a, b, c, d, e] = list(number(), 5, 5)(value, at, checking);
  return [a, b, c, d, e];
};

export const vector = object<VectorAnswer>({
  rank: object<VectorAnswer["rank"]>({ end, place: count }),
  ...{ eigenvalue: number(), residual: least0, lanczosResidual: least0, rayleigh: number() },
  participation: least0,
  tensors: list(
    object<VectorAnswer["tensors"][number]>({
      ...{ name, size: positive, mass: least0, channels: positive },
      largest: list(
        object<VectorAnswer["tensors"][number]["largest"][number]>({ channel: count, mass: least0 }),
        1000,
      ),
    }),
    LAYERS,
  ),
  curvature: orNull(
    object<RowCurvature>({
      rows: oneOf("samples", "labelled tokens"),
      ...{ count: positive, mean: number(), quantiles: five, sharpestTenth: number() },
      sharpest: list(sharpRow, 100),
    }),
  ),
  without: orNull(sentence),
});

export const layerSpectra = object<LayerSpectra>({
  request: object<LayerSpectra["request"]>({ tensors: list(name, LAYERS), steps: positive, density: flag }),
  layers: list(
    object<LayerSpectrum>({
      ...{ name, size: positive, top: approximate, bottom: approximate, steps: count },
      density: orNull(object<NonNullable<LayerSpectrum["density"]>>({ nodes: row, weights: row })),
    }),
    LAYERS,
  ),
  ...{ tensors: count, products: count, memory: oneOf("all vectors", "two vectors") },
});

export const subsetEigenvalues = object<SubsetEigenvalues>({
  request: object<SubsetEigenvalues["request"]>({
    ...{ tensors: list(name, LAYERS), steps: positive, subsets: positive },
  }),
  samples: positive,
  layers: list(
    object<SubsetEigenvalues["layers"][number]>({
      ...{ name, size: positive, values: row, converged: flag, mean: number() },
      ...{ std: orNull(least0), qbert: orNull(number()) },
    }),
    LAYERS,
  ),
  products: count,
});
