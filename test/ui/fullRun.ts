/** A result that holds everything a result file may hold, with little of each. */
import type { BitPlan, LayerSpectra, RunResult, VectorAnswer } from "../../src/run/protocol.ts";
import { moreAnswers } from "./moreAnswers.ts";
import { sampleRun } from "./sampleRun.ts";

export function fullRun(): RunResult {
  const base = sampleRun();
  const spread = { standardError: 1, interval95: [0, 2] as const };
  const plan: BitPlan = {
    ...{ schema: "eigenscope-plan", version: 1, engine: "0.1.0" },
    model: { title: "ResNet-20", source: "a", sha256: "00" },
    ...{ sentence: "Hessian.", traceSamples: 4 },
    request: {
      ...{ bits: [2, 8], scheme: "symmetric", granularity: "channel", groupSize: 64, cost: "size" },
      ...{
        budget: { kind: "fraction", value: 0.5 },
        activationBits: null,
        tied: [["a", "b"]],
        measure: "plan",
      },
    },
    ...{ loss: 0.25, accuracy: null, unquantised: 10 },
    layers: [
      {
        ...{ name: "conv1.weight", shape: [10, 3, 3, 3], size: 270, macs: 1000 },
        ...{ meanTrace: { estimate: 1, ...spread }, hawqV1: null },
        options: [{ bits: 2, cost: 68, loss: 0.1, interval95: null, squaredError: 0.2 }],
        ...{ bits: 2, measured: { loss: 0.3, accuracy: 0.9, rise: 0.05 } },
      },
    ],
    uniform: [{ bits: 2, cost: 68, loss: 0.1 }],
    ...{ front: [{ cost: 68, loss: 0.1 }], frontSize: 1 },
    chosen: {
      ...{ budget: 100, cost: 68, rise: { estimate: 0.1, ...spread } },
      measured: { loss: 0.3, accuracy: 0.9, rise: 0.05, firstOrder: 0.01, secondOrder: 0.04 },
    },
  };
  const vector: VectorAnswer = {
    rank: { end: "top", place: 0 },
    ...{ eigenvalue: 40, residual: 1e-5, lanczosResidual: 1e-5, rayleigh: 40, participation: 12 },
    tensors: [
      { name: "conv1.weight", size: 270, mass: 1, channels: 10, largest: [{ channel: 3, mass: 0.5 }] },
    ],
    curvature: {
      ...{ rows: "samples", count: 128, mean: 40, quantiles: [-1, 2, 3, 4, 400], sharpestTenth: 0.9 },
      sharpest: [
        {
          ...{ sample: 7, token: null, curvature: 400, gaussNewton: 390, slope: 1 },
          ...{ loss: 2, label: 3, predicted: 5 },
        },
      ],
    },
    without: null,
  };
  const spectra: LayerSpectra = {
    request: { tensors: ["conv1.*"], steps: 4, density: true },
    layers: [
      {
        ...{ name: "conv1.weight", size: 270, steps: 2 },
        top: { value: 9, residual: 1e-6, converged: true },
        bottom: { value: -1, residual: 1e-3, converged: false },
        density: { nodes: [-1, 9], weights: [0.5, 0.5] },
      },
    ],
    ...{ tensors: 1, products: 2, memory: "all vectors" },
  };
  return {
    ...base,
    landscapes: [
      {
        axes: [
          { direction: { kind: "ritz", end: "top", place: 0, eigenvalue: 40 }, length: 1, steps: [-1, 1] },
          { direction: { kind: "random", seed: 3, oneDimensional: "zero" }, length: 2, steps: [0, 1] },
        ],
        ...{ batchNorm: "eval", measured: 3, loss: [1, 2, null, 4], accuracy: [0.5, null, null, 1] },
        prediction: {
          loss: 1,
          slope: [0, 1],
          curvature: [
            [1, 0],
            [0, 2],
          ],
        },
        marks: [{ label: "weights", at: [0, 0] }],
      },
    ],
    answers: [
      { kind: "plan", answer: plan },
      { kind: "vector", answer: vector },
      { kind: "layerSpectra", answer: spectra },
      ...moreAnswers,
    ],
  };
}
