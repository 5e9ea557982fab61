import { describe, expect, test } from "vitest";
import { honest, oneCheck, summarise } from "../../tools/report.mjs";

const report = (passed: number, failed: string[] = [], skipped: { name: string; reason: string }[] = []) => ({
  passed,
  failed,
  skipped,
});
const lastLine = (text: string) => text.trimEnd().split("\n").at(-1);

describe("summarise", () => {
  test("ends with the sums of all stages", () => {
    const { text, ok } = summarise([
      { stage: "lint", seconds: 1.25, report: oneCheck("lint", 0) },
      { stage: "unit", seconds: 61, report: report(40) },
    ]);
    expect(lastLine(text)).toBe("41 passed, 0 failed");
    expect(text).toContain("lint          1.3        1        0        0");
    expect(ok).toBe(true);
  });

  test("names failures and is not ok", () => {
    const { text, ok } = summarise([{ stage: "unit", seconds: 1, report: report(3, ["a.test.ts > adds"]) }]);
    expect(text).toContain("\nfailed: a.test.ts > adds\n");
    expect(lastLine(text)).toBe("3 passed, 1 failed");
    expect(ok).toBe(false);
  });

  test("names what was skipped, with the reason", () => {
    const skipped = [{ name: "a > b", reason: "no reference set" }];
    const { text, ok } = summarise([{ stage: "unit", seconds: 1, report: report(1, [], skipped) }]);
    expect(text).toContain("\nskipped: a > b: no reference set\n");
    expect(ok).toBe(true);
  });

  test("is not ok when nothing ran", () => {
    const { text, ok } = summarise([{ stage: "unit", seconds: 1, report: report(0) }]);
    expect(lastLine(text)).toBe("0 passed, 0 failed");
    expect(ok).toBe(false);
  });
});

describe("honest", () => {
  test("keeps a report that agrees with the exit code", () => {
    expect(honest("unit", 0, report(2))).toEqual(report(2));
    expect(honest("unit", 1, report(2, ["x"]))).toEqual(report(2, ["x"]));
  });

  test("counts a program that left no report as a failure", () => {
    expect(honest("e2e", 1, null).failed).toEqual(["e2e left no report (exit code 1)"]);
    expect(honest("e2e", 0, null).failed).toEqual(["e2e left no report (exit code 0)"]);
  });

  test("counts a failing exit code without a failed test as a failure", () => {
    expect(honest("unit", 1, report(2)).failed).toEqual(["unit ended with exit code 1"]);
  });

  test("counts a stage without tests as a failure", () => {
    expect(honest("e2e", 0, report(0)).failed).toEqual(["e2e ran no test"]);
  });
});
