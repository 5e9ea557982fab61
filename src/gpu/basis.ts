/** Krylov vectors on the device: the `Basis` of src/spectrum/operator.ts, by shape. */

import { mostBound } from "./plan.ts";
import { LANES } from "./vectorKernels.ts";
import type { BasisSpace, GpuCoefficients, GpuVector, Scale } from "./vectorTypes.ts";

/** Vectors of a basis that one buffer holds. */
export interface Chunk {
  readonly buffer: GPUBuffer;
  /** Vectors of the basis before it, and in it. */
  readonly before: number;
  readonly count: number;
}

/** Vector number `at` of a buffer := w * scale. */
export function scaleInto(space: BasisSpace, w: GpuVector, scale: Scale, to: GPUBuffer, at: number): void {
  const { stream, kernels, k, layout } = space;
  const groups = [...kernels.groups, k] as const;
  const before = (at * layout.extent * k) / 4;
  if (typeof scale === "number") {
    stream.dispatch(kernels.scaleTo, [w.buffer, to], { a: scale, before }, groups);
  } else {
    const { buffer } = scale.reciprocalOf;
    stream.dispatch(kernels.divideTo, [w.buffer, to, buffer], { a: 1, before }, groups);
  }
}

/** Partial sums of the dot products of w with the vectors of a chunk. */
export function projectOn(
  { stream, kernels, k }: BasisSpace,
  { buffer, before, count }: Chunk,
  w: GpuVector,
  partial: GPUBuffer,
): void {
  const groups = [LANES / 64, Math.ceil(count / 4), k] as const;
  stream.dispatch(kernels.project, [buffer, w.buffer, partial], { before, count }, groups);
}

/** w := w + a * sum_i c_i v_i over the vectors of a chunk; of one column of theirs where it is given. */
export function addFrom(
  { stream, kernels, k }: BasisSpace,
  { buffer, before, count }: Chunk,
  w: GpuVector,
  sum: { readonly a: number; readonly c: GpuCoefficients; readonly column?: number },
): void {
  const { a, c, column } = sum;
  const args = { a, before, count, ...(column === undefined ? {} : { column }) };
  stream.dispatch(kernels.subtract, [buffer, w.buffer, c.buffer], args, [...kernels.groups, k]);
}

/** Coefficients of one column, zero in the others. */
export function uploadColumn(space: BasisSpace, s: Float64Array, column: number): GpuCoefficients {
  const all = new Float64Array(s.length * space.k);
  s.forEach((value, i) => {
    all[i * space.k + column] = value;
  });
  return space.upload(all);
}

/** In as few buffers as the device's binding limit allows. */
export class GpuBasis {
  readonly capacity: number;
  #length = 0;
  readonly #space: BasisSpace;
  readonly #perChunk: number;
  readonly #chunks: GPUBuffer[];

  constructor(space: BasisSpace, capacity: number) {
    this.#space = space;
    this.capacity = capacity;
    const most = mostBound(space.limits);
    this.#perChunk = Math.min(capacity, Math.floor(most / space.blockBytes));
    if (this.#perChunk < 1) {
      throw new Error(
        `A Krylov vector of ${Math.ceil(space.blockBytes / 1e6)} MB exceeds what this GPU binds at once (${Math.floor(most / 1e6)} MB): use fewer probes at once.`,
      );
    }
    this.#chunks = [];
    for (let left = capacity; left > 0; left -= this.#perChunk) {
      const vectors = Math.min(left, this.#perChunk);
      this.#chunks.push(space.allocate(vectors * space.blockBytes, "Krylov basis"));
    }
  }

  get length(): number {
    return this.#length;
  }

  append(w: GpuVector, scale: Scale): void {
    if (this.#length === this.capacity)
      throw new Error(`internal: the basis holds ${this.capacity} vectors already`);
    const { buffer, at } = this.#place(this.#length++);
    scaleInto(this.#space, w, scale, buffer, at);
  }

  clear(): void {
    this.#length = 0;
  }

  load(j: number, out: GpuVector): void {
    const { buffer, at } = this.#place(j);
    const bytes = this.#space.blockBytes;
    this.#space.stream.copy(buffer, at * bytes, out.buffer, 0, bytes);
  }

  project(w: GpuVector): GpuCoefficients {
    const partial = this.#space.partials(this.#length);
    for (const chunk of this.#filled(this.#length)) projectOn(this.#space, chunk, w, partial);
    return this.#space.finish(this.#length, false);
  }

  subtract(w: GpuVector, c: GpuCoefficients): void {
    for (const chunk of this.#filled(c.rows)) addFrom(this.#space, chunk, w, { a: -1, c });
  }

  combine(s: Float64Array, column: number, out: GpuVector): void {
    const c = uploadColumn(this.#space, s, column);
    this.#space.stream.clear(out.buffer);
    for (const chunk of this.#filled(c.rows)) addFrom(this.#space, chunk, out, { a: 1, c, column });
  }

  release(): void {
    for (const chunk of this.#chunks) this.#space.free(chunk);
  }

  #place(j: number): { buffer: GPUBuffer; at: number } {
    return { buffer: this.#chunks[Math.floor(j / this.#perChunk)], at: j % this.#perChunk };
  }

  /** The chunks of the first `length` vectors. */
  #filled(length: number): Chunk[] {
    return this.#chunks.slice(0, Math.ceil(length / this.#perChunk)).map((buffer, i) => {
      const before = i * this.#perChunk;
      return { buffer, before, count: Math.min(this.#perChunk, length - before) };
    });
  }
}
