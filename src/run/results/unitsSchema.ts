/** Answers about units and about other batches and data, as a result holds them. */
import { limits } from "../../model/limits.ts";
import type {
  ActivationsAnswer,
  BatchSweep,
  DataSpectrum,
  Distributions,
  JacobianAnswer,
  UnitActivations,
  UnitJacobian,
} from "../protocol.ts";
import { flag, list, number, object, orNull, pair } from "./check.ts";
import {
  approximate,
  count,
  LAYERS,
  least0,
  mean,
  name,
  positive,
  row,
  STEPS,
  sentence,
  share,
} from "./common.ts";

const UNITS = 4096;
const values = list(approximate, limits.batchSamples);
const rows = list(row, limits.batchSamples);
const request = { units: list(name, UNITS), samples: positive, steps: positive, probes: positive };
const looked = { samples: positive, coupled: flag, products: count };

export const jacobian = object<JacobianAnswer>({
  request: object<JacobianAnswer["request"]>(request),
  ...looked,
  units: list(
    object<UnitJacobian>({
      ...{
        unit: name,
        rows: positive,
        columns: positive,
        largest: values,
        smallest: values,
        meanSquare: mean,
      },
      ...{ nodes: rows, weights: rows, orthogonality: least0, adjointDefect: least0 },
    }),
    UNITS,
  ),
});

export const activations = object<ActivationsAnswer>({
  request: object<ActivationsAnswer["request"]>(request),
  ...looked,
  units: list(
    object<UnitActivations>({
      ...{ unit: name, size: positive, largest: values, smallest: values, trace: mean },
      ...{ nodes: rows, weights: rows, orthogonality: least0 },
    }),
    UNITS,
  ),
});

export const batchSweep = object<BatchSweep>({
  request: object<BatchSweep["request"]>({
    least: positive,
    most: positive,
    batches: positive,
    steps: positive,
  }),
  available: positive,
  sizes: list(
    object<BatchSweep["sizes"][number]>({
      batchSize: positive,
      batches: list(
        object<BatchSweep["sizes"][number]["batches"][number]>({
          ...{ dataSeed: count, loss: number(), value: number(), residual: least0 },
          ...{ converged: flag, steps: count },
        }),
        1000,
      ),
    }),
    64,
  ),
  ...{ planned: list(positive, 64), products: count },
});

const data = object<DataSpectrum>({
  ...{ title: sentence, loss: number(), accuracy: orNull(share), top: approximate },
  trace: object<DataSpectrum["trace"]>({ estimate: number(), interval95: orNull(pair) }),
  ...{ nodes: list(row, STEPS, 1), weights: list(row, STEPS, 1) },
});

export const distributions = object<Distributions>({
  request: object<Distributions["request"]>({
    ...{ tensors: list(name, LAYERS), other: sentence, steps: positive, probes: positive },
  }),
  ...{ tensors: list(name, LAYERS), size: positive, first: data, second: orNull(data) },
  ...{ distance: orNull(least0), chance: orNull(least0) },
  topDifference: orNull(
    object<NonNullable<Distributions["topDifference"]>>({ value: number(), residual: least0 }),
  ),
  products: count,
});
