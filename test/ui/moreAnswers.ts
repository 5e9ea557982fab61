/** Answers about units, channels and other data, with little of each. */
import type { Answered } from "../../src/run/questions.ts";

const mean = { estimate: 1, standardError: 1, interval95: [0, 2] as const };
const near = { value: 2, residual: 1e-6, converged: true };
const quadrature = { nodes: [[0.1, 2]], weights: [[0.5, 0.5]] };
const request = { units: ["layer1.0"], samples: 2, steps: 2, probes: 1 };
const looked = { samples: 2, coupled: false, products: 4 };
const data = { title: "images 0 to 1", loss: 1, accuracy: null, top: near, ...quadrature };

export const moreAnswers: readonly Answered[] = [
  {
    kind: "jacobian",
    answer: {
      ...{ request, ...looked },
      units: [
        {
          ...{ unit: "layer1.0", rows: 4, columns: 4, meanSquare: mean, largest: [near], smallest: [near] },
          ...{ ...quadrature, orthogonality: 1e-7, adjointDefect: 1e-7 },
        },
      ],
    },
  },
  {
    kind: "activations",
    answer: {
      ...{ request, ...looked },
      units: [
        {
          ...{ unit: "layer1.0", size: 4, largest: [near], smallest: [near], trace: mean },
          ...{ ...quadrature, orthogonality: 1e-7 },
        },
      ],
    },
  },
  {
    kind: "subsetEigenvalues",
    answer: {
      request: { tensors: [], steps: 4, subsets: 2 },
      samples: 64,
      layers: [
        { name: "conv1.weight", size: 270, values: [1, 3], converged: true, mean: 2, std: 1.4, qbert: 3.4 },
      ],
      products: 16,
    },
  },
  {
    kind: "batchSweep",
    answer: {
      request: { least: 2, most: 4, batches: 1, steps: 8 },
      available: 512,
      sizes: [{ batchSize: 2, batches: [{ dataSeed: 0, loss: 1, ...near, steps: 5 }] }],
      ...{ planned: [2, 4], products: 5 },
    },
  },
  {
    kind: "distributions",
    answer: {
      request: { tensors: [], other: "noise", steps: 8, probes: 1 },
      ...{ tensors: ["linear.weight"], size: 720 },
      first: { ...data, trace: { estimate: 5, interval95: null } },
      second: { ...data, trace: { estimate: 6, interval95: [1, 11] } },
      ...{ distance: 0.2, chance: null, topDifference: { value: 0, residual: 1e-6 }, products: 16 },
    },
  },
  {
    kind: "prune",
    answer: {
      ...{ schema: "eigenscope-prune", version: 1, engine: "0.1.0", sentence: "Hessian." },
      model: { title: "ResNet-20", source: "a", sha256: "00" },
      request: { tensors: [], budget: { kind: "macs", kept: 0.5 }, probes: 0, measure: true },
      ...{ traceSamples: 0, traceReason: "A closed sum.", loss: 0.25, accuracy: 0.9 },
      layers: [
        {
          ...{ name: "conv1.weight", shape: [2, 3, 3, 3], axis: 0, size: 54, macs: 100 },
          ...{ meanTrace: [1, 2], interval95: null, squaredNorm: [3, 4], rise: [1.5, 4], removed: [0] },
        },
      ],
      total: { channels: 2, parameters: 54, macs: 100 },
      front: [{ kept: 0.5, rise: 1.5 }],
      chosen: {
        ...{ channels: 1, parameters: 27, macs: 50, rise: mean, leastRise: 1.5 },
        measured: { loss: 0.3, accuracy: 0.8, rise: 0.05, firstOrder: 0.1, secondOrder: -0.05 },
      },
    },
  },
];
