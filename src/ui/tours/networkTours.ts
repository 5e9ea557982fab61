/** Tours over several networks and their layers. */
import { answersTo } from "../../store/answers.ts";
import { negativeShare } from "../../store/spectralCounts.ts";
import { numbers, tours as words } from "../../strings/en.ts";
import { count, percent, scientific, significant } from "../format.ts";
import {
  bulkText,
  eigenvalue,
  holdsZero,
  largestBy,
  massNearZero,
  perParameter,
  weightTraces,
} from "./facts.ts";
import type { Tour } from "./tour.ts";

const THREE = ["resnet20", "resnet20-nobn", "resnet20-noskip"];
const UNMEASURED = { rise: Number.NaN, firstOrder: Number.NaN, secondOrder: Number.NaN };
/** What a stored run does not have: it overlaps nothing, and the claim fails. */
const NOTHING = [Number.NaN, Number.NaN] as const;
const UNKNOWN = { fraction: Number.NaN, interval95: NOTHING };
const shares = ([low, high]: readonly [number, number]): string =>
  numbers.interval(percent(low), percent(high));

export const norms: Tour = {
  title: words.norms.title,
  stops: [
    {
      title: words.norms.omissions.title,
      link: { panel: "study" },
      target: "study",
      runs: THREE,
      say: (full, nobn, noskip) => {
        const [a, b, c] = [full, nobn, noskip].map((run) => eigenvalue(run, "top1").ritz.value);
        return {
          text: words.norms.omissions.text(significant(a), significant(b), significant(c)),
          claims: {
            "the full network is the sharpest": a > b && a > c,
            "all three were measured alike":
              full.settings.batchSize === nobn.settings.batchSize &&
              full.settings.batchSize === noskip.settings.batchSize,
          },
        };
      },
    },
    {
      title: words.norms.negative.title,
      link: { panel: "study" },
      target: "study",
      runs: THREE,
      say: (full, nobn, noskip) => {
        const [a, b, c] = [full, nobn, noskip].map((run) => eigenvalue(run, "bottom1").ritz.value);
        return {
          text: words.norms.negative.text({
            withoutNorm: significant(b, 3),
            full: significant(a, 3),
            withoutSkip: significant(c, 3),
            shares: [nobn, full, noskip].map((run) => percent(share(run))).join(", "),
          }),
          claims: {
            "the one without BatchNorm reaches lowest": b < a && b < c,
            "also beside its largest": share(nobn) > share(full) && share(nobn) > share(noskip),
          },
        };
      },
    },
    {
      title: words.norms.unclaimed.title,
      link: { panel: "study" },
      target: "study",
      runs: THREE,
      say: (full, nobn) => {
        const [a, b] = [full, nobn].map((run) => negativeShare(run) ?? UNKNOWN);
        const [first, second] = [a, b].map(({ interval95 }) => interval95);
        return {
          text: words.norms.unclaimed.text({
            full: percent(a.fraction),
            withoutNorm: percent(b.fraction),
            probes: full.settings.probes,
            steps: full.settings.steps,
            fullBounds: shares(first),
            withoutNormBounds: shares(second),
          }),
          claims: {
            "the estimates differ by far": Math.abs(a.fraction - b.fraction) > 0.3,
            "the intervals overlap": first[0] < second[1] && second[0] < first[1],
          },
        };
      },
    },
  ],
};

const share = (run: Parameters<typeof eigenvalue>[0]): number =>
  -eigenvalue(run, "bottom1").ritz.value / eigenvalue(run, "top1").ritz.value;

