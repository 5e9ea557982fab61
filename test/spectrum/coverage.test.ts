import { describe, expect, it } from "vitest";
import { coverage, experiments, matrices } from "./coverage.ts";

const RUNS = 60;

/** Quick ones; `node tools/coverage.mjs` measures all of them over 1,000 runs. */
const quick = experiments.filter(({ rows, products }) => rows === 80 && products <= 30);

describe.each(matrices(80))('on a matrix with spectrum "$title"', (known) => {
  it.each(quick.map((e) => [`${e.quantity}, ${e.products} products`, e] as const))(
    "the interval of the %s holds as often as it says",
    async (_title, experiment) => {
      // Three standard deviations of the share of 60 runs.
      const held = await coverage(experiment, known, RUNS);
      expect(held).toBeGreaterThan(0.95 - 3 * Math.sqrt((0.95 * 0.05) / RUNS));
      if (experiment.certified) expect(held).toBe(1);
    },
  );
});

it("every certified band holds in every run", async () => {
  for (const experiment of experiments.filter((e) => e.certified))
    for (const known of matrices(80)) expect(await coverage(experiment, known, 10)).toBe(1);
});
