/**
 * Parameter vectors on the GPU: the `VectorSpace` and `Basis` of src/spectrum/operator.ts (by shape; this folder does
 * not import that one). Calls record into a stream and return; only `fetch` and `read` wait.
 */

import { createBuffer } from "./memory.ts";
import { type MemoryLimits, mostBound } from "./plan.ts";
import type { Stream } from "./stream.ts";
import { compileVectorKernels, LANES, type VectorKernels } from "./vectorKernels.ts";
import type { VectorLayout } from "./vectorLayout.ts";
import { roundUp } from "./view.ts";

const USAGE = (): number => GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
/** Coefficient rows alive at once: a step of Lanczos makes three, and they are fetched one step late. */
const RING = 16;

export class GpuVector {
  readonly buffer: GPUBuffer;
  constructor(buffer: GPUBuffer) {
    this.buffer = buffer;
  }
}

export class GpuCoefficients {
  readonly rows: number;
  readonly buffer: GPUBuffer;
  readonly #fetch: () => Promise<Float64Array>;

  constructor(rows: number, buffer: GPUBuffer, fetch: () => Promise<Float64Array>) {
    this.rows = rows;
    this.buffer = buffer;
    this.#fetch = fetch;
  }

  fetch(): Promise<Float64Array> {
    return this.#fetch();
  }
}

export class GpuSpace {
  readonly k: number;
  readonly n: number;
  readonly layout: VectorLayout;
  readonly stream: Stream;
  readonly kernels: VectorKernels;
  readonly limits: MemoryLimits;
  readonly #segmentTable: GPUBuffer;
  readonly #wholeTable: GPUBuffer;
  #partials: GPUBuffer | null = null;
  #ring: GPUBuffer[] = [];
  #zero: GPUBuffer | null = null;
  #turn = 0;
  #bytes = 0;

  private constructor(
    stream: Stream,
    layout: VectorLayout,
    k: number,
    kernels: VectorKernels,
    limits: MemoryLimits,
  ) {
    this.stream = stream;
    this.layout = layout;
    this.k = k;
    this.n = layout.n;
    this.kernels = kernels;
    this.limits = limits;
    const ranges = layout.segments.flatMap((s) => [s.start / 4, s.extent / 4]);
    this.#segmentTable = this.#table(ranges);
    this.#wholeTable = this.#table([0, layout.extent / 4]);
  }

  /** What dot products with up to `rows` vectors of k columns take besides: partial sums and coefficients. */
  static scratchBytes(rows: number, k: number): number {
    return 4 * LANES * rows * k + RING * roundUp(4 * rows * k, 256);
  }

  static async create(
    stream: Stream,
    layout: VectorLayout,
    k: number,
    limits: MemoryLimits,
  ): Promise<GpuSpace> {
    return new GpuSpace(stream, layout, k, await compileVectorKernels(stream, layout.extent, k), limits);
  }

  get segments(): readonly { readonly name: string; readonly size: number }[] {
    return this.layout.segments;
  }

  /** Bytes of one block of k columns. */
  get blockBytes(): number {
    return 4 * this.layout.extent * this.k;
  }

  /** Bytes held by vectors and bases. */
  get bytes(): number {
    return this.#bytes;
  }

  create(): GpuVector {
    return new GpuVector(this.allocate(this.blockBytes, "vector"));
  }

  release(v: GpuVector): void {
    this.free(v.buffer);
  }

  allocate(size: number, label: string): GPUBuffer {
    this.#bytes += size;
    return createBuffer(this.stream.device, { label, size, usage: USAGE() });
  }

  free(buffer: GPUBuffer): void {
    this.stream.flush();
    this.stream.forget(buffer);
    this.#bytes -= buffer.size;
    buffer.destroy();
  }

  write(v: GpuVector, columns: readonly ArrayLike<number>[]): void {
    this.stream.flush();
    const { extent } = this.layout;
    const all = new Float32Array(extent * this.k);
    columns.forEach((column, c) => {
      this.layout.pack(column, all.subarray(c * extent, (c + 1) * extent));
    });
    this.stream.device.queue.writeBuffer(v.buffer, 0, all);
  }

  async read(v: GpuVector): Promise<Float64Array[]> {
    const all = await this.stream.read(v.buffer, this.blockBytes);
    const { extent } = this.layout;
    return Array.from({ length: this.k }, (_, c) =>
      this.layout.unpack(all.subarray(c * extent, (c + 1) * extent)),
    );
  }

