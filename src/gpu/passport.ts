/**
 * The numerics passport: what a device's float32 arithmetic is worth. WGSL promises little (tanh to 1e-5, sine to 5e-4, NaN may
 * be assumed away), so every result carries the passport of the device that it came from. Here: what it says, and how it is read
 * from the numbers that a device gave (passportKernel.ts).
 */

import {
  BIT_NAMES,
  BIT_ROWS,
  type BitName,
  bitsOf,
  FUNCTION_ROWS,
  type FunctionRow,
  INFINITY,
  NAN_ROWS,
  nothing,
  POINTS,
  TWO_SUM_ROW,
} from "./passportRows.ts";
import { NAN_HIDERS, type NanHider, pathOf, type SafePath } from "./safePaths.ts";

/** Largest error of a function on its grid. */
export interface FunctionError {
  readonly name: string;
  /** `own`: text of the project. `builtin`: WGSL's. */
  readonly text: "own" | "builtin";
  /** Kernels call it; others stand beside ours for comparison. */
  readonly used: boolean;
  /** Smallest and largest first operand, and how many. */
  readonly from: number;
  readonly to: number;
  readonly points: number;
  /** `ulps`: spacings of float32 at the exact value. */
  readonly unit: "ulps" | "absolute";
  readonly worst: number;
  /** The operands of the largest error. */
  readonly at: readonly number[];
  readonly bound: number;
  readonly passed: boolean;
}

/** Plain data, the same in every run on the same device and driver. */
export interface Passport {
  readonly version: 1;
  readonly functions: readonly FunctionError[];
  /** Numbers below 2^-126: whether operations read and write them. */
  readonly subnormals: { readonly operands: "kept" | "flushed"; readonly results: "kept" | "flushed" };
  readonly nonFinite: {
    /** Bits of NaN and infinity pass through a kernel. */
    readonly carried: boolean;
    /** Overflow gives infinity; infinity minus infinity and infinity times zero give NaN. */
    readonly made: boolean;
    /** The test of bits sees them in results; x != x sees NaN. */
    readonly seenByBits: boolean;
    readonly seenByComparison: boolean;
    /** max(NaN, 0) is 0: a ReLU hides a NaN. */
    readonly hiddenByMaximum: boolean;
    /** Functions of the project that give a number for NaN. Absent in older results. */
    readonly hiddenBy?: readonly NanHider[];
  };
  /** Knuth's TwoSum gives the rounding error of every sum: the compiler does not reassociate. */
  readonly twoSum: { readonly exact: boolean; readonly points: number; readonly failures: number };
  /** Whether `x * x + z` as written, and `fma`, round once. */
  readonly multiplyAdd: { readonly written: "fused" | "separate"; readonly builtin: "fused" | "separate" };
  /** The same kernel on the same numbers gave the same bits twice. */
  readonly repeatable: boolean;
  /** What is wrong for this engine, in words; none in a sound device. */
  readonly faults: readonly string[];
  /** Ways around faults that the kernels take on this device, and on which its functions were measured. Absent in older results. */
  readonly paths?: readonly SafePath[];
}

/** What a kernel gets and gives: all rows one after the other, as the bits of float32. */
export interface Sheet {
  readonly left: Uint32Array<ArrayBuffer>;
  readonly right: Uint32Array<ArrayBuffer>;
  readonly results: Uint32Array<ArrayBuffer>;
}

const UNITS = { ulps: "units in the last place", absolute: "absolute" } as const;
const ONE = bitsOf(1);
const isNan = (word: number): boolean => (word & 0x7fffffff) >>> 0 > INFINITY;
const isInfinite = (word: number): boolean => (word & 0x7fffffff) === INFINITY;
const isNumber = (word: number): boolean => !isNan(word) && !isInfinite(word);

