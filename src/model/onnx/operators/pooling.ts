import * as pools from "../../pooling.ts";
import { identity, type Tracer, type Value } from "../tracer.ts";
import { NHWC, windowOf } from "./linear.ts";
import type { Call, Operator } from "./operator.ts";
import { mean, reduced } from "./reductions.ts";

/** Pooling over the windows of images. */

/** A pooling window, and whether it is the whole image. */
function poolWindow(call: Call): pools.PoolWindow & { readonly global: boolean } {
  const { node } = call;
  const shape = call.shape(0);
  const window = windowOf(call);
  const { kernel, pad, dilation } = window;
  if (pad.some((n, i) => n >= kernel[i % 2])) node.refuse("pads below the kernel's size", `[${pad}]`);
  const [height, width] = [0, 1].map((i) => shape[i + 2] + pad[i] + pad[i + 2]);
  const [tall, wide] = kernel.map((n, i) => (n - 1) * dilation[i] + 1);
  if (tall > height || wide > width)
    node.refuse("a window inside the padded image", `${kernel.join("x")} in ${height}x${width}`);
  const global = kernel[0] === shape[2] && kernel[1] === shape[3] && pad.every((n) => n === 0);
  return { ...window, ceilMode: node.int("ceil_mode", 0) === 1, global };
}

const averagePool: Operator = (call) => {
  const { t, node } = call;
  const { global, ...window } = poolWindow(call);
  const countPad = node.int("count_include_pad", 0) === 1;
  if (global) return mean(t, call.at(0), [2, 3]);
  return t.traced(pools.averagePool(t.g, t.node(call.at(0), NHWC), window, countPad), NHWC);
};

const maxPool: Operator = (call) => {
  const { t, node } = call;
  const { global: _, ...window } = poolWindow(call);
  if (node.outputs.length > 1 && node.outputs[1] !== "") node.refuse("one output", "indices as a second one");
  node.int("storage_order", 0);
  return t.traced(pools.maxPool(t.g, t.node(call.at(0), NHWC), window), NHWC);
};

const globalPool =
  (pool: (t: Tracer, x: Value, axes: readonly number[]) => Value): Operator =>
  (call) =>
    pool(call.t, call.at(0), identity(call.shape(0).length).slice(2));

export const pooling = {
  AveragePool: averagePool,
  MaxPool: maxPool,
  GlobalAveragePool: globalPool(mean),
  GlobalMaxPool: globalPool((t, x, axes) => reduced(t, "max", x, axes)),
} satisfies Record<string, Operator>;
