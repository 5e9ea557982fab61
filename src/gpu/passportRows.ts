/** What the passport computes on a device: one row of operands per question, on fixed grids. */

import type { PointwiseOp } from "../autograd/ops/op.ts";
import { ops } from "../autograd/ops/table.ts";
import type { NanHider } from "./safePaths.ts";

/** Operands of a row; a multiple of 256. */
export const POINTS = 2048;

export type Grid = (place: number) => number;

/** A function whose error is measured. */
export interface FunctionRow {
  readonly name: string;
  /** WGSL text of four elements. */
  readonly wgsl: string;
  readonly exact: (x: number, z: number) => number;
  readonly left: Grid;
  readonly right: Grid;
  readonly unit: "ulps" | "absolute";
  readonly bound: number;
  /** Whose text: of the project, or the builtin of WGSL. */
  readonly own: boolean;
  /** Kernels call it; others stand beside ours for comparison. */
  readonly used: boolean;
}

/** Evenly spaced. */
const linear =
  (from: number, to: number): Grid =>
  (t) =>
    from + (to - from) * t;

/** Evenly spaced exponents. */
const powers =
  (from: number, to: number): Grid =>
  (t) =>
    2 ** (from + (to - from) * t);

/** The same values in an order without a pattern (golden section), so that pairs fill the plane. */
const shuffled =
  (grid: Grid): Grid =>
  (t) =>
    grid(((t * POINTS + 1) * 0.6180339887498949) % 1);

/** For functions of one operand. */
export const nothing: Grid = () => 0;

type Measured = Pick<FunctionRow, "name" | "left" | "bound"> & Partial<Pick<FunctionRow, "right" | "unit">>;

/** An op as the kernels compute it. */
function ours(op: PointwiseOp, own: boolean, row: Measured): FunctionRow {
  const wgsl = op.wgsl(["x", "z"]);
  return { unit: "ulps", right: nothing, ...row, wgsl, own, used: true, exact: op.scalar };
}

/** A builtin that kernels avoid, with what WGSL promises of it. */
function builtin(wgsl: string, exact: (x: number) => number, row: Measured): FunctionRow {
  return { unit: "absolute", right: nothing, ...row, wgsl, own: false, used: false, exact };
}

const { add, mul, div, sqrt, rsqrt, exp, log, tanh, erf, sin, cos, pow } = ops;
const signed: Grid = (t) => (t < 0.5 ? -1 : 1) * powers(-20, 20)((2 * t) % 1);

/** Bounds in units in the last place are those of the ops, which the tests hold (docs/numerics.md). */
export const FUNCTION_ROWS: readonly FunctionRow[] = [
  ours(add, false, { name: "x + y", left: signed, right: shuffled(signed), bound: 1 }),
  ours(mul, false, { name: "x y", left: signed, right: shuffled(signed), bound: 1 }),
  ours(div, false, { name: "x / y", left: signed, right: shuffled(signed), bound: 4 }),
  ours(sqrt, false, { name: "sqrt", left: powers(-60, 60), bound: 5 }),
  ours(rsqrt, false, { name: "1 / sqrt", left: powers(-60, 60), bound: 3 }),
  ours(exp, false, { name: "exp", left: linear(-20, 5), bound: 43 }),
  ours(log, true, { name: "log", left: powers(-60, 60), bound: 4 }),
  ours(log, true, { name: "log near 1", left: linear(0.5, 2), bound: 4 }),
  ours(tanh, true, { name: "tanh", left: linear(-10, 10), bound: 6 }),
  ours(erf, true, { name: "erf", left: linear(-4, 4), bound: 6 }),
  ours(sin, true, { name: "sin", left: linear(-100, 100), unit: "absolute", bound: 5e-7 }),
  ours(cos, true, { name: "cos", left: linear(-100, 100), unit: "absolute", bound: 5e-7 }),
  builtin("log(x)", Math.log, { name: "log near 1", left: linear(0.5, 2), bound: 2 ** -21 }),
  builtin("tanh(x)", Math.tanh, { name: "tanh", left: linear(-10, 10), bound: 1e-5 }),
  builtin("sin(x)", Math.sin, { name: "sin", left: linear(-Math.PI, Math.PI), bound: 2 ** -11 }),
  builtin("cos(x)", Math.cos, { name: "cos", left: linear(-Math.PI, Math.PI), bound: 2 ** -11 }),
];