  copy(from: GpuVector, to: GpuVector): void {
    this.stream.copy(from.buffer, 0, to.buffer, 0, this.blockBytes);
  }

  /** y += x for buffers of as many columns. */
  accumulate(x: GPUBuffer, y: GPUBuffer, columns: number): void {
    const [gx, gy] = this.kernels.groups;
    this.stream.dispatch(this.kernels.add, [x, y], { a: 1, b: 1 }, [gx, gy, columns]);
  }

  axpy(a: number, x: GpuVector, y: GpuVector): void {
    this.#combine(a, x.buffer, 1, y.buffer);
  }

  scale(a: number, x: GpuVector): void {
    // A buffer cannot be read and written in one dispatch: y := 0 * other + a * y needs another, finite vector.
    this.#combine(0, this.#wholeZero(), a, x.buffer);
  }

  restrict(v: GpuVector, keep: readonly ReadonlySet<number>[]): void {
    const { segments, extent } = this.layout;
    for (let c = 0; c < this.k; c++) {
      let from = 0;
      // Neighbouring segments are cleared at once.
      segments.forEach((segment, l) => {
        if (keep[c]?.has(l) !== true) return;
        this.#clearRange(v, c * extent + from, segment.start - from);
        from = segment.start + segment.extent;
      });
      this.#clearRange(v, c * extent + from, extent - from);
    }
  }

  dot(x: GpuVector, y: GpuVector): GpuCoefficients {
    return this.#segmentSums(x, y, this.#wholeTable, 1, false);
  }

  norm(x: GpuVector): GpuCoefficients {
    return this.#segmentSums(x, x, this.#wholeTable, 1, true);
  }

  segmentDots(x: GpuVector, y: GpuVector): GpuCoefficients {
    return this.#segmentSums(x, y, this.#segmentTable, this.layout.segments.length, false);
  }

  basis(capacity: number): GpuBasis {
    return new GpuBasis(this, capacity);
  }

  destroy(): void {
    this.stream.flush();
    for (const buffer of this.#ring) buffer.destroy();
    this.#partials?.destroy();
    this.#zero?.destroy();
    this.#segmentTable.destroy();
    this.#wholeTable.destroy();
  }

  /** Scratch for `rows * k` times LANES partial sums. */
  partials(rows: number): GPUBuffer {
    const size = 4 * LANES * rows * this.k;
    if (this.#partials === null || this.#partials.size < size) {
      if (this.#partials !== null) this.free(this.#partials);
      this.#partials = this.allocate(size, "partial sums");
    }
    return this.#partials;
  }

  /** Adds up the partial sums of `rows * k` dot products. */
  finish(rows: number, root: boolean): GpuCoefficients {
    const count = rows * this.k;
    const c = this.coefficients(rows);
    const pipeline = root ? this.kernels.finishRoot : this.kernels.finish;
    this.stream.dispatch(pipeline, [this.partials(rows), c.buffer], { count }, [Math.ceil(count / 64), 1, 1]);
    return c;
  }

  /** A row of the ring. A coefficient stays valid until RING others have been made; fetch it before. */
  coefficients(rows: number): GpuCoefficients {
    const size = roundUp(4 * rows * this.k, 256);
    const slot = this.#turn++ % RING;
    const old = this.#ring[slot];
    if (old === undefined || old.size < size) {
      if (old !== undefined) this.free(old);
      this.#ring[slot] = this.allocate(size, "coefficients");
    }
    const buffer = this.#ring[slot];
    const turn = this.#turn;
    return new GpuCoefficients(rows, buffer, async () => {
      if (this.#turn - turn >= RING)
        throw new Error("internal: coefficients were overwritten before they were fetched");
      return Float64Array.from(await this.stream.read(buffer, 4 * rows * this.k));
    });
  }

  /** Uploads coefficients, e.g. of a Ritz vector. */
  upload(values: Float64Array): GpuCoefficients {
    this.stream.flush();
    const c = this.coefficients(values.length / this.k);
    this.stream.device.queue.writeBuffer(c.buffer, 0, Float32Array.from(values));
    return c;
  }

  #clearRange(v: GpuVector, start: number, floats: number): void {
    if (floats > 0) this.stream.clear(v.buffer, 4 * start, 4 * floats);
  }

  #table(values: readonly number[]): GPUBuffer {
    const size = 4 * values.length;
    const buffer = createBuffer(this.stream.device, { label: "ranges", size, usage: USAGE() });
    this.stream.device.queue.writeBuffer(buffer, 0, Uint32Array.from(values));
    return buffer;
  }

  #wholeZero(): GPUBuffer {
    this.#zero ??= this.allocate(this.blockBytes, "zero vector");
    return this.#zero;
  }

