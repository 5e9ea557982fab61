/**
 * How the work of a kernel is laid out over threads, and for which sizes there is a choice. What is fastest differs from device
 * to device; today's rules are the first of the tilings that each kernel offers (tilings.ts), and a table that was measured on
 * a device (tune.ts) may name others.
 */

export interface Tiling {
  /** Operands straight from memory to registers, or by way of tiles in workgroup memory that many threads share. */
  readonly family: "registers" | "workgroup";
  /** Of the result that a thread holds: rows of a product, pixels of a picture, input channels of a weight gradient. */
  readonly rows: number;
  /** Vec4s of columns or output channels that it holds of each. */
  readonly columns: number;
  /** Threads of a workgroup. */
  readonly workgroup: number;
  /** Shares that a sum is split into, to be added up in a second pass; 1 for none. */
  readonly splitK: number;
}

/** C[m,n] = sum over k, `batches` times; `ta`, `tb`: an operand is stored transposed. */
export interface MatmulShape {
  readonly kind: "matmul";
  readonly batches: number;
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly ta: boolean;
  readonly tb: boolean;
  /** Products that one kernel adds up. */
  readonly pairs: number;
}

export interface ConvShape {
  readonly kind: "conv";
  readonly mode: "forward" | "input" | "weight";
  /** [n,h,w] of the picture that is computed; of the cotangent for `weight`. */
  readonly picture: readonly [number, number, number];
  /** [kh,kw,in,out]. */
  readonly kernel: readonly [number, number, number, number];
  readonly stride: readonly [number, number];
  readonly dilation: readonly [number, number];
  readonly pairs: number;
}

/** All of a kernel that decides how fast a tiling is, but for its epilogue. */
export type KernelShape = MatmulShape | ConvShape;

/** Multiply-adds. */
const workOf = (shape: KernelShape): number =>
  shape.pairs *
  (shape.kind === "matmul"
    ? shape.batches * shape.m * shape.n * shape.k
    : [...shape.picture, ...shape.kernel].reduce((a, b) => a * b, 1));

/** Multiply-adds from which some fifty products win back what a large tile takes longer to compile: half a second at most. */
const WORTH = 2 ** 25;

/**
 * Whether the usual tile of a shape is a large one. The registers of a processor are memory, and loads are what it is slowest at, lane by
 * lane: on SwiftShader a thread with 64 vec4s of a product needs 0.7 of the time of one with 16. On a GPU they would spill.
 * @param processor the device is a software adapter
 */
export const isLarge = (shape: KernelShape, processor: boolean): boolean =>
  processor && workOf(shape) >= WORTH;

/** By `shapeKey`; a shape that is not in it has the usual tiling. */
export type KernelChoices = ReadonlyMap<string, Tiling>;

/** `matmul 1x64x512x784 tb 2`, `conv forward 8x32x32 3x3x16x16 1x1 1x1 1`: equal for equal shapes only. */
export const shapeKey = (shape: KernelShape): string =>
  shape.kind === "matmul"
    ? [
        "matmul",
        [shape.batches, shape.m, shape.n, shape.k].join("x"),
        ...(shape.ta ? ["ta"] : []),
        ...(shape.tb ? ["tb"] : []),
        shape.pairs,
      ].join(" ")
    : [
        `conv ${shape.mode}`,
        ...[shape.picture, shape.kernel, shape.stride, shape.dilation].map((sizes) => sizes.join("x")),
        shape.pairs,
      ].join(" ");

export const sameTiling = (a: Tiling, b: Tiling): boolean =>
  a.family === b.family &&
  a.rows === b.rows &&
  a.columns === b.columns &&
  a.workgroup === b.workgroup &&
  a.splitK === b.splitK;

/** `8x2`, `workgroup 8x2 of 64`, `4x2 in 32 shares`; 32 threads go without saying. */
export const tilingText = ({ family, rows, columns, workgroup, splitK }: Tiling): string =>
  [
    ...(family === "workgroup" ? ["workgroup"] : []),
    `${rows}x${columns}`,
    ...(workgroup === USUAL_WORKGROUP ? [] : [`of ${workgroup}`]),
    ...(splitK === 1 ? [] : [`in ${splitK} shares`]),
  ].join(" ");

/** Threads of a workgroup of the register family. */
export const USUAL_WORKGROUP = 32;

/** In registers, without shares. */
export const inRegisters = (rows: number, columns: number, workgroup = USUAL_WORKGROUP): Tiling => ({
  ...{ family: "registers", rows, columns, workgroup, splitK: 1 },
});

/** Rows or pixels x vec4s that a thread may hold. */
export const REGISTER_TILES = [
  [4, 1],
  [4, 2],
  [4, 4],
  [8, 1],
  [8, 2],
  [8, 4],
  [16, 1],
  [16, 2],
  [16, 4],
] as const;