/** A row whose operands are exact bits: f32 as u32. */
export interface BitRow {
  readonly wgsl: string;
  readonly left: readonly number[];
  readonly right: readonly number[];
}

const words = new DataView(new ArrayBuffer(4));
/** The bits of the float32 next to a number. */
export function bitsOf(value: number): number {
  words.setFloat32(0, value);
  return words.getUint32(0);
}

const NAN = 0x7fc01234;
export const INFINITY = 0x7f800000;
/** 2^-130: subnormal. */
const SUBNORMAL = 1 << 19;
const [ZERO, ONE, LARGE] = [0, bitsOf(1), bitsOf(3e38)];

/** x y and x + z whose results are infinite or no numbers, one of each kind. */
const OVERFLOWING = { left: [LARGE, INFINITY, NAN, ONE], right: [LARGE, ZERO, ONE, ONE] };
const CANCELLING = { left: [INFINITY, INFINITY, NAN, ONE], right: [ONE, INFINITY + 2 ** 31, ONE, ONE] };

/** 1 + 2^-13, whose square rounds to 1 + 2^-12 and loses 2^-26. */
const SQUARED = { left: [bitsOf(1 + 2 ** -13)], right: [bitsOf(-(1 + 2 ** -12))] };

const AT_NAN = { left: [NAN], right: [ONE] };

export const BIT_ROWS = {
  carried: { wgsl: "x", left: [NAN, INFINITY, SUBNORMAL], right: [] },
  product: { wgsl: "x * z", ...OVERFLOWING },
  productSeen: { wgsl: "bits_of_nonfinite(x * z)", ...OVERFLOWING },
  sum: { wgsl: "x + z", ...CANCELLING },
  sumSeen: { wgsl: "bits_of_nonfinite(x + z)", ...CANCELLING },
  compared: { wgsl: "select(vec4f(), vec4f(1.0), x != x)", left: [NAN, ONE], right: [] },
  maximum: { wgsl: "max(x, z)", left: [NAN], right: [ZERO] },
  logOfNan: { wgsl: log.wgsl(["x"]), ...AT_NAN },
  tanhOfNan: { wgsl: tanh.wgsl(["x"]), ...AT_NAN },
  erfOfNan: { wgsl: erf.wgsl(["x"]), ...AT_NAN },
  powOfNan: { wgsl: pow.wgsl(["x", "z"]), ...AT_NAN },
  subnormalOperand: { wgsl: "x * z", left: [SUBNORMAL], right: [bitsOf(2 ** 100)] },
  subnormalResult: { wgsl: "x * z", left: [bitsOf(2 ** -100)], right: [bitsOf(2 ** -30)] },
  written: { wgsl: "x * x + z", ...SQUARED },
  builtinFma: { wgsl: "fma(x, x, z)", ...SQUARED },
} as const satisfies Readonly<Record<string, BitRow>>;

/** Pairs of all relative sizes: the larger operand first, and last. */
const TWO_SUM = { left: signed, right: shuffled(signed) };

export type BitName = keyof typeof BIT_ROWS;
/** Which of them say what a function of the project gives for NaN. */
export const NAN_ROWS: Readonly<Record<NanHider, BitName>> = {
  ...{ log: "logOfNan", tanh: "tanhOfNan", erf: "erfOfNan", pow: "powOfNan" },
};
export const BIT_NAMES = Object.keys(BIT_ROWS) as BitName[];
/** The rows: functions, exact bits, and TwoSum. */
export const TWO_SUM_ROW = FUNCTION_ROWS.length + BIT_NAMES.length;
export const ROWS = TWO_SUM_ROW + 1;

/** One operand of every row. */
export function operands(side: "left" | "right"): Uint32Array<ArrayBuffer> {
  const bits = new Uint32Array(ROWS * POINTS);
  const floats = new Float32Array(bits.buffer);
  const fill = (row: number, grid: Grid): void => {
    for (let i = 0; i < POINTS; i++) floats[row * POINTS + i] = grid(i / (POINTS - 1));
  };
  FUNCTION_ROWS.forEach((row, i) => {
    fill(i, row[side]);
  });
  BIT_NAMES.forEach((name, i) => {
    bits.set(BIT_ROWS[name][side], (FUNCTION_ROWS.length + i) * POINTS);
  });
  fill(TWO_SUM_ROW, TWO_SUM[side]);
  return bits;
}
