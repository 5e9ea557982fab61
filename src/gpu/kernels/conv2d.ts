import type { Window } from "../../autograd/ops/window.ts";
import type { Shape } from "../../model/graph.ts";
import template from "../../shaders/conv2d.wgsl?raw";
import pairTemplate from "../../shaders/conv2dPair.wgsl?raw";
import { ExprWriter } from "../codegen.ts";
import type { ConvPair, Heavy } from "../expr.ts";
import { Binder, grid, type Kernel, probeTerm } from "../kernel.ts";
import { expand } from "../template.ts";
import {
  type ConvShape,
  inRegisters,
  REGISTER_TILES,
  sameTiling,
  type Tiling,
  tilingText,
} from "../tiling.ts";
import type { Halo } from "../view.ts";
import { type Output, storeText } from "./elementwise.ts";

type Conv = Extract<Heavy, { kind: "conv" }>;

/** Taps of a row that are unrolled to share their pixels: 5 would be more loads in one body than SwiftShader compiles in time. */
const MOST_SHARED_TAPS = 3;

/**
 * Zeros that the pictures read by a convolution must carry on each side, so that no tap reads beyond them.
 * @param read size [h, w] of the picture that is read, @param written size of the picture that is computed.
 */
export function haloFor(
  mode: "forward" | "input" | "weight",
  { kernel, stride: strides, dilation, pad }: Window,
  read: readonly number[],
  written: readonly number[],
): Halo {
  const side = (axis: 0 | 1): [number, number] => {
    const [stride, before, reach] = [strides[axis], pad[axis], (kernel[axis] - 1) * dilation[axis]];
    if (mode === "input") {
      // Row g of the cotangent feeds rows g * stride + tap * dilation - before: the first and last rows asked for.
      const first = Math.ceil((before - reach) / stride);
      const last = Math.floor((written[axis] - 1 + before) / stride);
      return [Math.max(0, -first), Math.max(0, last - (read[axis] - 1))];
    }
    const last = (written[axis] - 1) * stride + reach - before;
    return [before, Math.max(0, last - (read[axis] - 1))];
  };
  const [top, bottom] = side(0);
  const [left, right] = side(1);
  return [top, left, bottom, right];
}

/** Tilings of a convolution or its adjoint with respect to the picture, the usual one first. */
export function convTilings({ mode, picture, kernel, stride }: ConvShape, large: boolean): readonly Tiling[] {
  const [, , w] = picture;
  const [, , ci, co] = kernel;
  const adjoint = mode === "input";
  const strided = adjoint && stride.some((s) => s > 1);
  const j = Math.ceil(w / (adjoint ? stride[1] : 1));
  // A tile must not cross a row where rows differ in phase; elsewhere it may.
  const fits = (p: number): boolean => !strided || j % p === 0;
  const columns = Math.ceil((adjoint ? ci : co) / 4);
  const rows = large && j % 16 === 0 ? 16 : ([8, 4, 2].find(fits) ?? 1);
  const usual = inRegisters(rows, columns % 2 === 0 ? 2 : 1);
  const others = REGISTER_TILES.filter(([p, t]) => fits(p) && columns % t === 0).map(([p, t]) =>
    inRegisters(p, t),
  );
  return [usual, ...[...others, { ...usual, workgroup: 64 }].filter((tiling) => !sameTiling(tiling, usual))];
}

/** Convolution (`forward`) or its adjoint with respect to the picture (`input`), with the outputs as its epilogue. */
export function conv2dKernel(work: Conv, shape: Shape, outputs: readonly Output[], tiling: Tiling): Kernel {
  const { stride, pad, dilation } = work.window;
  const adjoint = work.mode === "input";
  const [kh, kw, ci, co] = work.pairs[0].w.shape;
  const [n, h, w, channels] = shape;
  const strided = adjoint && (stride[0] > 1 || stride[1] > 1);
  const phases = adjoint ? stride[1] : 1;
  const j = Math.ceil(w / phases);
  const pixels = n * h * phases * j;
  const { rows: p, columns: t, workgroup } = tiling;
  const aligned = j % p === 0;
  const columns = Math.ceil(channels / 4);
  const threads = Math.ceil(pixels / p) * (columns / t);
  const binder = new Binder();
  const writer = new ExprWriter(binder);
  const values = {
    P: p,
    T: t,
    ROWS: aligned ? 1 : p,
    ALIGNED: aligned,
    ADJOINT: adjoint,
    STRIDED_ADJOINT: strided,
    TILE: p * t,
    PIXELS: pixels,
    J: j,
    PHASES: phases,
    PHASES_H: phases * h,
    H: h,
    W: w,
    KH: kh,
    KW: kw,
    CI: ci,
    REUSE: aligned && stride.every((s) => s === 1) && dilation[1] === 1 && kw > 1 && kw <= MOST_SHARED_TAPS,
    SPAN: p + kw - 1,
    KW_LESS_1: kw - 1,
    CO4: Math.ceil(co / 4),
    INNER: Math.ceil((adjoint ? co : ci) / 4),
    PAD_Y: pad[0],
    PAD_X: pad[1],
    STRIDE_Y: stride[0],
    STRIDE_X: stride[1],
    SKIP_Y: adjoint ? stride[0] : 1,
    SKIP_X: adjoint ? stride[1] : 1,
    COLUMN_TILES: columns / t,
    THREADS: threads,
    WORKGROUP: workgroup,
  };
  const pairs = work.pairs.map((pair) => pairText(pair, binder, adjoint, work.window, values)).join("\n");
  const epilogue = storeText(writer, binder, outputs, ["i0", "i1", "i2", "i3"], ["acc"]);
  const { groups, row } = grid(threads, workgroup);
  const text = expand(template, {
    ...values,
    HELPERS: writer.prelude,
    DECLARATIONS: binder.declarations(),
    EPILOGUE: epilogue,
    PAIRS: pairs,
    ROW: row,
  });
  // Every pixel of the strided picture meets every tap once, from either side.
  const [ph, pw] = adjoint ? [work.pairs[0].x.shape[1], work.pairs[0].x.shape[2]] : [h, w];
  return {
    label: `conv2d ${work.mode} ${tilingText(tiling)}, ${work.pairs.length} pair(s)`,
    wgsl: text,
    bindings: binder.bindings,
    groups,
    batched: outputs.some((o) => o.view.slot.probeStride > 0),
    flops: 2 * work.pairs.length * n * ph * pw * kh * kw * ci * co,
  };
}

function pairText(
  { x, w }: ConvPair,
  binder: Binder,
  adjoint: boolean,
  { stride, pad, dilation }: Window,
  values: Readonly<Record<string, number | boolean>>,
): string {
  const [sn, sy, sx] = x.strides.map((s) => s / 4);
  const start = adjoint ? x.offset / 4 : x.offset / 4 - pad[0] * sy - pad[1] * sx;
  return expand(pairTemplate, {
    ...values,
    X: binder.read(x.slot, "vec4f"),
    W: binder.read(w.slot, "vec4f"),
    OFFSET: `${start}u${probeTerm(x.slot, 4)}`,
    SN: sn,
    SY: sy,
    SX: sx,
    SY_DILATED: sy * dilation[0],
    SX_DILATED: sx * dilation[1],
    SY_STRIDED: sy * stride[0],
    SX_STRIDED: sx * stride[1],
    PIXEL_STEP: adjoint ? sx : sx * stride[1],
    W_PROBE: `${w.offset === 0 ? "" : ` + ${w.offset / 4}u`}${probeTerm(w.slot, 4)}`,
  });
}
