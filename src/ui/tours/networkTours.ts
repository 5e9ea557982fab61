/** Tours over several networks and their layers. */
import { count, interval, percent, scientific, significant } from "../format.ts";
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
const TRACE_PROBES = 100;
/** An interval of one probe, which a stored run does not have: it overlaps nothing, and the claim fails. */
const NOTHING = [Number.NaN, Number.NaN] as const;

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
        const [a, b] = [full.trace, nobn.trace];
        const [first, second] = [a, b].map(({ interval95 }) => interval95 ?? NOTHING);
        return {
          text:
            `The traces differ by more than a factor of two: ${significant(a.estimate, 3)} and ${significant(b.estimate, 3)} without BatchNorm. ` +
            `But with ${a.samples} probes the 95 % intervals are ${interval(first)} and ${interval(second)}: they overlap, and the page ` +
            "does not call that a difference.",
          claims: {
            "the estimates differ by more than two": a.estimate > 2 * b.estimate,
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
      title: "Look at the whiskers first",
      link: { panel: "layers", traceProbes: TRACE_PROBES },
      target: "layers",
      runs: ["resnet20"],
      say: (run) => {
        const rows = weightTraces(run);
        const open = rows.filter(holdsZero).length;
        const { samples } = run.trace;
        return {
          text:
            `With ${samples} probes the 95 % interval of ${open} of the ${rows.length} weights holds zero: their order is not known yet. ` +
            `${TRACE_PROBES} trace probes, as the form now says, narrow the intervals by a factor of about ` +
            `${significant(Math.sqrt(TRACE_PROBES / samples), 2)} or more. Press Run, where there is a GPU.`,
          claims: {
            "most intervals hold zero": open > rows.length / 2,
            "there are more probes to have": TRACE_PROBES > 2 * samples,
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
