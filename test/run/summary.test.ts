import { describe, expect, it } from "vitest";
import { summary } from "../../src/cli/summary.ts";
import { DenseSpace, denseOperator, SlqRun } from "../../src/spectrum/index.ts";
import { finish, rademacher, spread, withSpectrum } from "../spectrum/matrices.ts";
import { sampleRun } from "../ui/sampleRun.ts";

describe("the summary of a run", () => {
  it("gives the share of negative eigenvalues with an interval that holds it, from enough steps on", async () => {
    const eigenvalues = [...spread(-3, -1, 30), ...spread(1, 9, 70)];
    const run = new SlqRun(denseOperator(withSpectrum(eigenvalues, 5000), new DenseSpace(100)), {
      ...{ source: rademacher(1), steps: 30, probes: 3, traceProbes: 0 },
    });
    const { result } = await finish(run.advance());
    const { columns } = run.checkpoint();
    const spectrum = (steps: number) => ({
      nodes: result.nodes,
      weights: result.weights,
      alpha: columns.map((c) => c.alpha.slice(0, steps)),
      beta: columns.map((c) => c.beta.slice(0, steps)),
    });
    const text = summary(sampleRun({ spectrum: spectrum(30), parameterCount: 100 }), false);
    const found = /eigenvalues below -9e-6: ([\d.]+) %, 95 % interval ([\d.]+) % to ([\d.]+) %/.exec(text);
    const [share, low, high] = (found ?? []).slice(1).map(Number);
    expect(low).toBeLessThan(30);
    expect(high).toBeGreaterThan(30);
    expect(high - low).toBeLessThan(30);
    expect(Math.abs(share - 30)).toBeLessThan(12);
    expect(summary(sampleRun({ spectrum: spectrum(5) }), false)).not.toContain("eigenvalues below");
  });

  it("lists checks that were not made with their reason, not as passed", () => {
    const notChecked = [{ name: "second route", reason: "it would take about 40 s" }] as const;
    const text = summary(sampleRun({ notChecked }), false);
    expect(text).toContain("check second route: not made, it would take about 40 s\n");
    expect(text).toContain("check sum of weights: 1.0e-16 (bound 1e-9) passed");
  });

  it("names the method of the trace, and one sample in the singular", () => {
    const trace = { ...sampleRun().trace, samples: 1, interval95: null };
    expect(summary(sampleRun({ trace }), false)).toContain("(hutchinson, 1 sample)");
    expect(summary(sampleRun({ trace: { ...trace, samples: 0, method: "exact" } }), false)).toContain(
      "(exact)",
    );
  });
});
