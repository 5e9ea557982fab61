import type { Shape } from "../../model/graph.ts";
import template from "../../shaders/pool.wgsl?raw";
import { ExprWriter } from "../codegen.ts";
import type { Heavy } from "../expr.ts";
import { Binder, grid, type Kernel, vec4Address } from "../kernel.ts";
import { expand } from "../template.ts";
import type { View } from "../view.ts";
import { coordinateText, type Output, storeText } from "./elementwise.ts";

type Pool = Extract<Heavy, { kind: "pool" }>;

const WORKGROUP = 64;

/** One of the three pooling ops, with the outputs as its epilogue. */
export function poolKernel(work: Pool, shape: Shape, outputs: readonly Output[]): Kernel {
  const binder = new Binder();
  const writer = new ExprWriter(binder);
  const { text, names, count } = coordinateText(shape, "thread");
  const { kernel, stride, dilation, pad } = work.window;
  const [, h, w] = work.source.shape;
  const spread = work.op === "poolSpread";
  const read = (view: View, at: readonly string[]): string =>
    `${binder.read(view.slot, "vec4f")}[${vec4Address(view, at)}]`;
  const windowPlace = spread ? ["i0", "y", "x", "i3"] : names;
  const source = read(work.source, ["i0", "y", "x", "i3"]);
  const taps = work.taps === null ? "" : read(work.taps, windowPlace);
  const store = storeText(writer, binder, outputs, names, ["acc"]);
  const { groups, row } = grid(count, WORKGROUP);
  return {
    label: `${work.op} ${kernel.join("x")} to [${shape.join(",")}]`,
    wgsl: expand(template, {
      ARGMAX: work.op === "poolArgmax",
      PICK: work.op === "poolPick",
      SPREAD: spread,
      SOURCE: source,
      TAPS: taps,
      H: h,
      W: w,
      KH: kernel[0],
      KW: kernel[1],
      STRIDE_Y: stride[0],
      STRIDE_X: stride[1],
      DILATION_Y: dilation[0],
      DILATION_X: dilation[1],
      PAD_Y: pad[0],
      PAD_X: pad[1],
      HELPERS: writer.prelude,
      DECLARATIONS: binder.declarations(),
      WORKGROUP,
      ROW: row,
      THREADS: count,
      COORDINATES: text,
      STORE: store,
    }),
    bindings: binder.bindings,
    groups,
    batched: outputs.some((o) => o.view.slot.probeStride > 0),
    flops: 4 * count * kernel[0] * kernel[1],
  };
}
