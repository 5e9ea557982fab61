import { describe, expect, it, test } from "vitest";
import { damage, runCase } from "./fuzz.ts";
import { samples } from "./samples.ts";

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
  it("are read or refused, within two seconds and without a jump of memory", async () => {
    const seed = 1;
    const cases = 10 * samples.length;
    let refused = 0;
    for (let i = 0; i < cases; i++) {
      const { result, reason } = await runCase(seed, i);
      expect(reason, `npm run fuzz -- --seed ${seed} --case ${i}`).toBeUndefined();
      if (result === "refused") refused++;
    }
    expect(refused).toBeGreaterThan(cases / 2);
  });

  it.each([
    [
      "another error",
      () => Promise.reject(new TypeError("x is not a function")),
      /^TypeError: x is not a function/,
    ],
    ["a reader that takes too long", async () => compute(2100), /^took \d{4,} ms$/],
    [
      "a reader that takes too much memory",
      async () => void kept.push(new Uint8Array(300 * 2 ** 20)),
      /^took 3\d\d MB$/,
    ],
  ])("would show %s", async (_, read, reason) => {
    const outcome = await runCase(1, 0, [{ name: "fake", pieces: { a: new Uint8Array(8) }, read }]);
    expect(outcome).toMatchObject({ sample: "fake", result: "failed" });
    expect(outcome.reason).toMatch(reason);
    kept.length = 0;
  });

  it("are the same ones for the same seed and case", () => {
    expect(damage(3, 17)).toEqual(damage(3, 17));
    expect(damage(3, 17)).not.toEqual(damage(4, 17));
  });
});
