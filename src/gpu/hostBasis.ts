/**
 * Krylov vectors in host memory or in a file (columns.ts), where they do not fit the device: the `Basis` of
 * src/spectrum/operator.ts, by shape. A tall product brings them to the device chunk by chunk through one window; an appended vector
 * comes back from it. The sums are those of a basis on the device whose buffers are as long as the window, bit for bit.
 */

import { addFrom, type Chunk, projectOn, scaleInto, uploadColumn } from "./basis.ts";
import { type Columns, type Disk, FileColumns, MemoryColumns } from "./columns.ts";
import { MemoryRefusal, megabytes } from "./plan.ts";
import type { BasisSpace, GpuCoefficients, GpuVector, Scale } from "./vectorTypes.ts";

export interface HostRoom {
  /** That a basis may take. */
  readonly bytes: number;
  /** Vectors that the device holds at a time. */
  readonly window: number;
  /** Where a basis lies in a file; absent: in memory. */
  readonly disk?: Disk;
}

/** Vectors that lie on the device: those of the window, and the youngest, which is multiplied next. */
export const heldOnDevice = ({ window }: Pick<HostRoom, "window">, capacity: number): number =>
  Math.min(window, capacity) + 1;

/** Throws MemoryRefusal where a basis is longer than the host has room for. */
export function checkHost(bytes: number, room: HostRoom, vectors: number): void {
  if (bytes > room.bytes)
    throw new MemoryRefusal(
      `${needs(bytes, vectors, room)}, a run may take ${megabytes(room.bytes)}: use fewer Lanczos steps.`,
    );
}

const needs = (bytes: number, vectors: number, { disk }: HostRoom): string =>
  `The Krylov basis of ${vectors} vectors needs ${megabytes(bytes)} ${disk === undefined ? "of the computer's memory" : "on the disk"}`;

/** Chunks under way at a time: each waits in memory that the browser takes until the device has it. */
const IN_FLIGHT = 2;

export class HostBasis {
  readonly capacity: number;
  #length = 0;
  readonly #space: BasisSpace;
  readonly #perChunk: number;
  readonly #columns: Columns;
  readonly #window: GPUBuffer;
  /** What lies in the window: the first vectors of a chunk. */
  #shown = { chunk: -1, count: 0 };
  readonly #youngest: GPUBuffer;
  readonly #inFlight: Promise<unknown>[] = [];

  /** @throws MemoryRefusal where the host has no room */
  constructor(space: BasisSpace, capacity: number, room: HostRoom) {
    const bytes = capacity * space.blockBytes;
    checkHost(bytes, room, capacity);
    this.#space = space;
    this.capacity = capacity;
    this.#perChunk = Math.min(capacity, room.window);
    const sizes = { capacity, perChunk: this.#perChunk, floats: space.blockBytes / 4 };
    try {
      this.#columns = room.disk === undefined ? new MemoryColumns(sizes) : new FileColumns(room.disk, sizes);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw new MemoryRefusal(
        `${needs(bytes, capacity, room)}, which is not to be had: use fewer Lanczos steps.`,
      );
    }
    this.#window = space.allocate(this.#perChunk * space.blockBytes, "window on the Krylov basis");
    this.#youngest = space.allocate(space.blockBytes, "youngest Krylov vector");
  }

  get length(): number {
    return this.#length;
  }

  /** @throws DiskRefusal where a file takes no more */
  async append(w: GpuVector, scale: Scale): Promise<void> {
    if (this.#length === this.capacity)
      throw new Error(`internal: the basis holds ${this.capacity} vectors already`);
    const { stream, blockBytes } = this.#space;
    scaleInto(this.#space, w, scale, this.#youngest, 0);
    await this.#columns.write(this.#length, await stream.read(this.#youngest, blockBytes));
    const chunk = Math.floor(this.#length / this.#perChunk);
    const at = this.#length % this.#perChunk;
    // After `clear` the window may show what stood there before.
    if (this.#shown.chunk === chunk) this.#shown.count = Math.min(this.#shown.count, at);
    this.#length++;
  }

  clear(): void {
    this.#length = 0;
  }

  load(j: number, out: GpuVector): void {
    const { stream, blockBytes } = this.#space;
    if (j === this.#length - 1) {
      stream.copy(this.#youngest, 0, out.buffer, 0, blockBytes);
      return;
    }
    stream.flush();
    stream.device.queue.writeBuffer(out.buffer, 0, this.#columns.read(j, 1));
  }

  /** Rejects with AbortError if the signal fires between chunks. */
  async project(w: GpuVector, signal?: AbortSignal): Promise<GpuCoefficients> {
    const partial = this.#space.partials(this.#length);
    await this.#eachChunk(this.#length, (chunk) => projectOn(this.#space, chunk, w, partial), signal);
    return this.#space.finish(this.#length, false);
  }

  /** Rejects with AbortError if the signal fires between chunks; w is then of no use. */
  subtract(w: GpuVector, c: GpuCoefficients, signal?: AbortSignal): Promise<void> {
    return this.#eachChunk(c.rows, (chunk) => addFrom(this.#space, chunk, w, { a: -1, c }), signal);
  }

  combine(s: Float64Array, column: number, out: GpuVector): Promise<void> {
    const c = uploadColumn(this.#space, s, column);
    this.#space.stream.clear(out.buffer);
    return this.#eachChunk(c.rows, (chunk) => addFrom(this.#space, chunk, out, { a: 1, c, column }));
  }

  release(): void {
    this.#columns.release();
    this.#space.free(this.#window);
    this.#space.free(this.#youngest);
  }

  /** Visits the first `length` vectors, chunk by chunk in the window; each is a submit of its own. */
  async #eachChunk(length: number, visit: (chunk: Chunk) => void, signal?: AbortSignal): Promise<void> {
    const { stream } = this.#space;
    for (let before = 0; before < length; before += this.#perChunk) {
      signal?.throwIfAborted();
      const count = Math.min(this.#perChunk, length - before);
      await this.#show(before / this.#perChunk, count);
      visit({ buffer: this.#window, before, count });
      stream.flush();
      const done = stream.device.queue.onSubmittedWorkDone();
      // Of a device that is lost whoever waits for a result hears.
      done.catch(() => {});
      this.#inFlight.push(done);
    }
  }

  async #show(chunk: number, count: number): Promise<void> {
    if (this.#shown.chunk === chunk && this.#shown.count >= count) return;
    // From a file this takes its time: the device works on the chunks under way meanwhile.
    const values = this.#columns.read(chunk * this.#perChunk, count);
    while (this.#inFlight.length >= IN_FLIGHT) await this.#inFlight.shift();
    const { stream } = this.#space;
    // What still reads the window comes first.
    stream.flush();
    // Takes a copy: what the values are read into is free for the next chunk.
    stream.device.queue.writeBuffer(this.#window, 0, values);
    this.#shown = { chunk, count };
  }
}
