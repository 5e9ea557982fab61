import { describe, expect, test } from "vitest";
import {
  compareRuns,
  compareStages,
  differenceOf,
  incomparable,
  type Quantity,
} from "../../src/store/comparison.ts";
import { sampleRun } from "../ui/sampleRun.ts";

const of = (value: number, interval: readonly [number, number] | null, kind: Quantity["kind"] = "95 %") => ({
  ...{ value, interval, kind },
});

describe("a difference", () => {
  test("of independent estimates has the half width of a right triangle", () => {
    const { value, interval } = differenceOf(of(10, [7, 13]), of(20, [16, 24]));
    expect(value).toBe(10);
    expect(interval?.[0]).toBeCloseTo(5, 12);
    expect(interval?.[1]).toBeCloseTo(15, 12);
  });

  test("of skew intervals uses the sides that face each other", () => {
    const { interval } = differenceOf(of(0.5, [0.1, 0.6]), of(0.7, [0.3, 0.75]));
    expect(interval?.[0]).toBeCloseTo(0.2 - Math.hypot(0.4, 0.1), 12);
    expect(interval?.[1]).toBeCloseTo(0.2 + Math.hypot(0.05, 0.4), 12);
  });

  test("of bounds adds them as they are", () => {
    const { interval } = differenceOf(of(1, [0, 2], "bound"), of(5, [4.5, 5.5]));
    expect(interval).toEqual([2.5, 5.5]);
  });

  test("is claimed where zero is outside its interval, and nowhere else", () => {
    const verdict = (a: Quantity, b: Quantity) => differenceOf(a, b).verdict;
    expect(verdict(of(10, [9, 11]), of(13, [12, 14]))).toBe("differs");
    expect(verdict(of(13, [12, 14]), of(10, [9, 11]))).toBe("differs");
    expect(verdict(of(10, [8, 12]), of(12, [10, 14]))).toBe("open");
    expect(verdict(of(10, null), of(1e9, [1e9, 1e9]))).toBe("open");
  });
});

describe("the table of differences", () => {
  const far = sampleRun({ loss: 0.5, trace: { ...sampleRun().trace, estimate: 90, interval95: [80, 100] } });
  const rows = compareRuns([sampleRun(), far]);
  const row = (name: string) => {
    const found = rows.find((candidate) => candidate.name === name);
    if (found === undefined) throw new Error(name);
    return found;
  };

  test("has the first run without a difference from itself", () => {
    for (const { differences } of rows) expect(differences[0]).toBeNull();
  });

  test("tells a loss that differs by more than rounding, and a trace that is outside the interval", () => {
    expect(row("Loss").differences[1]).toMatchObject({ value: 0.25, verdict: "differs" });
    expect(row("Trace").differences[1]).toMatchObject({ value: 40, verdict: "differs" });
    expect(row("Largest eigenvalue").differences[1]).toMatchObject({ value: 0, verdict: "open" });
  });

  test("says nothing where a run has no such number", () => {
    const { trace } = sampleRun();
    const none = sampleRun({ accuracy: null, trace: { ...trace, samples: 0, estimate: Number.NaN } });
    const [, accuracy, , , , traces, below] = compareRuns([none, sampleRun()]);
    expect(accuracy).toMatchObject({ quantities: [null, { value: 0.93 }], differences: [null, null] });
    expect(traces.quantities[0]).toBeNull();
    // The sample run holds no tridiagonal matrices.
    expect(below.quantities).toEqual([null, null]);
  });

  test("takes the share below zero from the tridiagonal matrices, with its interval", () => {
    const spectrum = { nodes: [[-1, 1]], weights: [[0.5, 0.5]], alpha: [[0, 0]], beta: [[1, 0]] };
    const [quantity] = compareRuns([sampleRun({ spectrum })])[6].quantities;
    expect(quantity?.value).toBeCloseTo(0.5, 12);
    const [low, high] = quantity?.interval ?? [1, 0];
    expect(low).toBeLessThan(0.5);
    expect(high).toBeGreaterThan(0.5);
  });
});

test("a stage sums its tensors and adds their intervals; a tensor without one leaves the stage without", () => {
  const perLayer = [
    { name: "layer1.a", size: 1, estimate: 3, standardError: 1, interval95: [1, 5] as const },
    { name: "layer1.b", size: 1, estimate: 4, standardError: 1, interval95: [3, 6] as const },
    { name: "head", size: 1, estimate: 9, standardError: null, interval95: null },
  ];
  const run = sampleRun({ trace: { ...sampleRun().trace, perLayer } });
  const rows = compareStages([run, sampleRun()]);
  expect(rows.map(({ name }) => name)).toEqual(["layer1", "head", "conv1", "bn1", "linear"]);
  expect(rows[0].quantities).toEqual([{ value: 7, interval: [4, 11], kind: "95 %" }, null]);
  expect(rows[1].quantities[0]).toEqual({ value: 9, interval: null, kind: "95 %" });
});

test("an exact trace has no interval to speak of, and its stages differ where their numbers do", () => {
  const exact = (factor: number) => {
    const perLayer = sampleRun().trace.perLayer.map((layer) => ({
      ...{ ...layer, estimate: factor * layer.estimate, standardError: null, interval95: null },
    }));
    const trace = { ...sampleRun().trace, samples: 0, interval95: null, method: "exact" as const, perLayer };
    return sampleRun({ trace });
  };
  const [conv1] = compareStages([exact(1), exact(1.001)]);
  expect(conv1.quantities[0]).toMatchObject({ value: 27, kind: "bound" });
  expect(conv1.differences[1]).toMatchObject({ verdict: "differs" });
  expect(compareStages([exact(1), exact(1)])[0].differences[1]).toMatchObject({ verdict: "open" });
});

describe("what makes runs incomparable", () => {
  const { settings, meaning, model } = sampleRun();
  test.each([
    ["nothing, of a run and itself", {}, []],
    [
      "another matrix",
      { meaning: { ...meaning, operator: "ggn" as const } },
      ["They measure different matrices."],
    ],
    [
      "another loss",
      { meaning: { ...meaning, loss: "mean-squared-error" as const } },
      ["Their losses differ, so that their eigenvalues have different units."],
    ],
    [
      "another batch",
      { settings: { ...settings, batchSize: 64 } },
      ["Their batches differ: part of every difference is that of the samples."],
    ],
    [
      "other data, which is said once",
      { settings: { ...settings, start: 9 }, model: { ...model, data: { ...model.data, sha256: "11" } } },
      ["Their data differ: part of every difference is that of the samples."],
    ],
    [
      "another mode of BatchNorm",
      { meaning: { ...meaning, batchNorm: "batch" as const } },
      ["BatchNorm uses running statistics in one and those of the batch in another."],
    ],
    [
      "no BatchNorm at all, which is a property of the network",
      { meaning: { ...meaning, batchNorm: "none" as const } },
      [],
    ],
    [
      "weight decay",
      { meaning: { ...meaning, weightDecay: 0.1 } },
      ["Their weight decay differs: it moves every eigenvalue."],
    ],
    [
      "a block of tensors",
      { meaning: { ...meaning, parameters: ["conv1.weight"] } },
      ["Some look at all parameters, others at the block of a few tensors."],
    ],
  ])("%s", (_, changes, expected) => {
    expect(incomparable([sampleRun(), sampleRun(changes)])).toEqual(expected);
  });
});
