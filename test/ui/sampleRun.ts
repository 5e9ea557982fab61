/** A small result with known numbers, for tests of the page. */
import type { RunResult } from "../../src/run/protocol.ts";

export function sampleRun(changes: Partial<RunResult> = {}): RunResult {
  const nodes = [
    [-2, -0.01, 0.02, 1, 40],
    [-1.9, -0.02, 0.01, 1.2, 40],
  ];
  const weights = [
    [0.001, 0.4, 0.5, 0.098, 0.001],
    [0.002, 0.5, 0.4, 0.096, 0.002],
  ];
  const ritz = (value: number, index: number) => ({
    value,
    residual: 1e-5,
    converged: true,
    probe: 0,
    index,
  });
  return {
    schema: "eigenscope-result",
    version: 1,
    engine: "0.1.0",
    model: {
      id: "resnet20",
      title: "ResNet-20",
      architecture: "CIFAR ResNet-20 with BatchNorm, option-A skip connections",
      family: "cifar-resnet",
      parameterCount: 1000,
      tensors: [
        { name: "conv1.weight", shape: [10, 3, 3, 3], size: 270 },
        { name: "bn1.weight", shape: [10], size: 10 },
        { name: "linear.weight", shape: [10, 72], size: 720 },
      ],
      hasBatchNorm: true,
      classes: 10,
      source: "public/models/resnet20",
      sha256: "00",
      data: { source: "generated", sha256: "00", split: "held-out", available: 512, classNames: null },
      warnings: [],
    },
    settings: {
      bn: "eval",
      draw: "range",
      start: 0,
      dataSeed: 0,
      batchSize: 128,
      microBatch: null,
      steps: 5,
      probes: 2,
      traceProbes: 4,
      seed: 3,
      top: 2,
      bottom: 1,
    },
    microBatch: 128,
    drawn: null,
    meaning: {
      operator: "hessian",
      loss: "cross-entropy",
      reduction: "mean over samples",
      batchNorm: "eval",
      dropout: "none",
      weightDecay: 0,
      parameters: "all",
      precision: "float32",
      sentence: "Hessian of the mean cross-entropy over 128 held-out samples.",
    },
    loss: 0.25,
    accuracy: 0.93,
    gradientNorm: 4.2,
    parameterCount: 1000,
    eigenvalues: { top: [ritz(40, 4), ritz(1, 3)], bottom: [ritz(-2, 0)] },
    trace: {
      estimate: 50,
      standardError: 4,
      interval95: [37.3, 62.7],
      samples: 4,
      perLayer: [
        { name: "conv1.weight", size: 270, estimate: 27, standardError: 2, interval95: [20.6, 33.4] },
        { name: "bn1.weight", size: 10, estimate: -5, standardError: 1, interval95: [-8.2, -1.8] },
        { name: "linear.weight", size: 720, estimate: 28, standardError: null, interval95: null },
      ],
    },
    spectrum: { nodes, weights, alpha: [[], []], beta: [[], []] },
    slices: [
      {
        rank: { end: "top", place: 0 },
        eigenvalue: 40,
        slope: -1,
        steps: [-0.5, 0, 0.5],
        loss: [6, 0.25, 3],
      },
    ],
    checks: [{ name: "sum of weights", value: 1e-16, bound: 1e-9, passed: true }],
    device: {
      name: "Test GPU",
      vendor: "test",
      architecture: "test",
      software: false,
      host: "worker",
      limits: {
        maxBufferSize: 1,
        maxStorageBufferBindingSize: 1,
        maxComputeWorkgroupStorageSize: 1,
        maxComputeInvocationsPerWorkgroup: 1,
      },
      features: [],
    },
    products: 12,
    seconds: 1.5,
    ...changes,
  };
}