/** What the results of all rows say; `again` are those of the second time, `paths` the safe ones of both. */
export function readPassport(sheet: Sheet, again: Uint32Array, paths: readonly SafePath[] = []): Passport {
  const bits = (name: BitName): number[] => {
    const from = (FUNCTION_ROWS.length + BIT_NAMES.indexOf(name)) * POINTS;
    return [...sheet.results.subarray(from, from + BIT_ROWS[name].left.length)];
  };
  const functions = FUNCTION_ROWS.map((row, i) => functionError(row, rowOf(sheet, i), paths));
  const made = (name: BitName): boolean => {
    const kinds = [isInfinite, isNan, isNan, isNumber];
    return bits(name).every((word, i) => kinds[i](word));
  };
  const seen = (name: BitName): boolean => bits(name).every((word, i) => word === (i < 3 ? ONE : 0));
  const [nan, ...others] = bits("carried");
  const nonFinite = {
    carried: isNan(nan) && others.every((word, i) => word === BIT_ROWS.carried.left[i + 1]),
    made: made("product") && made("sum"),
    seenByBits: seen("productSeen") && seen("sumSeen"),
    seenByComparison: bits("compared")[0] === ONE,
    hiddenByMaximum: !isNan(bits("maximum")[0]),
    hiddenBy: NAN_HIDERS.filter((name) => !isNan(bits(NAN_ROWS[name])[0])),
  };
  const fused = (name: BitName) => (bits(name)[0] === 0 ? "separate" : "fused");
  const kept = (name: BitName) => ((bits(name)[0] & 0x7fffffff) === 0 ? "flushed" : "kept");
  const failures = twoSumFailures(rowOf(sheet, TWO_SUM_ROW));
  const repeatable = sheet.results.every((word, i) => word === again[i]);
  return {
    version: 1,
    functions,
    subnormals: { operands: kept("subnormalOperand"), results: kept("subnormalResult") },
    nonFinite,
    twoSum: { exact: failures === 0, points: POINTS, failures },
    multiplyAdd: { written: fused("written"), builtin: fused("builtinFma") },
    repeatable,
    faults: [
      ...functions.filter(({ used, passed }) => used && !passed).map(faultOf),
      ...(nonFinite.seenByBits ? [] : ["NaN and infinity cannot be seen in results"]),
      ...(repeatable ? [] : ["the same kernel gave other bits the second time"]),
    ],
    paths,
  };
}

const faultOf = ({ name, worst, unit, bound }: FunctionError): string =>
  `${name} is off by ${worst.toPrecision(2)} (${UNITS[unit]}), expected at most ${bound}`;

interface Row {
  readonly x: Float32Array;
  readonly z: Float32Array;
  readonly y: Float32Array;
}

function rowOf({ left, right, results }: Sheet, row: number): Row {
  const [x, z, y] = [left, right, results].map(
    (bits) => new Float32Array(bits.buffer, 4 * row * POINTS, POINTS),
  );
  return { x, z, y };
}

/** Spacing of float32 at a number. */
const spacing = (value: number): number => 2 ** (Math.max(-126, Math.floor(Math.log2(Math.abs(value)))) - 23);

function functionError(
  { name, own, used, unit, bound, exact, right }: FunctionRow,
  { x, z, y }: Row,
  paths: readonly SafePath[],
): FunctionError {
  let [worst, place] = [0, 0];
  for (let i = 0; i < POINTS; i++) {
    const want = exact(x[i], z[i]);
    const off = Math.abs(y[i] - want) / (unit === "ulps" ? spacing(want) : 1);
    // A result that is no number is off by more than any.
    const error = Number.isFinite(off) ? off : Number.MAX_VALUE;
    if (error > worst) [worst, place] = [error, i];
  }
  const operands = right === nothing ? [x[place]] : [x[place], z[place]];
  const path = used ? pathOf(name, paths) : undefined;
  const ours = path === undefined ? own : !path.startsWith("builtin");
  return {
    ...{ name, used, unit, bound, worst, at: operands, text: ours ? "own" : "builtin" },
    ...{ from: Math.min(...x), to: Math.max(...x), points: POINTS, passed: worst <= bound },
  };
}

/** TwoSum step by step in float32: sums of two float32 numbers in float64, rounded again, are those of float32. */
function twoSumFailures({ x, z, y }: Row): number {
  let failures = 0;
  for (let i = 0; i < POINTS; i++) {
    const sum = Math.fround(x[i] + z[i]);
    const back = Math.fround(sum - x[i]);
    const [own, other] = [Math.fround(x[i] - Math.fround(sum - back)), Math.fround(z[i] - back)];
    if (Math.fround(own + other) !== y[i]) failures++;
  }
  return failures;
}
