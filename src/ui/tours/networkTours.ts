/** Tours over several networks and their layers. */
import { answersTo } from "../../store/answers.ts";
import { negativeShare } from "../../store/spectralCounts.ts";
import { count, percent, scientific, significant } from "../format.ts";
import { plural } from "../words.ts";
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
const shares = ([low, high]: readonly [number, number]): string => `${percent(low)} to ${percent(high)}`;

export const norms: Tour = {
  title: "BatchNorm and skip connections",
  stops: [
    {
      title: "One network, two omissions",
      link: { panel: "study" },
      target: "study",
      runs: THREE,
      say: (full, nobn, noskip) => {
        const [a, b, c] = [full, nobn, noskip].map((run) => eigenvalue(run, "top1").ritz.value);
        return {
          text:
            `ResNet-20 has λ₁ = ${significant(a)}; without BatchNorm ${significant(b)}, without skip connections ${significant(c)}. ` +
            "On these samples the full network is the sharpest of the three. One trained network each is an example, not a law.",
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
      title: "The negative end",
      link: { panel: "study" },
      target: "study",
      runs: THREE,
      say: (full, nobn, noskip) => {
        const [a, b, c] = [full, nobn, noskip].map((run) => eigenvalue(run, "bottom1").ritz.value);
        return {
          text:
            `Without BatchNorm the spectrum reaches down to ${significant(b, 3)}, with it to ${significant(a, 3)}, and without skip ` +
            `connections to ${significant(c, 3)}. Beside their largest eigenvalues that is ` +
            `${[nobn, full, noskip].map((run) => percent(share(run))).join(", ")}.`,
          claims: {
            "the one without BatchNorm reaches lowest": b < a && b < c,
            "also beside its largest": share(nobn) > share(full) && share(nobn) > share(noskip),
          },
        };
      },
    },
    {
      title: "What cannot be claimed",
      link: { panel: "study" },
      target: "study",
      runs: THREE,
      say: (full, nobn) => {
        const [a, b] = [full, nobn].map((run) => negativeShare(run) ?? UNKNOWN);
        const [first, second] = [a, b].map(({ interval95 }) => interval95);
        return {
          text:
            `By the quadrature ${percent(a.fraction)} of the eigenvalues lie below zero, and ${percent(b.fraction)} without BatchNorm. ` +
            `But what ${plural(full.settings.probes, "probe")} of ${full.settings.steps} steps can vouch for is ${shares(first)}, and ` +
            `${shares(second)}: they overlap, and the page does not call that a difference.`,
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
  title: "Which layers to quantise",
  stops: [
    {
      title: "Trace by layer",
      link: { panel: "layers", layerMeasure: "trace" },
      target: "layers",
      runs: ["resnet20"],
      say: (run) => {
        const rows = weightTraces(run);
        const most = largestBy(rows, ({ estimate }) => estimate);
        return {
          text:
            `To second order, rounding a weight raises the loss by half its curvature times the square of the error. Of ${rows.length} weight tensors ` +
            `${most.name} has the largest trace, ${significant(most.estimate, 3)}, but it also has ${count(most.size)} parameters to share it.`,
          claims: { "it is one of the large ones": most.size > run.parameterCount / rows.length },
        };
      },
    },
    {
      title: "Per parameter it is another layer",
      link: { panel: "layers" },
      target: "layers",
      runs: ["resnet20"],
      say: (run) => {
        const rows = weightTraces(run);
        const [most, largest] = [largestBy(rows, perParameter), largestBy(rows, ({ estimate }) => estimate)];
        return {
          text:
            `Divided by its size, ${most.name} comes first: ${scientific(perParameter(most))} per parameter, ` +
            `${significant(perParameter(most) / perParameter(largest), 2)} times that of ${largest.name}. ` +
            "HAWQ-V2 gives such layers the most bits: they are small, so that costs little.",
          claims: {
            "another layer comes first": most.name !== largest.name,
            "it is more sensitive": perParameter(most) > 2 * perParameter(largest),
            "it is smaller": most.size < largest.size,
          },
        };
      },
    },
    {
      title: "Predicted and measured",
      link: { panel: "layers" },
      target: "plan",
      runs: ["resnet20"],
      say: (run) => {
        const plan = answersTo(run, "plan").findLast(({ chosen }) => chosen?.measured != null)?.chosen;
        const [rise, measured] = [plan?.rise.estimate ?? Number.NaN, plan?.measured ?? UNMEASURED];
        return {
          text:
            `The traces here are exact, and the best plan half-way between the fewest and the most bits predicts a rise of ${significant(rise, 2)}. ` +
            `Measured with the rounded weights it is ${significant(measured.rise, 2)}: the curvature along the error gives ` +
            `${significant(measured.secondOrder, 2)}, as predicted, and the slope, which HAWQ leaves out, ${significant(measured.firstOrder, 2)}.`,
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
  title: "ResNet and BERT",
  stops: [
    {
      title: "A transformer has a bulk and outliers too",
      link: { model: "bert-opinions" },
      target: "density",
      runs: ["bert-opinions", "resnet20"],
      say: (bert, resnet) => ({
        text:
          `${bulkText(bert)} of the spectrum of this BERT lies within one hundredth of its largest eigenvalue, ` +
          `${significant(eigenvalue(bert, "top1").ritz.value, 3)}; in ResNet-20 it was ${bulkText(resnet)}. ` +
          "Other layers, other data, the same shape.",
        claims: {
          "both have more than 99.9 % near zero":
            massNearZero(bert, 0.01) > 0.999 && massNearZero(resnet, 0.01) > 0.999,
        },
      }),
    },
    {
      title: "Side by side",
      link: { model: "bert-opinions", panel: "compare", compare: "resnet20" },
      target: "compare",
      runs: ["bert-opinions", "resnet20"],
      say: (bert, resnet) => ({
        text:
          `The negative end of BERT is ${percent(share(bert))} of its largest eigenvalue, that of ResNet-20 ${percent(share(resnet))}. ` +
          "Their data differ, which the page says above the figure: the shapes can be compared, the sizes hardly.",
        claims: { "its negative end is larger": share(bert) > 2 * share(resnet) },
      }),
    },
    {
      title: "Where the curvature sits",
      link: { model: "bert-opinions", panel: "layers", layerTensors: "all" },
      target: "layers",
      runs: ["bert-opinions"],
      say: (bert) => {
        const most = largestBy(bert.trace.perLayer, perParameter);
        const biggest = largestBy(bert.trace.perLayer, ({ size }) => size);
        return {
          text:
            `Per parameter, ${most.name} leads with ${scientific(perParameter(most))}: ${count(most.size)} numbers that every token shares. ` +
            `The largest tensor, ${biggest.name}, holds ${percent(biggest.size / bert.parameterCount)} of the parameters and has ` +
            `${significant(perParameter(most) / perParameter(biggest), 2)} times less curvature each.`,
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
