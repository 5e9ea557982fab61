import { existsSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ParetoFront, type PlanGroup, tieGroups } from "../../src/spectrum/bitPlan.ts";

const option = (bits: number, cost: number, loss: number) => ({ bits, cost, loss });

/** Every combination, the slow way. */
function everyPlan(groups: readonly PlanGroup[]): { cost: number; loss: number }[] {
  return groups.reduce(
    (plans, { options }) =>
      plans.flatMap((plan) =>
        options.map(({ cost, loss }) => ({ cost: plan.cost + cost, loss: plan.loss + loss })),
      ),
    [{ cost: 0, loss: 0 }],
  );
}

const randomGroups = fc.array(
  fc.array(fc.record({ bits: fc.integer({ min: 2, max: 8 }), cost: fc.nat(40), loss: fc.nat(40) }), {
    minLength: 1,
    maxLength: 4,
  }),
  { minLength: 1, maxLength: 6 },
);

describe("the Pareto front of bit plans", () => {
  test("holds the optimum of every budget that trying all plans finds", () => {
    fc.assert(
      fc.property(randomGroups, fc.nat(150), (lists, budget) => {
        const groups = lists.map((options, i) => ({ name: `layer ${i}`, options }));
        const within = everyPlan(groups).filter(({ cost }) => cost <= budget);
        const least = Math.min(...within.map(({ loss }) => loss));
        for (const front of [new ParetoFront(groups), new ParetoFront(groups, budget)]) {
          const plan = front.best(budget);
          if (within.length === 0) expect(plan).toBeNull();
          else {
            expect(plan?.loss).toBe(least);
            expect(plan?.cost).toBeLessThanOrEqual(budget);
          }
        }
      }),
      { numRuns: 300, seed: 1 },
    );
  });

  test("rises in cost and falls in loss, and each of its points is a plan", () => {
    const front = new ParetoFront(
      [3, 1, 7, 2].map((weight, i) => ({
        name: `layer ${i}`,
        options: [2, 4, 8].map((bits) => option(bits, bits * weight, weight / 4 ** bits)),
      })),
    );
    const points = front.points();
    expect(points.length).toBeGreaterThan(5);
    points.forEach((point, i) => {
      const plan = front.plan(i);
      expect(plan.cost).toBeCloseTo(point.cost, 12);
      expect(plan.loss).toBeCloseTo(point.loss, 12);
      if (i > 0) expect(point.cost > points[i - 1].cost && point.loss < points[i - 1].loss).toBe(true);
    });
  });

  test("tied layers get one choice, with their sums", () => {
    const layers = [1, 2, 4].map((weight, i) => ({
      name: `layer ${i}`,
      options: [option(4, weight, 10 * weight), option(8, 2 * weight, weight)],
    }));
    const groups = tieGroups(layers, [[0, 2]]);
    expect(groups.map(({ name }) => name)).toEqual(["layer 0, layer 2", "layer 1"]);
    expect(groups[0].options).toEqual([option(4, 5, 50), option(8, 10, 5)]);
  });

  test("refuses what has no answer", () => {
    expect(() => new ParetoFront([{ name: "conv1", options: [] }])).toThrow(
      "conv1: expected 1 to 256 options",
    );
    expect(() => new ParetoFront([{ name: "conv1", options: [option(4, Number.NaN, 1)] }])).toThrow(
      "conv1: expected finite costs and losses",
    );
  });
});

const file = new URL("../../../shared/reference/hawq_v3_ilp.json", import.meta.url);
const present = existsSync(file);
const title = present
  ? "the published plans of HAWQ-V3"
  : "the published plans (skipped: ../shared/reference is absent)";

describe.skipIf(!present)(title, () => {
  interface Figures {
    readonly layers: readonly string[];
    readonly tied_layers: readonly (readonly number[])[];
    readonly published_bits: Readonly<Record<string, readonly number[]>>;
    readonly [key: string]: unknown;
  }
  const { models } = JSON.parse(present ? readFileSync(file, "utf8") : '{"models":{}}') as {
    models: Record<string, Figures>;
  };
  const numbers = (figures: Figures, key: string) => figures[key] as readonly number[];

  const costs: Record<string, (figures: Figures, layer: number, bits: 4 | 8) => number> = {
    modelsize: (f, i, bits) => (numbers(f, "parameters")[i] * bits) / 8,
    bops: (f, i, bits) => numbers(f, "bops")[i] / (bits === 4 ? 64 : 16),
    latency: (f, i, bits) => numbers(f, `latency_int${bits}`)[i],
  };

  const cases = Object.entries(models).flatMap(([model, figures]) =>
    Object.keys(figures.published_bits).map((key) => [model, key] as const),
  );

  test.each(cases)("%s under %s", (model, key) => {
    const figures = models[model];
    const [budgetOf, fraction] = key.split("_");
    const layers: PlanGroup[] = figures.layers.map((name, i) => ({
      name,
      options: ([4, 8] as const).map((bits) =>
        option(
          bits,
          costs[budgetOf](figures, i, bits),
          numbers(figures, "Hutchinson_trace")[i] * numbers(figures, `delta_weights_${bits}bit_square`)[i],
        ),
      ),
    }));
    const total = (bits: 4 | 8) => layers.reduce((sum, _, i) => sum + costs[budgetOf](figures, i, bits), 0);
    const budget = total(4) + (total(8) - total(4)) * Number(fraction);
    const groups = tieGroups(layers, figures.tied_layers);
    const plan = new ParetoFront(groups, budget).best(budget);
    const bits = new Map(
      groups.flatMap(({ name }, i) => name.split(", ").map((layer) => [layer, plan?.choice[i].bits])),
    );
    const found = figures.layers.map((layer) => bits.get(layer));
    const published = figures.published_bits[key];
    const lossOf = (choice: readonly (number | undefined)[]) =>
      layers.reduce(
        (sum, { options }, i) => sum + (options.find((o) => o.bits === choice[i])?.loss ?? Number.NaN),
        0,
      );
    if (model === "resnet50" && key === "modelsize_0.25") {
      // Published as solved, but not to its optimum: of 0.9033 it removes 0.8232.
      expect(lossOf(found)).toBeLessThan(lossOf(published) - 0.008);
      const all4 = lossOf(layers.map(() => 4));
      expect(all4 - lossOf(found)).toBeCloseTo(0.8314, 4);
      expect(all4 - lossOf(published)).toBeCloseTo(0.8232, 4);
    } else {
      expect(found).toEqual(published);
    }
  });
});
