import type { Window } from "../../autograd/ops/window.ts";
import type { Shape } from "../../model/graph.ts";
import template from "../../shaders/conv2dDirect.wgsl?raw";
import pairTemplate from "../../shaders/conv2dDirectPair.wgsl?raw";
import weightTemplate from "../../shaders/conv2dDirectWeight.wgsl?raw";
import weightPairTemplate from "../../shaders/conv2dDirectWeightPair.wgsl?raw";
import { ExprWriter } from "../codegen.ts";
import type { ConvPair, Heavy } from "../expr.ts";
import { Binder, grid, indexText, type Kernel, probeTerm, vec4Address } from "../kernel.ts";
import { expand } from "../template.ts";
import type { View } from "../view.ts";
import { coordinateText, type Output, storeText } from "./elementwise.ts";

type Conv = Extract<Heavy, { kind: "conv" }>;

const WORKGROUP = 64;

/** What the tiled kernels cannot do: channels in groups, and taps of an adjoint that neither divide nor multiply its stride. */
export const isDirect = ({ mode, groups, window: { stride, dilation } }: Conv): boolean =>
  groups > 1 || (mode === "input" && [0, 1].some((a) => stride[a] > 1 && dilation[a] > 1));

/** Offset in vec4s of the first element of a view's picture [n, y, x]. */
const pictureBase = (view: View, names: readonly string[]): string =>
  indexText(
    names,
    view.strides.slice(0, 3).map((s) => s / 4),
    view.offset / 4,
  ) + probeTerm(view.slot, 4);

/** Forward convolution or input gradient in groups, with the outputs as its epilogue. */
export function conv2dDirectKernel(work: Conv, shape: Shape, outputs: readonly Output[]): Kernel {
  const { kernel, stride, dilation, pad } = work.window;
  const adjoint = work.mode === "input";
  const [, , ci, co] = work.pairs[0].w.shape;
  const perGroup = co / work.groups;
  const { text, names, count } = coordinateText(shape, "thread");
  const binder = new Binder();
  const writer = new ExprWriter(binder);
  const values = {
    ADJOINT: adjoint,
    DEPTHWISE: ci === 1 && perGroup === 1,
    CHANNELS: shape[3],
    CI: ci,
    CO4: Math.ceil(co / 4),
    PER_GROUP: adjoint ? ci : perGroup,
    INNER: adjoint ? perGroup : ci,
    KH: kernel[0],
    KW: kernel[1],
    STRIDE_Y: stride[0],
    STRIDE_X: stride[1],
    DILATION_Y: dilation[0],
    DILATION_X: dilation[1],
    PAD_Y: pad[0],
    PAD_X: pad[1],
    BIAS_Y: Math.ceil(((kernel[0] - 1) * dilation[0]) / stride[0]),
    BIAS_X: Math.ceil(((kernel[1] - 1) * dilation[1]) / stride[1]),
  };
  const pairs = work.pairs.map(({ x, w }) =>
    expand(pairTemplate, {
      ...values,
      X: binder.read(x.slot, "vec4f"),
      W: binder.read(w.slot, "vec4f"),
      X_BASE: pictureBase(x, ["i0", "y", "x"]),
      W_PROBE: `${w.offset === 0 ? "" : ` + ${w.offset / 4}u`}${probeTerm(w.slot, 4)}`,
    }),
  );
  const store = storeText(writer, binder, outputs, names, ["acc"]);
  const { groups, row } = grid(count, WORKGROUP);
  const [n, oh, ow] = adjoint ? work.pairs[0].x.shape : shape;
  return {
    label: `conv2d ${work.mode}, ${work.groups} groups, ${work.pairs.length} pair(s)`,
    wgsl: expand(template, {
      ...values,
      HELPERS: writer.prelude,
      DECLARATIONS: binder.declarations(),
      WORKGROUP,
      ROW: row,
      THREADS: count,
      COORDINATES: text,
      PAIRS: pairs.join("\n"),
      STORE: store,
    }),
    bindings: binder.bindings,
    groups,
    batched: outputs.some((o) => o.view.slot.probeStride > 0),
    flops: 2 * work.pairs.length * n * oh * ow * kernel[0] * kernel[1] * ci * co,
  };
}

/** Where the pictures x and their cotangents of a weight gradient lie, for both of its kernels. Strides in vec4. */
export function weightPairTexts(
  { x, w: g }: ConvPair,
  binder: Binder,
  pad: Window["pad"],
): Readonly<Record<"X" | "G" | "X_OFFSET" | "G_OFFSET", string>> &
  Readonly<Record<"XN" | "XY" | "XX" | "GN" | "GY" | "GX", number>> {
  const [xn, xy, xx] = x.strides.map((s) => s / 4);
  const [gn, gy, gx] = g.strides.map((s) => s / 4);
  return {
    X: binder.read(x.slot, "vec4f"),
    G: binder.read(g.slot, "vec4f"),
    X_OFFSET: `${x.offset / 4 - pad[0] * xy - pad[1] * xx}u${probeTerm(x.slot, 4)}`,
    G_OFFSET: `${g.offset / 4}u${probeTerm(g.slot, 4)}`,
    ...{ XN: xn, XY: xy, XX: xx, GN: gn, GY: gy, GX: gx },
  };
}

/** First pass of the weight gradient: `partials` has shape [shares, kh, kw, ci, co]. In a pair, `w` is the cotangent. */
export function conv2dDirectWeightKernel(work: Conv, partials: View): Kernel {
  const { stride, dilation, pad } = work.window;
  const [shares, kh, kw, ci, co] = partials.shape;
  const [n, h, w] = work.pairs[0].w.shape;
  const perGroup = co / work.groups;
  const { text, names, count } = coordinateText(partials.shape, "thread");
  const binder = new Binder();
  const values = {
    DEPTHWISE: ci === 1 && perGroup === 1,
    PER_GROUP: perGroup,
    CI: ci,
    CO: co,
    H: h,
    W: w,
    STRIDE_Y: stride[0],
    STRIDE_X: stride[1],
    DILATION_Y: dilation[0],
    DILATION_X: dilation[1],
  };
  const pairs = work.pairs.map((pair) =>
    expand(weightPairTemplate, { ...values, ...weightPairTexts(pair, binder, pad) }),
  );
  const out = binder.write(partials.slot, "vec4f");
  const { groups, row } = grid(count, WORKGROUP);
  return {
    label: `conv2d weight, ${work.groups} groups, ${work.pairs.length} pair(s), ${shares} shares`,
    wgsl: expand(weightTemplate, {
      ...values,
      DECLARATIONS: binder.declarations(),
      WORKGROUP,
      ROW: row,
      THREADS: count,
      COORDINATES: text,
      PICTURE_ROWS: n * h,
      ROWS_PER_SHARE: Math.ceil((n * h) / shares),
      PAIRS: pairs.join("\n"),
      OUT: out,
      OUT_ADDRESS: vec4Address(partials, names),
    }),
    bindings: binder.bindings,
    groups,
    batched: partials.slot.probeStride > 0,
    flops: 2 * work.pairs.length * n * h * w * kh * kw * ci * co,
  };
}
