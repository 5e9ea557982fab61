import { describe, expect, test } from "vitest";
import { besideSentence, runSentence } from "../../src/ui/compare/sentences.ts";
import { sampleRun } from "./sampleRun.ts";

const [top] = sampleRun().eigenvalues.top;
const of = (value: number, residual = 1e-5) =>
  sampleRun({ eigenvalues: { top: [{ ...top, value, residual }], bottom: [] } });

describe("what is said of a run", () => {
  test("are its own numbers with their intervals", () => {
    expect(runSentence(sampleRun())).toBe(
      "λ₁ = 40.00 and λₙ = −2.000; loss 0.250, accuracy 93.0 %. Trace 50.00 (95 % interval 37 to 63); its largest part, 28.0, is that of linear.",
    );
  });

  test("is no more than it has", () => {
    const { trace } = sampleRun();
    const bare = sampleRun({
      accuracy: null,
      eigenvalues: { top: [{ ...top, converged: false }], bottom: [] },
      trace: { ...trace, interval95: null, perLayer: [] },
    });
    expect(runSentence(bare)).toBe("λ₁ = 40.00 (not converged); loss 0.250. Trace 50.00.");
  });
});

describe("what is said of a run beside another", () => {
  test("claims a ratio where the eigenvalues differ by more than their errors", () => {
    expect(besideSentence(of(40), of(10))).toContain("Beside A: λ₁ is 0.25 times that of A;");
    expect(besideSentence(of(40), of(10, 100))).toContain("λ₁ cannot be told from that of A;");
  });

  test("claims a smaller or larger trace only where the interval leaves out zero", () => {
    const { trace } = sampleRun();
    const traced = (estimate: number) =>
      sampleRun({ trace: { ...trace, estimate, interval95: [estimate - 3, estimate + 4] } });
    expect(besideSentence(traced(50), traced(20))).toContain("the trace is smaller by 30.0 (25 to 35)");
    expect(besideSentence(traced(20), traced(50))).toContain("the trace is larger by 30.0 (25 to 35)");
    expect(besideSentence(traced(20), traced(22))).toContain(
      "the trace cannot be told from that of A with these probes",
    );
  });

  test("measures the distance of the spectra with that of two probes as the yardstick", () => {
    expect(besideSentence(sampleRun(), sampleRun())).toMatch(
      /the spectra lie 0 apart \(two probes of A: 0\.\d+\)\.$/,
    );
  });
});
