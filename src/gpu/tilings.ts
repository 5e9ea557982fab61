/** Which kernels have a choice of tilings, and which tilings these are. */

import { type Shape, sizeOf } from "../model/graph.ts";
import type { Heavy } from "./expr.ts";
import { convTilings } from "./kernels/conv2d.ts";
import { isDirect } from "./kernels/conv2dDirect.ts";
import { weightTilings } from "./kernels/conv2dWeight.ts";
import { matmulTilings } from "./kernels/matmul.ts";
import { isLarge, type KernelShape, type Tiling } from "./tiling.ts";

/** What decides among the tilings of a piece of work with a result of `shape`; null where there is one way only. */
export function kernelShape(work: Heavy, shape: Shape): KernelShape | null {
  if (work.kind === "matmul") {
    const [m, n] = shape.slice(-2);
    const a = work.pairs[0].x.shape;
    const { ta, tb, pairs } = work;
    const k = a[a.length - (ta ? 2 : 1)];
    return { kind: "matmul", batches: sizeOf(shape.slice(0, -2)), m, n, k, ta, tb, pairs: pairs.length };
  }
  if (work.kind !== "conv" || isDirect(work)) return null;
  const { mode, window, pairs } = work;
  const [n, h, w] = mode === "weight" ? pairs[0].w.shape : shape;
  const [kh, kw, ci, co] = mode === "weight" ? shape : pairs[0].w.shape;
  const [stride, dilation] = [window.stride, window.dilation];
  return {
    ...{ kind: "conv", mode, picture: [n, h, w], kernel: [kh, kw, ci, co] },
    ...{ stride: [stride[0], stride[1]], dilation: [dilation[0], dilation[1]], pairs: pairs.length },
  };
}

/**
 * All tilings that a kernel may have, the usual one first. They ask for no more than every WebGPU device has: 256 threads of a
 * workgroup and 16 KiB of its memory.
 */
export function tilingsFor(shape: KernelShape, processor = false): readonly Tiling[] {
  const large = isLarge(shape, processor);
  if (shape.kind === "matmul") return matmulTilings(shape, large);
  return shape.mode === "weight" ? weightTilings(shape) : convTilings(shape, large);
}
