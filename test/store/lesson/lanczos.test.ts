import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { RunResult } from "../../../src/run/protocol.ts";
import { densityOver, densityView } from "../../../src/store/densityView.ts";
import { lanczosInSmall, MOST_STEPS, replayed, smallMatrix } from "../../../src/store/lesson/lanczos.ts";
import { defectSeries, errorSeries } from "../../../src/ui/lesson/lanczosSeries.ts";

const run: RunResult = JSON.parse(readFileSync("public/models/resnet20/run.json", "utf8"));
const steps = run.spectrum.alpha[0].length;

describe("the replay of a stored run", () => {
  const lesson = replayed(run, 0);

  test("ends in the nodes and weights of the run", () => {
    const last = lesson.states[steps - 1];
    const largest = Math.max(...run.spectrum.nodes[0].map(Math.abs));
    for (const [j, theta] of run.spectrum.nodes[0].entries()) {
      expect(Math.abs(last.nodes[j] - theta)).toBeLessThan(1e-12 * largest);
      expect(Math.abs(last.weights[j] - run.spectrum.weights[0][j])).toBeLessThan(1e-10);
    }
  });

  test("interlaces: between two Ritz values of a step lies one of the step before", () => {
    for (let j = 1; j < steps; j++) {
      const [before, now] = [lesson.states[j - 1].nodes, lesson.states[j].nodes];
      for (let i = 0; i < before.length; i++) {
        expect(now[i]).toBeLessThanOrEqual(before[i] + 1e-9);
        expect(now[i + 1]).toBeGreaterThanOrEqual(before[i] - 1e-9);
      }
    }
  });

  test("settles from the outside in, without copies", () => {
    expect(lesson.states.flatMap(({ kinds }) => kinds).includes("ghost")).toBe(false);
    const settled = lesson.states.map(({ kinds }) => kinds.filter((kind) => kind === "settled").length);
    expect(settled[3]).toBe(0);
    expect(settled[steps - 1]).toBeGreaterThan(5);
    const { kinds } = lesson.states[14];
    expect(kinds[kinds.length - 1]).toBe("settled");
    expect(kinds[7]).toBe("open");
    expect(
      errorSeries(lesson).map(({ name, values }) => [name, values.findIndex((v) => v !== null)]),
    ).toEqual([
      ["λ₁", 0],
      ["λ₂", 1],
      ["λ₃", 2],
      ["λₙ", 3],
    ]);
  });

  test("is drawn on the axis of the whole run at every step", () => {
    const view = densityView(run, [], { xAxis: "symlog", smoothing: "axis", width: 1 });
    if (view === null) throw new Error("no view");
    const early = densityOver(view, lesson.states[4]);
    expect(early.domain).toEqual(view.domain);
    expect(early.beside).toEqual([view.curve]);
    expect(early.stems).toHaveLength(5);
    const [u, mean] = [Array.from(early.curve.u), Array.from(early.curve.mean)];
    const area = mean.reduce((sum, y) => sum + y, 0) * (u[1] - u[0]);
    expect(area).toBeCloseTo(1, 2);
  });

  test("of a probe that is not there, or of a run that has no step yet, is empty", () => {
    expect(replayed(run, 7).states).toEqual([]);
    const empty = { ...run, spectrum: { nodes: [[]], weights: [[]], alpha: [[]], beta: [[]] } };
    expect(replayed(empty, 0).states).toEqual([]);
  });

  test("of a long run stops where a chart can no longer tell", () => {
    const long = Array.from({ length: 200 }, (_, i) => 1 + (i % 7));
    const spectrum = { ...run.spectrum, alpha: [long], beta: [long] };
    expect(replayed({ ...run, spectrum }, 0).states).toHaveLength(MOST_STEPS);
  });
});

describe("the spectrum in small", () => {
  const matrix = smallMatrix(run, 0);
  const alpha = run.spectrum.alpha[0];
  const size = Math.max(...alpha.map(Math.abs));

  test("has the tridiagonal matrix of the run, when Lanczos is exact", async () => {
    const exact = await lanczosInSmall(matrix, { steps, memory: "all vectors", precision: "float64" });
    expect(exact.alpha).toHaveLength(steps);
    exact.alpha.forEach((a, i) => {
      expect(Math.abs(a - alpha[i])).toBeLessThan(1e-9 * size);
    });
    expect(Math.max(...(exact.defect ?? [1]))).toBeLessThan(1e-14);
  });

  test("keeps its vectors orthonormal to float32 when each is held against all", async () => {
    const kept = await lanczosInSmall(matrix, { steps, memory: "all vectors", precision: "float32" });
    const defect = kept.defect ?? [];
    expect(defect[steps - 1]).toBeGreaterThan(1e-9);
    expect(defect[steps - 1]).toBeLessThan(1e-6);
    expect(kept.states.at(-1)?.kinds.includes("ghost")).toBe(false);
  });

  test("shows copies of settled values once orthogonality is lost, and not before", async () => {
    const lost = await lanczosInSmall(matrix, { steps, memory: "two vectors", precision: "float32" });
    const defect = lost.defect ?? [];
    const first = lost.states.findIndex(({ kinds }) => kinds.includes("ghost"));
    expect(first).toBeGreaterThan(10);
    expect(defect[4]).toBeLessThan(1e-5);
    expect(defect[first]).toBeGreaterThan(0.1);
    const last = lost.states[steps - 1];
    const ghosts = last.nodes.filter((_, i) => last.kinds[i] === "ghost");
    expect(ghosts.length).toBeGreaterThan(4);
    for (const ghost of ghosts) {
      const nearest = Math.min(...run.spectrum.nodes[0].map((theta) => Math.abs(theta - ghost)));
      expect(nearest).toBeLessThan(1e-3 * size);
    }
    expect(defectSeries(lost, lost).map(({ values }) => values.length)).toEqual([steps, steps]);
  });
});
