/** Tours of one spectrum: its bulk and outliers, and what sharp and flat mean for the loss. */
import { replayed } from "../../store/lesson/lanczos.ts";
import { tours as words } from "../../strings/en.ts";
import { predictedLoss } from "../charts/sliceGeometry.ts";
import { count, scientific, significant } from "../format.ts";
import { bulkText, eigenvalue, lossAt, massNearZero, sliceAlong } from "./facts.ts";
import type { Tour } from "./tour.ts";

const FULL = ["resnet20"];

export const bulk: Tour = {
  title: words.bulk.title,
  stops: [
    {
      title: words.bulk.nearZero.title,
      link: {},
      target: "density",
      runs: FULL,
      say: (run) => {
        const near = massNearZero(run, 0.01);
        const top = eigenvalue(run, "top1").ritz.value;
        return {
          text: words.bulk.nearZero.text(count(run.parameterCount), bulkText(run), significant(top)),
          claims: {
            "the bulk holds more than 99.9 %": near > 0.999,
            "the largest has settled": eigenvalue(run, "top1").ritz.converged,
          },
        };
      },
    },
    {
      title: words.bulk.linear.title,
      link: { xAxis: "linear", yAxis: "linear" },
      target: "density",
      runs: FULL,
      say: (run) => {
        const one = 1 / run.parameterCount;
        return {
          text: words.bulk.linear.text(scientific(one)),
          claims: {
            "one eigenvalue is below a pixel": one < 1e-4,
            "the bulk is a peak": massNearZero(run, 0.01) > 0.99,
          },
        };
      },
    },
    {
      title: words.bulk.outliers.title,
      link: {},
      target: "eigenvalues",
      runs: FULL,
      say: (run) => {
        const [first, fifth] = ["top1", "top5"].map((name) => eigenvalue(run, name).ritz);
        const last = eigenvalue(run, "bottom1");
        return {
          text: words.bulk.outliers.text({
            fifth: significant(fifth.value, 3),
            first: significant(first.value),
            smallest: significant(last.ritz.value),
            times: significant(first.value / -last.ritz.value, 2),
          }),
          claims: {
            "all five have settled": run.eigenvalues.top.every(({ converged }) => converged),
            "the smallest is negative, and beyond its error": last.ritz.value + last.error < 0,
            "five are larger in magnitude": fifth.value > -last.ritz.value,
          },
        };
      },
    },
    {
      title: words.bulk.outermost.title,
      link: { panel: "learn", lessonStep: 12 },
      target: "ritz",
      runs: FULL,
      say: (run) => {
        const state = replayed(run, 0).states[11];
        const settled = state.kinds.filter((kind) => kind === "settled").length;
        const open = state.kinds.filter((kind) => kind === "open").length;
        return {
          text: words.bulk.outermost.text(settled, open),
          claims: {
            "the outermost one has settled": state.kinds[11] === "settled",
            "most have not": open > settled && settled > 0,
          },
        };
      },
    },
  ],
};

export const sharp: Tour = {
  title: words.sharp.title,
  stops: [
    {
      title: words.sharp.rises.title,
      link: { selected: "top1" },
      target: "slice",
      runs: FULL,
      say: (run) => {
        const slice = sliceAlong(run, "top1");
        const [left, right] = [lossAt(slice, -0.1), lossAt(slice, 0.1)];
        return {
          text: words.sharp.rises.text({
            eigenvalue: significant(eigenvalue(run, "top1").ritz.value),
            loss: significant(run.loss, 3),
            left: significant(left, 3),
            right: significant(right, 3),
            weights: count(run.parameterCount),
          }),
          claims: {
            "the loss rises on both sides": left > run.loss && right > run.loss,
            "it rises more than fivefold": Math.max(left, right) > 5 * run.loss,
          },
        };
      },
    },
    {
      title: words.sharp.bendsDown.title,
      link: { selected: "bottom1" },
      target: "slice",
      runs: FULL,
      say: (run) => {
        const slice = sliceAlong(run, "bottom1");
        const there = lossAt(slice, 0.2);
        return {
          text: words.sharp.bendsDown.text(
            significant(eigenvalue(run, "bottom1").ritz.value),
            significant(there, 2),
            significant(run.loss, 3),
          ),
          claims: {
            "the eigenvalue is negative": eigenvalue(run, "bottom1").ritz.value < 0,
            "the loss is lower there": there < run.loss,
          },
        };
      },
    },
    {
      title: words.sharp.local.title,
      link: { selected: "top1" },
      target: "slice",
      runs: FULL,
      say: (run) => {
        const slice = sliceAlong(run, "top1");
        const [promised, measured] = [predictedLoss(slice, run.loss, 0.5), lossAt(slice, 0.5)];
        return {
          text: words.sharp.local.text(significant(promised, 3), significant(measured, 3)),
          claims: {
            "it fits near the weights":
              Math.abs(predictedLoss(slice, run.loss, 0.05) - lossAt(slice, 0.05)) < 0.2,
            "it is far off at 0.5": promised > 2 * measured,
          },
        };
      },
    },
    {
      title: words.sharp.training.title,
      link: { selected: "top1" },
      target: "eigenvalues",
      runs: FULL,
      say: (run) => {
        const top = eigenvalue(run, "top1").ritz.value;
        return {
          text: words.sharp.training.text(significant(2 / top, 2), bulkText(run)),
          claims: {
            "the limit is that of the largest": top > 0,
            "the rest is flat": massNearZero(run, 0.01) > 0.99,
          },
        };
      },
    },
  ],
};
