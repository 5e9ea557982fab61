/**
 * Where a value lies on the GPU. A **slot** is one buffer; a **view** is a strided window into it, so that reshape,
 * transpose, broadcast (stride 0) and slice cost nothing, and a convolution's zero padding is a halo that the slot
 * carries around the picture.
 *
 * Two invariants hold in every slot at all times: halos are zero, and the innermost axis is padded to a multiple of
 * four floats with lanes that are zero. Kernels may therefore load vec4s and read beyond an edge without a test.
 */

import type { Shape } from "../model/graph.ts";

/** Zero rows and columns around the two picture axes of an NHWC tensor: [top, left, bottom, right]. */
export type Halo = readonly [number, number, number, number];
export const NO_HALO: Halo = [0, 0, 0, 0];

export interface Slot {
  readonly id: number;
  /** Floats per probe. */
  readonly floats: number;
  /** Floats from one probe's copy to the next; 0 where all probes share the value. */
  readonly probeStride: number;
  /** Slots of equal layout may share a buffer: their halos and spare lanes coincide. */
  readonly layout: string;
  /**
   * `temp`: planned by lifetime. `pinned`: lives as long as the program (residuals, outputs).
   * `vector`: a tensor inside a parameter vector that the caller binds.
   */
  readonly kind: "temp" | "pinned" | "vector";
  /** For `vector`: which vector, and the first float within it (a multiple of 64). */
  readonly vector?: string;
  readonly start?: number;
}

export interface View {
  readonly slot: Slot;
  readonly shape: Shape;
  /** Floats. */
  readonly strides: readonly number[];
  /** Floats. */
  readonly offset: number;
}

export const roundUp = (n: number, to: number): number => Math.ceil(n / to) * to;

/** Row-major strides of a tensor whose innermost axis is padded to four and whose picture axes carry a halo. */
export function denseLayout(
  shape: Shape,
  halo: Halo = NO_HALO,
): { floats: number; strides: number[]; offset: number; key: string } {
  const extent = [...shape];
  if (extent.length === 0) return { floats: 4, strides: [], offset: 0, key: "scalar" };
  const last = extent.length - 1;
  extent[last] = roundUp(extent[last], 4);
  const [top, left, bottom, right] = halo;
  if (extent.length === 4) {
    extent[1] += top + bottom;
    extent[2] += left + right;
  }
  const strides = new Array<number>(extent.length);
  let step = 1;
  for (let d = last; d >= 0; d--) {
    strides[d] = step;
    step *= extent[d];
  }
  const offset = extent.length === 4 ? top * strides[1] + left * strides[2] : 0;
  return { floats: step, strides, offset, key: `${extent.join("x")}/${shape[last]}/${halo.join(",")}` };
}

/** True if four consecutive elements of the innermost axis are one aligned vec4. */
export function isVec4(view: View): boolean {
  const last = view.shape.length - 1;
  if (last < 0) return false;
  if (view.strides[last] !== 1 || view.offset % 4 !== 0) return false;
  // Kernels may take the strides of such a view for unsigned: one that runs backwards is read lane by lane.
  return view.strides.every((s, d) => d === last || (s >= 0 && s % 4 === 0) || view.shape[d] === 1);
}

/** numpy's broadcast: aligned at the right, axes of length 1 repeat. */
export function broadcastView(view: View, shape: Shape): View {
  const extra = shape.length - view.shape.length;
  const strides = shape.map((size, d) => {
    if (d < extra) return 0;
    return view.shape[d - extra] === 1 && size !== 1 ? 0 : view.strides[d - extra];
  });
  return { ...view, shape, strides };
}

export const transposeView = (view: View, perm: readonly number[]): View => ({
  ...view,
  shape: perm.map((p) => view.shape[p]),
  strides: perm.map((p) => view.strides[p]),
});

export const sliceView = (
  view: View,
  start: readonly number[],
  size: Shape,
  step: readonly number[],
): View => ({
  ...view,
  shape: size,
  strides: view.strides.map((s, d) => (size[d] === 1 ? s : s * step[d])),
  offset: view.offset + start.reduce((sum, s, d) => sum + s * view.strides[d], 0),
});

/**
 * A reshape without a copy, or null. Old and new axes are matched in groups of equal element count; within a group the
 * old axes must be contiguous (as numpy's no-copy reshape).
 */
export function reshapeView(view: View, shape: Shape): View | null {
  const old = view.shape.map((size, d) => ({ size, stride: view.strides[d] })).filter((a) => a.size !== 1);
  const wanted = shape.map((size, axis) => ({ size, axis })).filter((a) => a.size !== 1);
  const strides = new Array<number>(shape.length).fill(1);
  let i = 0;
  let j = 0;
  while (i < old.length && j < wanted.length) {
    let oldSize = old[i].size;
    let newSize = wanted[j].size;
    let iEnd = i + 1;
    let jEnd = j + 1;
    while (oldSize !== newSize) {
      if (oldSize < newSize) oldSize *= old[iEnd++].size;
      else newSize *= wanted[jEnd++].size;
    }
    for (let a = i; a + 1 < iEnd; a++) if (old[a].stride !== old[a + 1].stride * old[a + 1].size) return null;
    let step = old[iEnd - 1].stride;
    for (let b = jEnd - 1; b >= j; b--) {
      strides[wanted[b].axis] = step;
      step *= wanted[b].size;
    }
    i = iEnd;
    j = jEnd;
  }
  // Unit axes never move, but their strides should not spoil the vec4 test of the innermost axis.
  for (let d = 0; d < shape.length - 1; d++) if (shape[d] === 1) strides[d] = 0;
  const last = shape.length - 1;
  if (last >= 0 && shape[last] === 1) strides[last] = 0;
  return { ...view, shape, strides };
}
