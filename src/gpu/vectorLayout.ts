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

  constructor(params: readonly Param[]) {
    this.#params = params;
    this.n = params.reduce((n, p) => n + p.size, 0);
    let start = 0;
    this.segments = params.map((p) => {
      const { floats } = denseLayout(graphShape(p));
      const segment = { name: p.name, size: p.size, start, extent: roundUp(floats, ALIGNMENT) };
      start += segment.extent;
      return segment;
    });
    this.extent = start;
  }

  /** The tensor of parameter `index` within `vector`; `probeStride` is 0 or `extent`. */
  view(vector: string, index: number, id: number, probeStride: number): View {
    const shape = graphShape(this.#params[index]);
    const { floats, strides, key } = denseLayout(shape);
    const start = this.segments[index].start;
    const slot: Slot = { id, floats, probeStride, layout: key, kind: "vector", vector, start };
    return { slot, shape, strides, offset: 0 };
  }

  /** A flat vector in file order, laid out for the device. */
  pack(flat: ArrayLike<number>, out = new Float32Array(this.extent)): Float32Array {
    if (flat.length !== this.n)
      throw new Error(`internal: vector of ${flat.length} elements, expected ${this.n}`);
    this.#eachRow((at, stride, from, count) => {
      for (let i = 0; i < count; i++) out[at + i * stride] = flat[from + i];
    });
    return out;
  }

  /** The inverse of `pack`. */
  unpack(device: ArrayLike<number>): Float64Array {
    const flat = new Float64Array(this.n);
    this.#eachRow((at, stride, from, count) => {
      for (let i = 0; i < count; i++) flat[from + i] = device[at + i * stride];
    });
    return flat;
  }

  /** A table of all places would be as long as the vector. */
  #eachRow(visit: VisitRow): void {
    this.#params.forEach((p, index) => {
      eachRow(p, this.segments[index].start, visit);
    });
  }
}

const graphShape = (p: Param): readonly number[] => p.axes.map((a) => p.fileShape[a]);

/** A row along the last axis of the file: its first place on the device, the distance of neighbours there; its first element in the flat vector, and how many. */
type VisitRow = (at: number, stride: number, from: number, count: number) => void;

/** The rows of a tensor that begins at `start` on the device, in file order. */
function eachRow(p: Param, start: number, visit: VisitRow): void {
  const rank = p.fileShape.length;
  // Stride on the device of each file axis.
  const strides = new Array<number>(rank);
  denseLayout(graphShape(p)).strides.forEach((stride, graphAxis) => {
    strides[p.axes[graphAxis]] = stride;
  });
  const size = sizeOf(p.fileShape);
  const last = rank - 1;
  const [count, stride] = rank === 0 ? [1, 1] : [p.fileShape[last], strides[last]];
  const index = new Array<number>(rank).fill(0);
  let at = start;
  for (let from = 0; from < size; from += count) {
    visit(at, stride, p.offset + from, count);
    for (let d = last - 1; d >= 0; d--) {
      at += strides[d];
      if (++index[d] < p.fileShape[d]) break;
      at -= strides[d] * p.fileShape[d];
      index[d] = 0;
    }
  }
}
