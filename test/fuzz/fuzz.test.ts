import { readFileSync } from "node:fs";
import { describe, expect, it, test } from "vitest";
import { refuser } from "../../src/model/errors.ts";
import { formatNames } from "./formats.ts";
import { damage, runCase, runPieces } from "./fuzz.ts";
import { documented, emptyReport, enter, merge, readReport, rowOf } from "./report.ts";
import { samples } from "./samples.ts";
import { samplesOf } from "./work.ts";

test.each(samples)("$name reads well before it is damaged", async (sample) => {
  await expect(sample.read(sample.pieces)).resolves.toBeUndefined();
});

const kept: Uint8Array[] = [];

/** Milliseconds of computing. */
function compute(milliseconds: number): void {
  const before = process.cpuUsage();
  const spent = (): number => process.cpuUsage(before).user / 1000;
  while (spent() < milliseconds);
}

describe("damaged files", () => {
  it("are read or refused by their place, within two seconds and in memory of twice the file", async () => {
    const seed = 1;
    const cases = 10 * samples.length;
    let refused = 0;
    for (let i = 0; i < cases; i++) {
      const { format, sample, result, reason } = await runCase(seed, i);
      expect(reason, `${format} (${sample}), case ${i} of all samples`).toBeUndefined();
      if (result === "refused") refused++;
    }
    expect(refused).toBeGreaterThan(cases / 2);
  });

  /** Once a TypeError, and refusals that named no place. */
  it.each([
    ["tokenizer.json", 2329],
    ["npz", 6793],
    ["npz", 9290],
    ["parquet", 929],
    ["parquet", 4376],
    ["parquet", 6482],
    ["hub", 3248],
  ] as const)("of the format %s are refused by their place in case %i too", async (format, index) => {
    const { result, reason } = await runCase(1, index, samplesOf(format));
    expect([result, reason]).toEqual(["refused", undefined]);
  });

  it("are of every format", () => {
    expect(new Set(samples.map(({ format }) => format))).toEqual(new Set(formatNames));
  });

  const refuse = refuser("a", "Do something");
  it.each([
    [
      "another error",
      () => Promise.reject(new TypeError("x is not a function")),
      /^TypeError: x is not a function/,
    ],
    [
      "a refusal that names no place",
      async () => refuse("text", "JSON", "something"),
      /^names no place: text/,
    ],
    ["a reader that takes too long", async () => compute(60), /^took \d{2,} ms$/],
    [
      "a reader that takes too much memory",
      async () => void kept.push(new Uint8Array(300 * 2 ** 20)),
      /^took 3\d\d MB for 8 bytes$/,
    ],
  ])("would show %s", async (_, read, reason) => {
    const fake = { name: "fake", format: "result" as const, pieces: { a: new Uint8Array(8) }, read };
    const outcome = await runPieces(fake, fake.pieces, 40);
    expect(outcome).toMatchObject({ sample: "fake", result: "failed" });
    expect(outcome.reason).toMatch(reason);
    kept.length = 0;
  });

  it("are the same ones for the same seed and case", () => {
    expect(damage(3, 17)).toEqual(damage(3, 17));
    expect(damage(3, 17)).not.toEqual(damage(4, 17));
  });
});

describe("the report", () => {
  const outcome = { sample: "s", format: "png", ms: 3, bytes: 5 } as const;
  it("goes on with the same seed and sources, begins anew with others, and counts findings by their kind", () => {
    const report = emptyReport();
    const row = rowOf(report, "png", 1, "abc");
    expect(enter(row, 0, { ...outcome, result: "refused" })).toBe(false);
    expect(enter(row, 1, { ...outcome, result: "failed", reason: "at byte 4" })).toBe(true);
    expect(enter(row, 2, { ...outcome, result: "failed", reason: "at byte 77" })).toBe(false);
    expect(row).toMatchObject({
      cases: 3,
      refused: 1,
      slowest: 3,
      most: 5,
      findings: [{ case: 1, count: 2 }],
    });
    expect(rowOf(report, "png", 1, "abc")).toBe(row);
    const other = emptyReport();
    merge(other, report);
    expect(other.formats).toEqual({ png: row });
    expect(rowOf(report, "png", 2, "abc").cases).toBe(0);
    merge(other, report);
    expect(other.formats.png).toBe(row);
  });

  it("of the last long run stands in docs/security.md, with every format and no finding", () => {
    const report = readReport("docs/security.json");
    const text = readFileSync("docs/security.md", "utf8");
    expect(documented(text, report), "npm run fuzz -- --report docs/security.json --docs").toBe(text);
    expect(Object.keys(report.formats).sort()).toEqual([...formatNames].sort());
    for (const row of Object.values(report.formats)) {
      expect(row.cases).toBeGreaterThanOrEqual(10_000);
      expect(row.findings).toEqual([]);
    }
  });

  it("writes its table between the marks of a document and nothing else", () => {
    const report = emptyReport();
    enter(rowOf(report, "png", 1, "abc"), 0, { ...outcome, result: "refused" });
    const text = documented("a\n<!-- fuzz:begin -->\nold\n<!-- fuzz:end -->\nb\n", report);
    expect(text).toMatch(/^a\n<!-- fuzz:begin -->\nSeed 1; [\d-]+\./);
    expect(text).toContain("| png | 1 | 0 | 1 | 0 | 3 ms | 0.0 MB |");
    expect(text).not.toContain("old");
    expect(text.endsWith("<!-- fuzz:end -->\nb\n")).toBe(true);
    expect(() => documented("a", report)).toThrow("no <!-- fuzz:begin -->");
  });
});