  #combine(a: number, x: GPUBuffer, b: number, y: GPUBuffer): void {
    const [gx, gy] = this.kernels.groups;
    this.stream.dispatch(this.kernels.add, [x, y], { a, b }, [gx, gy, this.k]);
  }

  #segmentSums(x: GpuVector, y: GpuVector, table: GPUBuffer, rows: number, root: boolean): GpuCoefficients {
    const partial = this.partials(rows);
    this.stream.dispatch(this.kernels.segments, [x.buffer, y.buffer, partial, table], { count: rows }, [
      LANES / 64,
      rows,
      this.k,
    ]);
    return this.finish(rows, root);
  }
}

/** Krylov vectors in as few buffers as the device's binding limit allows. */
export class GpuBasis {
  readonly capacity: number;
  #length = 0;
  readonly #space: GpuSpace;
  readonly #perChunk: number;
  readonly #chunks: GPUBuffer[];

  constructor(space: GpuSpace, capacity: number) {
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

  append(w: GpuVector, scale: number | { readonly reciprocalOf: GpuCoefficients }): void {
    if (this.#length === this.capacity)
      throw new Error(`internal: the basis holds ${this.capacity} vectors already`);
    const { stream, kernels, k, layout } = this.#space;
    const [gx, gy] = kernels.groups;
    const { chunk, at } = this.#place(this.#length++);
    const before = (at * layout.extent * k) / 4;
    if (typeof scale === "number") {
      stream.dispatch(kernels.scaleTo, [w.buffer, chunk], { a: scale, before }, [gx, gy, k]);
    } else {
      stream.dispatch(kernels.divideTo, [w.buffer, chunk, scale.reciprocalOf.buffer], { a: 1, before }, [
        gx,
        gy,
        k,
      ]);
    }
  }

  clear(): void {
    this.#length = 0;
  }

  load(j: number, out: GpuVector): void {
    const { chunk, at } = this.#place(j);
    const bytes = this.#space.blockBytes;
    this.#space.stream.copy(chunk, at * bytes, out.buffer, 0, bytes);
  }

  project(w: GpuVector): GpuCoefficients {
    const { stream, kernels, k } = this.#space;
    const partial = this.#space.partials(this.#length);
    this.#eachChunk(this.#length, (chunk, before, count) => {
      const groups = [LANES / 64, Math.ceil(count / 4), k] as const;
      stream.dispatch(kernels.project, [chunk, w.buffer, partial], { before, count }, groups);
    });
    return this.#space.finish(this.#length, false);
  }

  subtract(w: GpuVector, c: GpuCoefficients): void {
    this.#add(-1, c, w, undefined);
  }

  combine(s: Float64Array, column: number, out: GpuVector): void {
    const { k } = this.#space;
    const all = new Float64Array(s.length * k);
    s.forEach((value, i) => {
      all[i * k + column] = value;
    });
    const c = this.#space.upload(all);
    this.#space.stream.clear(out.buffer);
    this.#add(1, c, out, column);
  }

  release(): void {
    for (const chunk of this.#chunks) this.#space.free(chunk);
  }

  #add(a: number, c: GpuCoefficients, w: GpuVector, column: number | undefined): void {
    const { stream, kernels, k } = this.#space;
    const [gx, gy] = kernels.groups;
    this.#eachChunk(c.rows, (chunk, before, count) => {
      const args = { a, before, count, ...(column === undefined ? {} : { column }) };
      stream.dispatch(kernels.subtract, [chunk, w.buffer, c.buffer], args, [gx, gy, k]);
    });
  }

  #place(j: number): { chunk: GPUBuffer; at: number } {
    return { chunk: this.#chunks[Math.floor(j / this.#perChunk)], at: j % this.#perChunk };
  }

  #eachChunk(length: number, visit: (chunk: GPUBuffer, before: number, count: number) => void): void {
    for (let before = 0; before < length; before += this.#perChunk) {
      visit(this.#chunks[before / this.#perChunk], before, Math.min(this.#perChunk, length - before));
    }
  }
}
