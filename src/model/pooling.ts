import type { GraphBuilder, NodeId } from "./graph.ts";

/** Pooling layers as compositions of ops, for pictures [N,H,W,C]. */

export interface PoolWindow {
  /** Height and width, like all pairs here. */
  readonly kernel: readonly number[];
  readonly stride: readonly number[];
  /** top, left, bottom, right */
  readonly pad: readonly number[];
  /** Distance between neighbouring taps, 1 if not given. */
  readonly dilation?: readonly number[];
  /** Rounds the number of windows up: a last one may reach beyond the padding if it begins before it. */
  readonly ceilMode?: boolean;
}

/** `pad` with what windows beyond the padded picture need at the bottom and on the right (PyTorch's rule). */
function reach(size: readonly number[], { kernel, stride, pad, dilation, ceilMode }: PoolWindow): number[] {
  if (!ceilMode) return [...pad];
  const ends = [0, 1].map((a) => {
    const span = (kernel[a] - 1) * (dilation?.[a] ?? 1) + 1;
    const steps = Math.ceil((size[a] + pad[a] + pad[a + 2] - span) / stride[a]);
    const last = steps * stride[a] >= size[a] + pad[a] ? steps - 1 : steps;
    return Math.max(pad[a + 2], last * stride[a] + span - size[a] - pad[a]);
  });
  return [pad[0], pad[1], ...ends];
}

const attributes = (b: GraphBuilder, x: NodeId, window: PoolWindow) => ({
  stride: [...window.stride],
  pad: reach(b.shape(x).slice(1, 3), window),
  dilation: [...(window.dilation ?? [1, 1])],
});

/** The largest element of each window and channel; of several, the first has the derivative, as in PyTorch. */
export function maxPool(b: GraphBuilder, x: NodeId, window: PoolWindow): NodeId {
  const attrs = { kernel: [...window.kernel], ...attributes(b, x, window) };
  return b.op("poolPick", [x, b.op("poolArgmax", [x], attrs)], attrs);
}

/** Sum of the elements of each window and channel times `factor`: a depthwise convolution. */
function windowSum(
  b: GraphBuilder,
  x: NodeId,
  kernel: readonly number[],
  attrs: ReturnType<typeof attributes>,
  factor = 1,
): NodeId {
  const channels = b.shape(x)[3];
  const weight = b.op("broadcast", [b.constant(factor)], { shape: [...kernel, 1, channels] });
  return b.op("conv2d", [x, weight], { mode: "forward", ...attrs, groups: channels });
}

/**
 * The mean of each window and channel: over the elements inside the picture, or with `countPad` inside its padding,
 * but never over what `ceilMode` reaches beyond it.
 */
export function averagePool(b: GraphBuilder, x: NodeId, window: PoolWindow, countPad: boolean): NodeId {
  const { kernel, pad } = window;
  const attrs = attributes(b, x, window);
  const [, h, w] = b.shape(x);
  const counted = countPad ? pad : [0, 0, 0, 0];
  const beyond = attrs.pad.map((n, side) => n - counted[side]);
  if (beyond.every((n) => n === 0)) return windowSum(b, x, kernel, attrs, 1 / (kernel[0] * kernel[1]));
  // Ones stand where an element counts.
  const ones = b.op("broadcast", [b.constant(1)], {
    shape: [1, h + counted[0] + counted[2], w + counted[1] + counted[3], 1],
  });
  const counts = windowSum(b, ones, kernel, { ...attrs, pad: beyond });
  return b.op("div", [windowSum(b, x, kernel, attrs), counts]);
}
