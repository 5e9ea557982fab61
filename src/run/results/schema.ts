/** What a result file may hold: `RunResult` field by field, with the caps of the readers. */
import { limits } from "../../model/limits.ts";
import type {
  DeviceReport,
  Landscape,
  LandscapeAxis,
  LayerTrace,
  LossSlice,
  ModelCard,
  NotChecked,
  RitzValue,
  Check as RunCheck,
  RunResult,
  RunSettings,
} from "../protocol.ts";
import { answers } from "./answersSchema.ts";
import {
  byKind,
  type Check,
  flag,
  list,
  mayLack,
  number,
  object,
  olderLack,
  oneOf,
  orNull,
  text,
  whole,
} from "./check.ts";
import { count, end, name, positive, row, STEPS, sentence, shape, share, spread } from "./common.ts";
import { kernelsUsed } from "./kernelsSchema.ts";
import { passport } from "./passportSchema.ts";

/** Numbers of one list: a plane of 1000 by 1000 points. */
const LONGEST = 2 ** 20;

/** What was not finite stands as null in JSON. */
const finiteOrNaN: Check<number> = (value, at, checking) =>
  value === null ? Number.NaN : number()(value, at, checking);

const tensor = object<ModelCard["tensors"][number]>({
  ...{ name, shape, size: positive, group: mayLack(name) },
});

const model = object<ModelCard>({
  id: orNull(text(40)),
  ...{ title: name, architecture: sentence, family: name, parameterCount: positive },
  tensors: list(tensor, limits.tensors, 1),
  hasBatchNorm: flag,
  units: mayLack(list(name, 4096)),
  candidates: mayLack(
    list(object({ name, shape, group: name, byDefault: flag, chosen: flag }), limits.onnxEntries),
  ),
  input: mayLack(oneOf("images", "x", "input_ids", "arrays")),
  ...{ classes: count, source: name, sha256: text(64) },
  data: object<ModelCard["data"]>({
    ...{ source: name, sha256: text(64), split: name, available: count },
    classNames: orNull(list(name, limits.classes)),
    ...{ mean: mayLack(list(number(), 1024)), std: mayLack(list(number(), 1024)) },
  }),
  warnings: list(sentence, 256),
});

const operator = oneOf("hessian", "ggn", "fisher", "fisher-mc", "empirical-fisher", "residual");
const METHODS = ["hutchinson", "hutch++", "xtrace", "exact"] as const;
const seed = whole({ from: 0, to: 2 ** 32 - 1 });

const settings = object<RunSettings>({
  bn: oneOf("eval", "batch"),
  draw: olderLack(oneOf("range", "random"), "range"),
  ...{ start: count, dataSeed: olderLack(seed, 0), batchSize: positive },
  operator: mayLack(operator),
  params: mayLack(list(name, 4096)),
  weightDecay: mayLack(number({ from: 0 })),
  microBatch: olderLack(orNull(positive), null),
  ...{ steps: positive, probes: positive, traceProbes: positive, seed },
  traceMethod: mayLack(oneOf(...METHODS, "auto")),
  ...{ top: count, bottom: count },
});

const meaning = object<RunResult["meaning"]>({
  operator,
  loss: oneOf("cross-entropy", "mean-squared-error"),
  reduction: oneOf("mean over samples", "mean over labelled tokens", "mean over samples and outputs"),
  batchNorm: oneOf("eval", "batch", "none"),
  dropout: oneOf("none"),
  weightDecay: number({ from: 0 }),
  parameters: (value, at, checking) =>
    value === "all" ? "all" : list(name, limits.tensors)(value, at, checking),
  precision: oneOf("float32"),
  sentence,
});

const ritz = object<RitzValue>({
  ...{ value: number(), residual: number({ from: 0 }), converged: flag, probe: count, index: count },
});

const trace = object<RunResult["trace"]>({
  estimate: finiteOrNaN,
  ...spread,
  samples: count,
  method: mayLack(oneOf(...METHODS)),
  reason: mayLack(sentence),
  perLayer: list(object<LayerTrace>({ name, size: positive, estimate: number(), ...spread }), limits.tensors),
});