export const bits: Tour = {
  title: words.bits.title,
  stops: [
    {
      title: words.bits.trace.title,
      link: { panel: "layers", layerMeasure: "trace" },
      target: "layers",
      runs: ["resnet20"],
      say: (run) => {
        const rows = weightTraces(run);
        const most = largestBy(rows, ({ estimate }) => estimate);
        return {
          text: words.bits.trace.text({
            tensors: rows.length,
            tensor: most.name,
            trace: significant(most.estimate, 3),
            size: count(most.size),
          }),
          claims: { "it is one of the large ones": most.size > run.parameterCount / rows.length },
        };
      },
    },
    {
      title: words.bits.perParameter.title,
      link: { panel: "layers" },
      target: "layers",
      runs: ["resnet20"],
      say: (run) => {
        const rows = weightTraces(run);
        const [most, largest] = [largestBy(rows, perParameter), largestBy(rows, ({ estimate }) => estimate)];
        return {
          text: words.bits.perParameter.text({
            tensor: most.name,
            mean: scientific(perParameter(most)),
            times: significant(perParameter(most) / perParameter(largest), 2),
            largest: largest.name,
          }),
          claims: {
            "another layer comes first": most.name !== largest.name,
            "it is more sensitive": perParameter(most) > 2 * perParameter(largest),
            "it is smaller": most.size < largest.size,
          },
        };
      },
    },
    {
      title: words.bits.measured.title,
      link: { panel: "layers" },
      target: "plan",
      runs: ["resnet20"],
      say: (run) => {
        const plan = answersTo(run, "plan").findLast(({ chosen }) => chosen?.measured != null)?.chosen;
        const [rise, measured] = [plan?.rise.estimate ?? Number.NaN, plan?.measured ?? UNMEASURED];
        return {
          text: words.bits.measured.text({
            predicted: significant(rise, 2),
            rise: significant(measured.rise, 2),
            secondOrder: significant(measured.secondOrder, 2),
            firstOrder: significant(measured.firstOrder, 2),
          }),
          claims: {
            "the traces are exact": run.trace.method === "exact",
            "the curvature is as predicted":
              measured.secondOrder > rise / 2 && measured.secondOrder < 2 * rise,
            "the slope gives the most": measured.firstOrder > 2 * measured.secondOrder,
            "both together are the rise":
              Math.abs(measured.firstOrder + measured.secondOrder - measured.rise) < 0.2 * measured.rise,
          },
        };
      },
    },
  ],
};

export const families: Tour = {
  title: words.families.title,
  stops: [
    {
      title: words.families.bert.title,
      link: { model: "bert-opinions" },
      target: "density",
      runs: ["bert-opinions", "resnet20"],
      say: (bert, resnet) => ({
        text: words.families.bert.text(
          bulkText(bert),
          significant(eigenvalue(bert, "top1").ritz.value, 3),
          bulkText(resnet),
        ),
        claims: {
          "both have more than 99.9 % near zero":
            massNearZero(bert, 0.01) > 0.999 && massNearZero(resnet, 0.01) > 0.999,
        },
      }),
    },
    {
      title: words.families.beside.title,
      link: { model: "bert-opinions", panel: "compare", compare: "resnet20" },
      target: "compare",
      runs: ["bert-opinions", "resnet20"],
      say: (bert, resnet) => ({
        text: words.families.beside.text(percent(share(bert)), percent(share(resnet))),
        claims: { "its negative end is larger": share(bert) > 2 * share(resnet) },
      }),
    },
    {
      title: words.families.where.title,
      link: { model: "bert-opinions", panel: "layers", layerTensors: "all" },
      target: "layers",
      runs: ["bert-opinions"],
      say: (bert) => {
        const most = largestBy(bert.trace.perLayer, perParameter);
        const biggest = largestBy(bert.trace.perLayer, ({ size }) => size);
        return {
          text: words.families.where.text({
            tensor: most.name,
            mean: scientific(perParameter(most)),
            size: count(most.size),
            biggest: biggest.name,
            share: percent(biggest.size / bert.parameterCount),
            times: significant(perParameter(most) / perParameter(biggest), 2),
          }),
          claims: {
            "a small tensor leads": most.size < 0.01 * bert.parameterCount,
            "and its interval leaves out zero, or the lead is tenfold":
              !holdsZero(most) || perParameter(most) > 10 * perParameter(biggest),
            "the type embeddings are shared by every token": most.name.endsWith(
              "token_type_embeddings.weight",
            ),
          },
        };
      },
    },
  ],
};
