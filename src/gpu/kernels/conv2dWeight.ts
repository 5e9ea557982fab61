import type { Window } from "../../autograd/ops/window.ts";
import type { Shape } from "../../model/graph.ts";
import template from "../../shaders/conv2dWeight.wgsl?raw";
import pairTemplate from "../../shaders/conv2dWeightPair.wgsl?raw";
import type { ConvPair, Heavy } from "../expr.ts";
import { Binder, grid, type Kernel, probeTerm } from "../kernel.ts";
import { expand } from "../template.ts";
import { type ConvShape, inRegisters, type Tiling, USUAL_WORKGROUP } from "../tiling.ts";
import type { View } from "../view.ts";
import { weightPairTexts } from "./conv2dDirect.ts";

type Conv = Extract<Heavy, { kind: "conv" }>;

/** Threads that keep a GPU busy; more shares than needed cost memory and a longer second pass. */
const WANTED_THREADS = 8192;
const MOST_SHARES = 128;
/** 3 taps x 4 channels x 2 vec4s are 24 registers. */
const MOST_TAPS = 3;

interface Tile {
  /** Vec4s of input channels and of output channels, and taps of a row. */
  readonly tc4: number;
  readonly t: number;
  readonly taps: number;
  readonly tiles: number;
}

function tileOf({ stride, dilation }: Pick<Window, "stride" | "dilation">, [kh, kw, ci, co]: Shape): Tile {
  const columns = Math.ceil(co / 4);
  const channels = Math.ceil(ci / 4);
  const t = columns % 2 === 0 ? 2 : 1;
  // Neighbouring taps share their pixels, and several vec4s of channels as well would be too many registers.
  const taps = stride[1] === 1 && dilation[1] === 1 && kw <= MOST_TAPS ? kw : 1;
  const tc4 = taps === 1 && channels % 2 === 0 ? 2 : 1;
  return { tc4, t, taps, tiles: kh * (kw / taps) * (columns / t) * (channels / tc4) };
}

/** How many shares the picture rows [n, h] of a weight gradient in groups are split into. */
export function directShares({ pairs }: Conv, [kh, kw, ci, co]: Shape): number {
  const [n, h] = pairs[0].w.shape;
  return sharesOf(n * h, Math.ceil(WANTED_THREADS / (kh * kw * ci * Math.ceil(co / 4))));
}

/** About so many shares of as many rows each, the last one's apart; none of them empty. */
function sharesOf(rows: number, wanted: number): number {
  const shares = Math.min(MOST_SHARES, rows, wanted);
  return Math.ceil(rows / Math.ceil(rows / shares));
}

/** Tilings of a weight gradient, the usual one first: they differ in the shares of its sum alone. */
export function weightTilings({ picture, kernel, stride, dilation }: ConvShape): readonly Tiling[] {
  const rows = picture[0] * picture[1];
  const { tc4, t, tiles } = tileOf({ stride, dilation }, kernel);
  const usual = Math.ceil(WANTED_THREADS / tiles);
  const shares = [1, 1 / 8, 1 / 4, 1 / 2, 2, 4].map((f) =>
    sharesOf(rows, Math.max(1, Math.floor(f * usual))),
  );
  return [...new Set(shares)].map((splitK) => ({ ...inRegisters(4 * tc4, t), splitK }));
}

/** First pass of the weight gradient: `partials` has shape [shares, kh, kw, ci, co]. In a pair, `w` is the cotangent. */
export function conv2dWeightKernel(work: Conv, partials: View): Kernel {
  const [shares, kh, kw, ci, co] = partials.shape;
  const [n, h, w] = work.pairs[0].w.shape;
  const { tc4, t, taps, tiles } = tileOf(work.window, [kh, kw, ci, co]);
  const columnTiles = Math.ceil(co / 4) / t;
  const channelTiles = Math.ceil(ci / 4) / tc4;
  const threads = tiles * shares;
  const binder = new Binder();
  const { stride, dilation } = work.window;
  const values = {
    ...{ T: t, TC4: tc4, TAPS: taps, LAST_TAP: taps - 1, TWO: w % 2 === 0, STEP: w % 2 === 0 ? 2 : 1 },
    ...{ H: h, W: w, KW: kw },
    ...{ STRIDE_Y: stride[0], DILATION_Y: dilation[0], DILATION_X: dilation[1] },
  };
  const pairs = work.pairs.map((pair) => pairText(pair, binder, work.window, values)).join("\n");
  const out = binder.write(partials.slot, "vec4f");
  const { groups, row } = grid(threads, USUAL_WORKGROUP);
  return {
    label: `conv2d weight ${tc4 * 4}x${t}${taps > 1 ? ` ${taps} taps` : ""}, ${work.pairs.length} pair(s), ${shares} shares`,
    wgsl: expand(template, {
      ...values,
      DECLARATIONS: binder.declarations(),
      WORKGROUP: USUAL_WORKGROUP,
      ROW: row,
      THREADS: threads,
      COLUMN_TILES: columnTiles,
      CHANNEL_TILES: channelTiles,
      TILES_PER_TAP: columnTiles * channelTiles,
      TILES: tiles,
      TAP_TILES: (kh * kw) / taps,
      KERNEL: kh * kw,
      CI: ci,
      CO4: Math.ceil(co / 4),
      PICTURE_ROWS: n * h,
      ROWS_PER_SHARE: Math.ceil((n * h) / shares),
      PAIRS: pairs,
      OUT: out,
      OUT_PROBE: ` + ${partials.offset / 4}u${probeTerm(partials.slot, 4)}`,
    }),
    bindings: binder.bindings,
    groups,
    batched: partials.slot.probeStride > 0,
    flops: 2 * work.pairs.length * n * h * w * kh * kw * ci * co,
  };
}

function pairText(
  pair: ConvPair,
  binder: Binder,
  { stride, pad }: Window,
  values: Readonly<Record<string, number | boolean>>,
): string {
  const texts = weightPairTexts(pair, binder, pad);
  return expand(pairTemplate, { ...values, ...texts, XX_STRIDED: texts.XX * stride[1] });
}