const rank = object<LossSlice["rank"]>({ end, place: count });

const slice = object<LossSlice>({
  ...{ rank, eigenvalue: number(), slope: number() },
  ...{ steps: list(number(), STEPS, 2), loss: list(finiteOrNaN, STEPS, 2) },
});

const direction = byKind<LandscapeAxis["direction"]>({
  ritz: object({ kind: oneOf("ritz"), end, place: count, eigenvalue: number() }),
  random: object({ kind: oneOf("random"), seed, oneDimensional: oneOf("zero", "scaled") }),
  gradient: object({ kind: oneOf("gradient") }),
  checkpoint: object({ kind: oneOf("checkpoint"), file: name, sha256: text(64) }),
  vector: object({ kind: oneOf("vector"), name }),
});

const landscape = object<Landscape>({
  axes: list(
    object<LandscapeAxis>({
      ...{ direction, length: number({ from: 0 }), steps: list(number(), STEPS, 2) },
    }),
    2,
    1,
  ),
  batchNorm: oneOf("eval", "batch", "none"),
  measured: count,
  ...{ loss: list(orNull(number()), LONGEST), accuracy: list(orNull(share), LONGEST) },
  prediction: orNull(
    object<NonNullable<Landscape["prediction"]>>({
      loss: number(),
      slope: list(number(), 2, 1),
      curvature: list(list(number(), 2, 1), 2, 1),
    }),
  ),
  marks: list(object<Landscape["marks"][number]>({ label: name, at: list(number(), 2, 1) }), 64),
});

const device = object<DeviceReport>({
  ...{ name, vendor: name, architecture: name, software: flag },
  host: oneOf("worker", "main", "node"),
  limits: object<DeviceReport["limits"]>({
    ...{ maxBufferSize: count, maxStorageBufferBindingSize: count },
    ...{ maxComputeWorkgroupStorageSize: count, maxComputeInvocationsPerWorkgroup: count },
  }),
  features: list(name, 256),
  budget: mayLack(number({ from: 0 })),
  passport: mayLack(passport),
});

const check = object<RunCheck>({ name, value: finiteOrNaN, bound: number(), passed: flag });

/** Without what its fields must agree on (agree.ts). */
export const resultSchema: Check<RunResult> = object<RunResult>({
  schema: oneOf("eigenscope-result"),
  version: oneOf(1),
  ...{ engine: name, model, settings },
  microBatch: olderLack(positive, 0),
  drawn: olderLack(orNull(list(count, limits.batchSamples)), null),
  meaning,
  loss: number(),
  accuracy: orNull(share),
  ...{ gradientNorm: number({ from: 0 }), parameterCount: positive },
  eigenvalues: object<RunResult["eigenvalues"]>({ top: list(ritz, STEPS), bottom: list(ritz, STEPS) }),
  trace,
  spectrum: object<RunResult["spectrum"]>({
    ...{ nodes: list(row, 4096, 1), weights: list(row, 4096, 1) },
    ...{ alpha: list(row, 4096), beta: list(row, 4096) },
    densityOnly: mayLack(object<NonNullable<RunResult["spectrum"]["densityOnly"]>>({ ghosts: count })),
    basisInHostMemory: mayLack(
      object<NonNullable<RunResult["spectrum"]["basisInHostMemory"]>>({ bytes: positive }),
    ),
    basisInFile: mayLack(object<NonNullable<RunResult["spectrum"]["basisInFile"]>>({ bytes: positive })),
  }),
  slices: list(slice, 1024),
  landscapes: mayLack(list(landscape, 64)),
  answers: mayLack(answers),
  checks: list(check, 256),
  notChecked: mayLack(list(object<NotChecked>({ name, reason: sentence }), 256)),
  losses: mayLack(count),
  kernels: mayLack(kernelsUsed),
  ...{ device, products: count, seconds: number({ from: 0 }) },
});
