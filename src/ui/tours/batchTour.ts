/** A tour about the size of the batch: what one batch says of the data that it was drawn from. */

import type { RunResult } from "../../store/state.ts";
import { sweptSizes } from "../../store/studyData.ts";
import { numbers, tours } from "../../strings/en.ts";
import { count, percent, scientific, significant } from "../format.ts";
import { eigenvalue } from "./facts.ts";
import type { Tour } from "./tour.ts";

const words = tours.batch;
const RUNS = ["resnet20"];
const STUDY = { link: { panel: "study" }, target: "sweep", runs: RUNS } as const;

/** Sizes from the smallest to the largest, and how many there are of samples. */
function swept(run: RunResult) {
  const found = sweptSizes(run);
  if (found === null) throw new Error("internal: the stored run has no batch sizes");
  const { sizes, sweep } = found;
  const [smallest, largest] = [sizes[0], sizes[sizes.length - 1]];
  return { sizes, smallest, largest, available: sweep.available, batches: sweep.request.batches };
}

const factor = ({ least, most }: { readonly least: number; readonly most: number }): number => most / least;
const spread = ({ least, most }: { readonly least: number; readonly most: number }): number => most - least;
const range = ({ least, most }: { readonly least: number; readonly most: number }): string =>
  numbers.interval(significant(least, 3), significant(most, 3));

export const batch: Tour = {
  title: words.title,
  stops: [
    {
      ...STUDY,
      title: words.sample.title,
      say: (run) => {
        const { smallest, available, batches } = swept(run);
        return {
          text: words.sample.text({
            available: count(available),
            samples: smallest.batchSize,
            batches,
            range: range(smallest),
          }),
          claims: {
            "batches of one size differ by more than their errors": smallest.values.every(
              ({ error }) => error < 0.01 * spread(smallest),
            ),
            "all have converged": smallest.values.every(({ converged }) => converged),
          },
        };
      },
    },
    {
      ...STUDY,
      title: words.spread.title,
      say: (run) => {
        const { sizes } = swept(run);
        const factors = sizes.map(factor);
        return {
          text: words.spread.text(
            sizes.map((size) => `${significant(factor(size), 2)} (${size.batchSize})`).join(", "),
          ),
          claims: {
            "it falls at each doubling": factors.every((x, i) => i === 0 || x < factors[i - 1]),
          },
        };
      },
    },
    {
      ...STUDY,
      title: words.mean.title,
      say: (run) => {
        const { smallest, largest, batches } = swept(run);
        const sharpest = smallest.most / (smallest.mean * smallest.values.length);
        return {
          text: words.mean.text({
            small: smallest.batchSize,
            smallMean: significant(smallest.mean, 3),
            large: largest.batchSize,
            largeMean: significant(largest.mean, 3),
            sharpest: percent(sharpest),
            batches,
          }),
          claims: {
            "the means go the other way": smallest.mean < largest.mean,
            "one batch makes most of a mean": sharpest > 0.5,
          },
        };
      },
    },
    {
      title: words.oneBatch.title,
      link: { panel: "spectrum" },
      target: "eigenvalues",
      runs: RUNS,
      say: (run) => {
        const { ritz } = eigenvalue(run, "top1");
        const own = run.settings.batchSize;
        const same = swept(run).sizes.find(({ batchSize }) => batchSize === own) ?? {
          least: Number.NaN,
          most: Number.NaN,
        };
        return {
          text: words.oneBatch.text({
            samples: own,
            value: significant(ritz.value),
            residual: scientific(ritz.residual),
            range: range(same),
          }),
          claims: {
            "other batches differ by far more than the residual": spread(same) > 100 * ritz.residual,
            "and none is as sharp": ritz.value > same.most,
          },
        };
      },
    },
  ],
};
