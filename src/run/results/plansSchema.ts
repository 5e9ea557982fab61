/** Bit plans and pruning plans, as a result holds them. */
import { limits } from "../../model/limits.ts";
import type { BitPlan, PlannedLayer, PrunedLayer, PrunePlan } from "../protocol.ts";
import { flag, list, mayLack, number, object, oneOf, orNull, pair, text, whole } from "./check.ts";
import { count, LAYERS, least0, mean, name, positive, sentence, shape, share } from "./common.ts";

const bits = whole({ from: 2, to: 8 });
const option = { bits, cost: least0, loss: number() };
const measured = { loss: number(), accuracy: orNull(share), rise: number() };

const layer = object<PlannedLayer>({
  ...{ name, shape, size: positive, macs: least0 },
  meanTrace: mean,
  hawqV1: orNull(number()),
  options: list(
    object<PlannedLayer["options"][number]>({ ...option, interval95: orNull(pair), squaredError: least0 }),
    7,
    1,
  ),
  bits: orNull(bits),
  measured: orNull(object<NonNullable<PlannedLayer["measured"]>>(measured)),
});

export const plan = object<BitPlan>({
  ...{ schema: oneOf("eigenscope-plan"), version: oneOf(1), engine: name },
  model: object<BitPlan["model"]>({ title: name, source: name, sha256: text(64) }),
  ...{ sentence, traceSamples: count, traceReason: mayLack(sentence) },
  request: object<BitPlan["request"]>({
    bits: list(bits, 7, 1),
    scheme: oneOf("symmetric", "asymmetric"),
    granularity: oneOf("tensor", "channel", "group"),
    groupSize: positive,
    cost: oneOf("size", "bops", "latency"),
    budget: orNull(
      object<NonNullable<BitPlan["request"]["budget"]>>({
        kind: oneOf("fraction", "absolute"),
        value: number(),
      }),
    ),
    activationBits: orNull(positive),
    tied: list(list(name, LAYERS), LAYERS),
    traces: mayLack(oneOf("auto", "run")),
    measure: oneOf("nothing", "plan", "layers"),
  }),
  ...{ loss: number(), accuracy: orNull(share), unquantised: count, layers: list(layer, LAYERS) },
  uniform: list(object<BitPlan["uniform"][number]>(option), 7),
  front: list(object<BitPlan["front"][number]>({ cost: least0, loss: number() }), 1000),
  frontSize: count,
  chosen: orNull(
    object<NonNullable<BitPlan["chosen"]>>({
      ...{ budget: least0, cost: least0 },
      rise: mean,
      measured: orNull(
        object<NonNullable<NonNullable<BitPlan["chosen"]>["measured"]>>({
          ...{ ...measured, firstOrder: number(), secondOrder: number() },
        }),
      ),
    }),
  ),
});

/** A number per output channel. */
const channels = list(number(), limits.tensorElements);

const prunedLayer = object<PrunedLayer>({
  ...{ name, shape, axis: count, size: positive, macs: least0 },
  ...{ meanTrace: channels, interval95: orNull(list(pair, limits.tensorElements)), squaredNorm: channels },
  ...{ rise: channels, removed: list(count, limits.tensorElements) },
});

export const prune = object<PrunePlan>({
  ...{ schema: oneOf("eigenscope-prune"), version: oneOf(1), engine: name },
  model: object<PrunePlan["model"]>({ title: name, source: name, sha256: text(64) }),
  sentence,
  request: object<PrunePlan["request"]>({
    tensors: list(name, LAYERS),
    budget: orNull(
      object<NonNullable<PrunePlan["request"]["budget"]>>({ kind: oneOf("parameters", "macs"), kept: share }),
    ),
    ...{ probes: count, measure: flag },
  }),
  ...{ traceSamples: count, traceReason: sentence, loss: number(), accuracy: orNull(share) },
  layers: list(prunedLayer, LAYERS),
  total: object<PrunePlan["total"]>({ channels: count, parameters: count, macs: least0 }),
  front: list(object<PrunePlan["front"][number]>({ kept: share, rise: number() }), 1000),
  chosen: orNull(
    object<NonNullable<PrunePlan["chosen"]>>({
      ...{ channels: count, parameters: count, macs: least0, rise: mean, leastRise: number() },
      measured: orNull(
        object<NonNullable<NonNullable<PrunePlan["chosen"]>["measured"]>>({
          ...{ ...measured, firstOrder: number(), secondOrder: number() },
        }),
      ),
    }),
  ),
});
