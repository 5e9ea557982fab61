/** Tours of one spectrum: its bulk and outliers, and what sharp and flat mean for the loss. */
import { replayed } from "../../store/lesson/lanczos.ts";
import { predictedLoss } from "../charts/sliceGeometry.ts";
import { count, scientific, significant } from "../format.ts";
import { bulkText, eigenvalue, lossAt, massNearZero, sliceAlong } from "./facts.ts";
import type { Tour } from "./tour.ts";

const FULL = ["resnet20"];

export const bulk: Tour = {
  title: "Bulk and outliers",
  stops: [
    {
      title: "Nearly all eigenvalues are nearly zero",
      link: {},
      target: "density",
      runs: FULL,
      say: (run) => {
        const near = massNearZero(run, 0.01);
        const top = eigenvalue(run, "top1").ritz.value;
        return {
          text:
            `The Hessian of this network has ${count(run.parameterCount)} eigenvalues. By this quadrature ` +
            `${bulkText(run)} of them lie within one hundredth of the largest, ${significant(top)}. ` +
            "That is the bulk; the few others are the outliers.",
          claims: {
            "the bulk holds more than 99.9 %": near > 0.999,
            "the largest has settled": eigenvalue(run, "top1").ritz.converged,
          },
        };
      },
    },
    {
      title: "Linear axes hide what matters",
      link: { xAxis: "linear", yAxis: "linear" },
      target: "density",
      runs: FULL,
      say: (run) => {
        const one = 1 / run.parameterCount;
        return {
          text:
            `The same run on linear axes is one peak at zero. A single eigenvalue weighs 1/n = ${scientific(one)}: ` +
            "no outlier can be seen at that height. The two logarithms of the stop before show both.",
          claims: {
            "one eigenvalue is below a pixel": one < 1e-4,
            "the bulk is a peak": massNearZero(run, 0.01) > 0.99,
          },
        };
      },
    },
    {
      title: "The outliers, one by one",
      link: {},
      target: "eigenvalues",
      runs: FULL,
      say: (run) => {
        const [first, fifth] = ["top1", "top5"].map((name) => eigenvalue(run, name).ritz);
        const last = eigenvalue(run, "bottom1");
        return {
          text:
            `The five largest go from ${significant(fifth.value, 3)} to ${significant(first.value)}, and all have settled. ` +
            `The smallest is ${significant(last.ritz.value)}: negative, and ${significant(first.value / -last.ritz.value, 2)} ` +
            "times smaller in size. A method that sees magnitudes alone would never show it.",
          claims: {
            "all five have settled": run.eigenvalues.top.every(({ converged }) => converged),
            "the smallest is negative, and beyond its error": last.ritz.value + last.error < 0,
            "five are larger in magnitude": fifth.value > -last.ritz.value,
          },
        };
      },
    },
    {
      title: "Outliers come first",
      link: { panel: "learn", lessonStep: 12 },
      target: "ritz",
      runs: FULL,
      say: (run) => {
        const state = replayed(run, 0).states[11];
        const settled = state.kinds.filter((kind) => kind === "settled").length;
        const open = state.kinds.filter((kind) => kind === "open").length;
        return {
          text:
            `Twelve products with the Hessian, and ${settled} of 12 Ritz values have settled: the outermost. ` +
            `The ${open} others are still on their way. So outliers are known as numbers, and the bulk as a density.`,
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
  title: "Sharp and flat",
  stops: [
    {
      title: "A sharp direction",
      link: { selected: "top1" },
      target: "slice",
      runs: FULL,
      say: (run) => {
        const slice = sliceAlong(run, "top1");
        const [left, right] = [lossAt(slice, -0.1), lossAt(slice, 0.1)];
        return {
          text:
            `Along the vector of the largest eigenvalue, ${significant(eigenvalue(run, "top1").ritz.value)}, a step of length 0.1 ` +
            `takes the loss from ${significant(run.loss, 3)} to ${significant(left, 3)} on one side and ${significant(right, 3)} on the other. ` +
            `All ${count(run.parameterCount)} weights together moved by 0.1.`,
          claims: {
            "the loss rises on both sides": left > run.loss && right > run.loss,
            "it rises more than fivefold": Math.max(left, right) > 5 * run.loss,
          },
        };
      },
    },
    {
      title: "A direction that bends down",
      link: { selected: "bottom1" },
      target: "slice",
      runs: FULL,
      say: (run) => {
        const slice = sliceAlong(run, "bottom1");
        const there = lossAt(slice, 0.2);
        return {
          text:
            `The smallest eigenvalue is ${significant(eigenvalue(run, "bottom1").ritz.value)}: along its vector the loss bends down. ` +
            `At 0.2 it is ${significant(there, 2)}, below the ${significant(run.loss, 3)} of the trained weights. ` +
            "A minimum has no such direction: on these samples, training did not end in one.",
          claims: {
            "the eigenvalue is negative": eigenvalue(run, "bottom1").ritz.value < 0,
            "the loss is lower there": there < run.loss,
          },
        };
      },
    },
    {
      title: "Curvature is a local statement",
      link: { selected: "top1" },
      target: "slice",
      runs: FULL,
      say: (run) => {
        const slice = sliceAlong(run, "top1");
        const [promised, measured] = [predictedLoss(slice, run.loss, 0.5), lossAt(slice, 0.5)];
        return {
          text:
            "The dashed parabola knows the slope and the eigenvalue, nothing else. Near the weights it fits; at 0.5 it promises " +
            `${significant(promised, 3)}, and ${significant(measured, 3)} is measured. Sharpness tells about small steps.`,
          claims: {
            "it fits near the weights":
              Math.abs(predictedLoss(slice, run.loss, 0.05) - lossAt(slice, 0.05)) < 0.2,
            "it is far off at 0.5": promised > 2 * measured,
          },
        };
      },
    },
    {
      title: "What it means for training",
      link: { selected: "top1" },
      target: "eigenvalues",
      runs: FULL,
      say: (run) => {
        const top = eigenvalue(run, "top1").ritz.value;
        return {
          text:
            "On a quadratic loss, gradient descent overshoots more and more along an eigenvector once its step size exceeds 2/λ: " +
            `here 2/λ₁ = ${significant(2 / top, 2)}. The sharpest direction sets the limit, and ${bulkText(run)} of the spectrum ` +
            "is a hundred times flatter or more.",
          claims: {
            "the limit is that of the largest": top > 0,
            "the rest is flat": massNearZero(run, 0.01) > 0.99,
          },
        };
      },
    },
  ],
};
