/** What a result file may hold of answers: one row per kind that a reader of files can vouch for. */
import { printJson } from "../../model/errors.ts";
import { isObject } from "../../model/jsonObject.ts";
import { limits } from "../../model/limits.ts";
import type {
  BitPlan,
  JacobianAnswer,
  LayerSpectra,
  LayerSpectrum,
  PlannedLayer,
  RowCurvature,
  UnitJacobian,
  VectorAnswer,
} from "../protocol.ts";
import type { Answered, QuestionKind, Questions } from "../questions.ts";
import { type Check, flag, list, number, object, oneOf, orNull, pair, text, whole } from "./check.ts";
import { count, end, name, positive, row, sentence, shape, share, spread } from "./common.ts";

const LAYERS = limits.tensors;
const bits = whole({ from: 2, to: 8 });
const least0 = number({ from: 0 });
const option = { bits, cost: least0, loss: number() };
const measured = { loss: number(), accuracy: orNull(share), rise: number() };

const layer = object<PlannedLayer>({
  ...{ name, shape, size: positive, macs: least0 },
  meanTrace: object<PlannedLayer["meanTrace"]>({ estimate: number(), ...spread }),
  hawqV1: orNull(number()),
  options: list(
    object<PlannedLayer["options"][number]>({ ...option, interval95: orNull(pair), squaredError: least0 }),
    7,
    1,
  ),
  bits: orNull(bits),
  measured: orNull(object<NonNullable<PlannedLayer["measured"]>>(measured)),
});

const plan = object<BitPlan>({
  ...{ schema: oneOf("eigenscope-plan"), version: oneOf(1), engine: name },
  model: object<BitPlan["model"]>({ title: name, source: name, sha256: text(64) }),
  ...{ sentence, traceSamples: count },
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
    measure: oneOf("nothing", "plan", "layers"),
  }),
  ...{ loss: number(), accuracy: orNull(share), unquantised: count, layers: list(layer, LAYERS) },
  uniform: list(object<BitPlan["uniform"][number]>(option), 7),
  front: list(object<BitPlan["front"][number]>({ cost: least0, loss: number() }), 1000),
  frontSize: count,
  chosen: orNull(
    object<NonNullable<BitPlan["chosen"]>>({
      ...{ budget: least0, cost: least0 },
      rise: object<PlannedLayer["meanTrace"]>({ estimate: number(), ...spread }),
      measured: orNull(
        object<NonNullable<NonNullable<BitPlan["chosen"]>["measured"]>>({
          ...{ ...measured, firstOrder: number(), secondOrder: number() },
        }),
      ),
    }),
  ),
});

const sharpRow = object<RowCurvature["sharpest"][number]>({
  ...{ sample: count, token: orNull(count), curvature: number(), gaussNewton: number(), slope: number() },
  ...{ loss: number(), label: orNull(count), predicted: orNull(count) },
});

const five: Check<RowCurvature["quantiles"]> = (value, at, checking) => {
  const [a, b, c, d, e] = list(number(), 5, 5)(value, at, checking);
  return [a, b, c, d, e];
};

const vector = object<VectorAnswer>({
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

const eigenvalue = object<LayerSpectrum["top"]>({ value: number(), residual: least0, converged: flag });

const layerSpectra = object<LayerSpectra>({
  request: object<LayerSpectra["request"]>({ tensors: list(name, LAYERS), steps: positive, density: flag }),
  layers: list(
    object<LayerSpectrum>({
      ...{ name, size: positive, top: eigenvalue, bottom: eigenvalue, steps: count },
      density: orNull(object<NonNullable<LayerSpectrum["density"]>>({ nodes: row, weights: row })),
    }),
    LAYERS,
  ),
  ...{ tensors: count, products: count, memory: oneOf("all vectors", "two vectors") },
});

const singular = list(
  object<UnitJacobian["largest"][number]>({ value: least0, residual: least0, converged: flag }),
  limits.batchSamples,
);
const rows = list(row, limits.batchSamples);

const jacobian = object<JacobianAnswer>({
  request: object<JacobianAnswer["request"]>({
    ...{ units: list(name, 4096), samples: positive, steps: positive, probes: positive },
  }),
  ...{ samples: positive, coupled: flag, products: count },
  units: list(
    object<UnitJacobian>({
      ...{ unit: name, rows: positive, columns: positive, largest: singular, smallest: singular },
      meanSquare: object<UnitJacobian["meanSquare"]>({ estimate: number(), ...spread }),
      ...{ nodes: rows, weights: rows, orthogonality: least0, adjointDefect: least0 },
    }),
    4096,
  ),
});

/** Answers of other kinds are left out of what is read. */
const ANSWERS: { readonly [K in QuestionKind]?: Check<Questions[K]["answer"]> } = {
  ...{ plan, vector, layerSpectra, jacobian },
};

export const answers: Check<readonly Answered[]> = (value, at, checking) => {
  const given = list((entry) => entry, 256)(value, at, checking);
  return given.flatMap((entry, i) => {
    if (!isObject(entry)) return checking.refuse(`${at}[${i}]`, "an object", printJson(entry));
    const kind = text(40)(entry.kind, `${at}[${i}].kind`, checking);
    const check = Object.hasOwn(ANSWERS, kind) ? ANSWERS[kind as QuestionKind] : undefined;
    if (check === undefined) {
      checking.leftOut.add(`answers of the kind ${kind}`);
      return [];
    }
    return [{ kind, answer: check(entry.answer, `${at}[${i}].answer`, checking) } as Answered];
  });
};
