import { beforeAll, describe, expect, it } from "vitest";
import { type Passport, readPassport } from "../../src/gpu/passport.ts";
import { measurePassport } from "../../src/gpu/passportKernel.ts";
import { BIT_NAMES, BIT_ROWS, bitsOf, FUNCTION_ROWS, operands, POINTS } from "../../src/gpu/passportRows.ts";
import { dawn } from "./dawn.ts";

const errorOf = ({ functions }: Passport, name: string, text: "own" | "builtin") => {
  const found = functions.find((f) => f.name === name && f.text === text);
  if (found === undefined) throw new Error(`the passport has no ${text} ${name}`);
  return found;
};

describe("the passport of this device", () => {
  let passport: Passport;
  beforeAll(async () => {
    passport = await measurePassport((await dawn()).device);
  });

  it("finds no fault in a device on which the other tests pass, and is plain data", () => {
    expect(passport.faults).toEqual([]);
    expect(passport.repeatable).toBe(true);
    expect(passport.nonFinite).toMatchObject({ carried: true, seenByBits: true });
    expect(JSON.parse(JSON.stringify(passport))).toEqual(passport);
  });

  it("measures errors that are not zero where rounding is needed, and below the bound", () => {
    for (const { used, worst, bound, at, points, name } of passport.functions) {
      expect(worst, name).toBeGreaterThan(0);
      if (used) expect(worst, name).toBeLessThanOrEqual(bound);
      expect(points).toBe(POINTS);
      expect(at.every(Number.isFinite)).toBe(true);
    }
    // Correctly rounded, or off by the last place: never exact over a whole grid.
    expect(errorOf(passport, "x y", "builtin").worst).toBeGreaterThan(0.4);
  });

  it("measures the project's own functions no worse than the builtins that they replace", () => {
    expect(errorOf(passport, "sin", "own").worst).toBeLessThan(3e-7);
    expect(errorOf(passport, "tanh", "own").worst).toBeLessThan(4);
  });
});

describe("reading a passport", () => {
  /** What an ideal device gives: every result rounded once, NaN and infinity as IEEE 754 has them. */
  function ideal() {
    const [left, right] = [operands("left"), operands("right")];
    const results = new Uint32Array(left.length);
    const [x, z, y] = [left, right, results].map((bits) => new Float32Array(bits.buffer));
    FUNCTION_ROWS.forEach(({ exact }, row) => {
      for (let i = row * POINTS; i < (row + 1) * POINTS; i++) y[i] = exact(x[i], z[i]);
    });
    const put = (name: (typeof BIT_NAMES)[number], bits: readonly number[]) => {
      results.set(bits, (FUNCTION_ROWS.length + BIT_NAMES.indexOf(name)) * POINTS);
    };
    const [inf, nan, one] = [0x7f800000, 0x7fc00000, bitsOf(1)];
    put("carried", BIT_ROWS.carried.left);
    put("product", [inf, nan, nan, one]);
    put("sum", [inf, nan, nan, bitsOf(2)]);
    for (const name of ["productSeen", "sumSeen"] as const) put(name, [one, one, one, 0]);
    put("compared", [one, 0]);
    put("maximum", [nan]);
    put("subnormalOperand", [bitsOf(2 ** -30)]);
    put("subnormalResult", [bitsOf(2 ** -130)]);
    put("written", [bitsOf(2 ** -26)]);
    put("builtinFma", [bitsOf(2 ** -26)]);
    const last = (FUNCTION_ROWS.length + BIT_NAMES.length) * POINTS;
    for (let i = last; i < last + POINTS; i++) {
      const [small, large] = [x[i], z[i]].toSorted((a, b) => Math.abs(a) - Math.abs(b));
      y[i] = large - Math.fround(x[i] + z[i]) + small;
    }
    return { left, right, results, put, y };
  }

  it("of an ideal device gives errors of half a unit, and every good word", () => {
    const sheet = ideal();
    const passport = readPassport(sheet, sheet.results);
    expect(passport.faults).toEqual([]);
    for (const { unit, worst } of passport.functions) if (unit === "ulps") expect(worst).toBeLessThan(0.501);
    expect(passport).toMatchObject({
      subnormals: { operands: "kept", results: "kept" },
      nonFinite: {
        carried: true,
        made: true,
        seenByBits: true,
        seenByComparison: true,
        hiddenByMaximum: false,
      },
      twoSum: { exact: true, failures: 0 },
      multiplyAdd: { written: "fused", builtin: "fused" },
      repeatable: true,
    });
  });

  it("names a function that is off, with its worst operand", () => {
    const sheet = ideal();
    const row = FUNCTION_ROWS.findIndex(({ name }) => name === "exp");
    const place = row * POINTS + 700;
    sheet.y[place] = Math.fround(sheet.y[place] * (1 + 2e-5));
    const passport = readPassport(sheet, sheet.results);
    const exp = errorOf(passport, "exp", "builtin");
    expect(exp.passed).toBe(false);
    expect(exp.at).toEqual([new Float32Array(sheet.left.buffer)[place]]);
    expect(passport.faults).toHaveLength(1);
    expect(passport.faults[0]).toMatch(
      /^exp is off by \d\.\de\+2 \(units in the last place\), expected at most 43$/,
    );
  });

  it("takes a result that is no number for a fault, in numbers that JSON holds", () => {
    const sheet = ideal();
    sheet.y[0] = Number.NaN;
    const { functions } = readPassport(sheet, sheet.results);
    expect(functions[0]).toMatchObject({ passed: false, worst: Number.MAX_VALUE });
  });

  it("says what a compiler that reassociates and flushes does, without calling it a fault", () => {
    const sheet = ideal();
    sheet.results.fill(0, (FUNCTION_ROWS.length + BIT_NAMES.length) * POINTS);
    for (const name of ["subnormalOperand", "subnormalResult", "written", "compared", "maximum"] as const)
      sheet.put(name, [0]);
    const passport = readPassport(sheet, sheet.results);
    expect(passport.twoSum.exact).toBe(false);
    expect(passport.twoSum.failures).toBeGreaterThan(POINTS / 2);
    expect(passport.subnormals).toEqual({ operands: "flushed", results: "flushed" });
    expect(passport.multiplyAdd.written).toBe("separate");
    expect(passport.nonFinite).toMatchObject({ seenByComparison: false, hiddenByMaximum: true });
    expect(passport.faults).toEqual([]);
  });

  it("finds fault with unseen NaN and with other bits the second time", () => {
    const sheet = ideal();
    sheet.put("productSeen", [0, 0, 0, 0]);
    const again = sheet.results.slice();
    again[5] ^= 1;
    expect(readPassport(sheet, again).faults).toEqual([
      "NaN and infinity cannot be seen in results",
      "the same kernel gave other bits the second time",
    ]);
  });
});
