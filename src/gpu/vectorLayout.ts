/**
 * Parameter vectors on the GPU. Files and users see one flat vector in file order; the device holds each tensor in
 * graph order, rows padded to four floats, starting at a multiple of 64 floats so that it can be bound on its own.
 * The padding is zero in every vector, so dot products and norms need not know of it.
 */

import { type Param, sizeOf } from "../model/graph.ts";
import { denseLayout, roundUp, type Slot, type View } from "./view.ts";

/** Storage bindings start at multiples of 256 bytes. */
const ALIGNMENT = 64;

export interface Segment {
  readonly name: string;
  /** Elements. */
  readonly size: number;
  /** First float on the device, and floats up to the next tensor. */
  readonly start: number;
  readonly extent: number;
}

export class VectorLayout {
  readonly segments: readonly Segment[];
  /** Elements of the flat vector. */
  readonly n: number;
  /** Floats on the device. */
  readonly extent: number;
  readonly #params: readonly Param[];
  readonly #places: Int32Array;

  constructor(params: readonly Param[]) {
    this.#params = params;
    this.n = params.reduce((n, p) => n + p.size, 0);
    this.#places = new Int32Array(this.n);
    let start = 0;
    this.segments = params.map((p) => {
      const { floats, strides } = denseLayout(p.axes.map((a) => p.fileShape[a]));
      place(p, strides, start, this.#places);
      const segment = { name: p.name, size: p.size, start, extent: roundUp(floats, ALIGNMENT) };
      start += segment.extent;
      return segment;
    });
    this.extent = start;
  }

  /** The tensor of parameter `index` within `vector`; `probeStride` is 0 or `extent`. */
  view(vector: string, index: number, id: number, probeStride: number): View {
    const p = this.#params[index];
    const shape = p.axes.map((a) => p.fileShape[a]);
    const { floats, strides, key } = denseLayout(shape);
    const start = this.segments[index].start;
    const slot: Slot = { id, floats, probeStride, layout: key, kind: "vector", vector, start };
    return { slot, shape, strides, offset: 0 };
  }

  /** A flat vector in file order, laid out for the device. */
  pack(flat: ArrayLike<number>, out = new Float32Array(this.extent)): Float32Array {
    if (flat.length !== this.n)
      throw new Error(`internal: vector of ${flat.length} elements, expected ${this.n}`);
    for (let i = 0; i < this.n; i++) out[this.#places[i]] = flat[i];
    return out;
  }

  /** The inverse of `pack`. */
  unpack(device: ArrayLike<number>): Float64Array {
    const flat = new Float64Array(this.n);
    for (let i = 0; i < this.n; i++) flat[i] = device[this.#places[i]];
    return flat;
  }
}

/** Where each element of a tensor, in file order, lies on the device. */
function place(p: Param, graphStrides: readonly number[], start: number, places: Int32Array): void {
  const rank = p.fileShape.length;
  // Stride on the device of each file axis.
  const strides = new Array<number>(rank);
  p.axes.forEach((fileAxis, graphAxis) => {
    strides[fileAxis] = graphStrides[graphAxis];
  });
  const size = sizeOf(p.fileShape);
  const index = new Array<number>(rank).fill(0);
  let at = start;
  for (let i = 0; i < size; i++) {
    places[p.offset + i] = at;
    for (let d = rank - 1; d >= 0; d--) {
      at += strides[d];
      if (++index[d] < p.fileShape[d]) break;
      at -= strides[d] * p.fileShape[d];
      index[d] = 0;
    }
  }
}
