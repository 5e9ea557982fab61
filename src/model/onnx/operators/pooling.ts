import type { NodeId, Shape } from "../../graph.ts";
import { constant } from "../tensor.ts";
import { identity, type Tracer, type Value } from "../tracer.ts";
import { NHWC, type Window, windowOf } from "./linear.ts";
import type { Call, Operator } from "./operator.ts";
import { mean, reduced } from "./reductions.ts";

/** Pooling over the windows of images. */

/** Elements that the window's tap (i, j) meets: [N,H,W,C] padded -> [N,oh,ow,C], for all taps. */
function taps(call: Call, x: NodeId, { kernel, stride, pad }: Window, fill?: NodeId): readonly NodeId[] {
  const { t, node } = call;
  const ends = { low: [0, pad[0], pad[1], 0], high: [0, pad[2], pad[3], 0], interior: [0, 0, 0, 0] };
  const zeros = pad.some((n) => n > 0) ? t.op("pad", [x], ends) : x;
  const padded = fill === undefined ? zeros : t.op("add", [zeros, fill]);
  const [n, h, w, c] = t.g.shape(padded);
  const [oh, ow] = [h, w].map((side, i) => Math.floor((side - kernel[i]) / stride[i]) + 1);
  if (oh < 1 || ow < 1) node.refuse("a window inside the padded image", `${kernel.join("x")} in ${h}x${w}`);
  return identity(kernel[0] * kernel[1]).map((k) =>
    t.op("slice", [padded], {
      start: [0, Math.floor(k / kernel[1]), k % kernel[1], 0],
      size: [n, oh, ow, c],
      stride: [1, ...stride, 1],
    }),
  );
}

/** A pooling window of at most so many elements that one slice each is reasonable. */
function poolWindow(call: Call): Window & { readonly global: boolean } {
  const { node } = call;
  const shape = call.shape(0);
  const window = windowOf(call);
  const { kernel, stride, pad } = window;
  if (pad.some((n, i) => n >= kernel[i % 2])) node.refuse("pads below the kernel's size", `[${pad}]`);
  const global = kernel[0] === shape[2] && kernel[1] === shape[3] && pad.every((n) => n === 0);
  const most = 64;
  if (!global && kernel[0] * kernel[1] > most)
    node.refuse(`pooling windows of at most ${most} elements, or global ones`, kernel.join("x"));
  const divides = [0, 1].every((i) => (shape[i + 2] + pad[i] + pad[i + 2] - kernel[i]) % stride[i] === 0);
  if (node.int("ceil_mode", 0) === 1 && !divides)
    node.refuse("ceil_mode 0", "1, with windows that reach beyond the image");
  return { ...window, global };
}

/** A value per place of the padded image, the same for all samples and channels: `inside` in the image, `edge` around. */
function border(
  t: Tracer,
  shape: Shape,
  pad: readonly number[],
  inside: number,
  edge: number,
): NodeId | undefined {
  if (pad.every((n) => n === 0)) return undefined;
  const [h, w] = [shape[2] + pad[0] + pad[2], shape[3] + pad[1] + pad[3]];
  const data = Float32Array.from({ length: h * w }, (_, i) => {
    const [y, x] = [Math.floor(i / w) - pad[0], (i % w) - pad[1]];
    return y >= 0 && y < shape[2] && x >= 0 && x < shape[3] ? inside : edge;
  });
  return t.node(t.state(constant("float", [1, h, w, 1], data)));
}

const averagePool: Operator = (call) => {
  const { t, node } = call;
  const window = poolWindow(call);
  const { kernel, pad } = window;
  const shape = call.shape(0);
  const padded = node.int("count_include_pad", 0) === 1;
  if (window.global) return mean(t, call.at(0), [2, 3]);
  const sum = (x: NodeId, w: Window): NodeId => taps(call, x, w).reduce((a, b) => t.op("add", [a, b]));
  const total = sum(t.node(call.at(0), NHWC), window);
  const inside = padded ? undefined : border(t, shape, pad, 1, 0);
  if (inside === undefined)
    return t.traced(t.op("mul", [total, t.g.constant(1 / (kernel[0] * kernel[1]))]), NHWC);
  const counts = sum(inside, { ...window, pad: [0, 0, 0, 0] });
  return t.traced(t.op("div", [total, counts]), NHWC);
};

/** Below every activation, and far from the end of float32. */
const LOWEST = -1e30;

/** The largest of the window; where several are, they share the derivative. */
const maxPool: Operator = (call) => {
  const { t, node } = call;
  const window = poolWindow(call);
  if (node.outputs.length > 1 && node.outputs[1] !== "") node.refuse("one output", "indices as a second one");
  node.int("storage_order", 0);
  const fill = border(t, call.shape(0), window.pad, 0, LOWEST);
  const parts = taps(call, t.node(call.at(0), NHWC), window, fill);
  const [n, h, w, c] = t.g.shape(parts[0]);
  const stack = parts.map((part) => t.op("reshape", [part], { shape: [1, n * h * w, c] }));
  const largest = t.op("max", [t.op("concat", stack, { axis: 0 })], { axes: [0] });
  return t.traced(t.op("reshape", [largest], { shape: [n, h, w, c] }), NHWC);
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
