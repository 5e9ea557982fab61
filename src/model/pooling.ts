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

/** Sum of the elements of each window. */
function windowSum(
  b: GraphBuilder,
  x: NodeId,
  window: ReturnType<typeof attributes>,
  kernel: readonly number[],
) {
  const { stride, pad, dilation } = window;
  const ends = { low: [0, pad[0], pad[1], 0], high: [0, pad[2], pad[3], 0], interior: [0, 0, 0, 0] };
  const padded = b.op("pad", [x], ends);
  const [n, h, w, c] = b.shape(padded);
  const size = [h, w].map(
    (side, a) => Math.floor((side - (kernel[a] - 1) * dilation[a] - 1) / stride[a]) + 1,
  );
  const tap = (k: number): NodeId =>
    b.op("slice", [padded], {
      start: [0, Math.floor(k / kernel[1]) * dilation[0], (k % kernel[1]) * dilation[1], 0],
      size: [n, ...size, c],
      stride: [1, ...stride, 1],
    });
  let sum = tap(0);
  for (let k = 1; k < kernel[0] * kernel[1]; k++) sum = b.op("add", [sum, tap(k)]);
  return sum;
}

/**
 * The mean of each window and channel: over the elements inside the picture, or with `countPad` inside its padding,
 * but never over what `ceilMode` reaches beyond it.
 */
export function averagePool(b: GraphBuilder, x: NodeId, window: PoolWindow, countPad: boolean): NodeId {
  const { kernel, pad } = window;
  const attrs = attributes(b, x, window);
  const [, h, w] = b.shape(x);
  const sum = windowSum(b, x, attrs, kernel);
  // Ones stand where an element counts.
  const counted = countPad ? pad : [0, 0, 0, 0];
  const beyond = attrs.pad.map((n, side) => n - counted[side]);
  if (beyond.every((n) => n === 0)) return b.op("mul", [sum, b.constant(1 / (kernel[0] * kernel[1]))]);
  const ones = b.op("broadcast", [b.constant(1)], {
    shape: [1, h + counted[0] + counted[2], w + counted[1] + counted[3], 1],
  });
  return b.op("div", [sum, windowSum(b, ones, { ...attrs, pad: beyond }, kernel)]);
}
