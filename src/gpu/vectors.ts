/**
 * Parameter vectors on the GPU: the `VectorSpace` and `Basis` of src/spectrum/operator.ts (by shape; this folder does
 * not import that one). Calls record into a stream and return; only `fetch` and `read` wait.
 */

import { GpuBasis } from "./basis.ts";
import { HostBasis, type HostRoom } from "./hostBasis.ts";
import { createBuffer } from "./memory.ts";
import type { MemoryLimits } from "./plan.ts";
import type { Stream } from "./stream.ts";
import { compileVectorKernels, LANES, type VectorKernels } from "./vectorKernels.ts";
import type { VectorLayout } from "./vectorLayout.ts";
import { type BasisSpace, GpuCoefficients, GpuVector } from "./vectorTypes.ts";
import { roundUp } from "./view.ts";

export { GpuCoefficients, GpuVector };

const USAGE = (): number => GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
/** Coefficient rows alive at once: a step of Lanczos makes three, and they are fetched one step late. */
const RING = 16;

export class GpuSpace implements BasisSpace {
  readonly k: number;
  readonly n: number;
  readonly layout: VectorLayout;
  readonly stream: Stream;
  /** Resolves when its kernels are compiled: until then vectors can be made, written and copied, no more. */
  readonly ready: Promise<void>;
  readonly limits: MemoryLimits;
  /** Where bases lie: in host memory, or null: on the device. */
  readonly hostRoom: HostRoom | null;
  readonly #segmentTable: GPUBuffer;
  readonly #wholeTable: GPUBuffer;
  #kernels: VectorKernels | null = null;
  #partials: GPUBuffer | null = null;
  #ring: GPUBuffer[] = [];
  #zero: GPUBuffer | null = null;
  #turn = 0;
  #bytes = 0;

  /** Begins to compile its kernels. */
  constructor(
    stream: Stream,
    layout: VectorLayout,
    k: number,
    limits: MemoryLimits,
    hostRoom: HostRoom | null = null,
  ) {
    this.stream = stream;
    this.layout = layout;
    this.k = k;
    this.n = layout.n;
    this.limits = limits;
    this.hostRoom = hostRoom;
    const ranges = layout.segments.flatMap((s) => [s.start / 4, s.extent / 4]);
    this.#segmentTable = this.#table(ranges);
    this.#wholeTable = this.#table([0, layout.extent / 4]);
    this.ready = compileVectorKernels(stream, layout.extent, k).then((kernels) => {
      this.#kernels = kernels;
    });
    // Whoever waits hears of a failure.
    this.ready.catch(() => {});
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
    hostRoom: HostRoom | null = null,
  ): Promise<GpuSpace> {
    const space = new GpuSpace(stream, layout, k, limits, hostRoom);
    await space.ready;
    return space;
  }

  get kernels(): VectorKernels {
    if (this.#kernels === null)
      throw new Error("internal: the kernels of a vector space are still compiling");
    return this.#kernels;
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

  /** Throws MemoryRefusal where host memory does not suffice. */
  basis(capacity: number): GpuBasis | HostBasis {
    return this.hostRoom === null
      ? new GpuBasis(this, capacity)
      : new HostBasis(this, capacity, this.hostRoom);
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
