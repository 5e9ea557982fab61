import { describe, expect, test } from "vitest";
import {
  duration,
  eigenvalueSymbol,
  interval,
  percent,
  plusMinus,
  residualText,
  scientific,
  significant,
  within,
} from "../../src/ui/format.ts";
import { announcement, densityOnlyText, densitySummary, progressLine, runTitle } from "../../src/ui/words.ts";
import { sampleRun } from "./sampleRun.ts";

test.each([
  [135.4014738, 7, "135.4015"],
  [-7.0562258, 7, "−7.056226"],
  [0.0021, 2, "0.0021"],
  [0.00021, 2, "2.1·10⁻⁴"],
  [0, 3, "0"],
  [12345678, 3, "1.23·10⁷"],
])("%d to %i digits is %s", (value, digits, text) => {
  expect(significant(value, digits)).toBe(text);
});

test.each([
  [763.87, 22.28, "764 ± 22"],
  [-315.5, 17.3, "−316 ± 17"],
  [12.345, 0.0123, "12.345 ± 0.012"],
  [1.5e-6, 2e-7, "1.50·10⁻⁶ ± 2.0·10⁻⁷"],
  [5.25, null, "5.250"],
])("%d with error %d is %s", (estimate, error, text) => {
  expect(plusMinus(estimate, error)).toBe(text);
});

test.each([
  [135.40147, 2e-13, "135.4015"],
  [404.3199, 130, "404"],
  [-7.0562, 0.004, "−7.0562"],
  [0, 0.1, "0"],
])("%d with residual %d shows %s", (value, residual, text) => {
  expect(within(value, residual)).toBe(text);
});

test("residuals are plain while they are large", () => {
  expect([130, 0.95, 0.0021].map(residualText)).toEqual(["130", "0.95", "2.1·10⁻³"]);
});

test("an interval has the digits that its width bears", () => {
  expect(interval([724.123, 849.2])).toBe("724 to 849");
  expect(interval([-0.0123, 0.0345])).toBe("−0.012 to 0.035");
});

test("small and large are written alike", () => {
  expect(scientific(6.2e-7)).toBe("6.2·10⁻⁷");
  expect(percent(0.9297)).toBe("93.0 %");
  expect([0.42, 9.96, 59.7, 200, 7500].map(duration)).toEqual([
    "0.4 s",
    "10 s",
    "1 min 0 s",
    "3 min 20 s",
    "2 h 5 min",
  ]);
});

test("eigenvalues are counted from either end", () => {
  expect(eigenvalueSymbol("top", 0)).toBe("λ₁");
  expect(eigenvalueSymbol("top", 11, "v")).toBe("v₁₂");
  expect(eigenvalueSymbol("bottom", 0)).toBe("λₙ");
  expect(eigenvalueSymbol("bottom", 1)).toBe("λₙ₋₁");
});

describe("a run in words", () => {
  const running = (done: number) =>
    ({
      kind: "running",
      job: "run",
      paused: false,
      cancelling: false,
      progress: { phase: "lanczos", done, total: 40, etaSeconds: 12 },
    }) as const;

  test("says phase, products and time left", () => {
    expect(progressLine(running(11))).toBe("Lanczos, 11 of 40, about 12 s left");
    expect(progressLine({ ...running(11), paused: true })).toBe("Lanczos, 11 of 40, paused");
  });

  test("tells a screen reader of quarters, not of products", () => {
    const said = new Set(Array.from({ length: 40 }, (_, done) => announcement(running(done))));
    expect([...said]).toEqual([0, 25, 50, 75].map((part) => `Lanczos: ${part} % done.`));
  });

  test("has a title that tells runs apart", () => {
    const run = sampleRun();
    expect(runTitle(run)).toBe("ResNet-20, BatchNorm running, 128 samples");
    expect(runTitle(sampleRun({ meaning: { ...run.meaning, batchNorm: "none" } }))).toBe(
      "ResNet-20, 128 samples",
    );
  });

  test("without reorthogonalisation says why it lists no eigenvalues", () => {
    expect(densityOnlyText(sampleRun())).toBeNull();
    const { spectrum } = sampleRun();
    expect(densityOnlyText(sampleRun({ spectrum: { ...spectrum, densityOnly: { ghosts: 2 } } }))).toBe(
      "No reorthogonalisation: density only. The Krylov basis does not fit the memory, so that eigenvalues come in copies " +
        "(2 of 10 Ritz values) and cannot be listed. Look at fewer tensors, or take fewer steps.",
    );
  });

  test("has a figure that can be heard", () => {
    expect(densitySummary(sampleRun())).toBe(
      "Eigenvalue density of ResNet-20, BatchNorm running, 128 samples, from 10 Ritz values between −2.000 and 40.00. " +
        "Eigenvalues below zero hold 45.1 % of the spectrum.",
    );
  });
});
