/**
 * Where the vectors of a Krylov basis lie that does not fit the device: in memory, or in a file. Both give the device the same
 * numbers in the same order, so that a basis (hostBasis.ts) computes the same bits over either.
 */

import { MemoryRefusal, megabytes } from "./plan.ts";

/** A file that one basis has for itself. Positions are bytes; what cannot be done in full throws. */
export interface DiskFile {
  write(values: Float32Array<ArrayBuffer>, at: number): void;
  read(into: Float32Array<ArrayBuffer>, at: number): void;
  /** Closes the file and removes it; does nothing the second time. */
  close(): void;
}

/** Who makes such files: a browser's own file system, or a folder of the computer. */
export interface Disk {
  open(): Promise<DiskFile>;
}

/** The disk, or the file, does not do what a run needs of it while it goes on. */
export class DiskRefusal extends MemoryRefusal {}

export interface Columns {
  /** `values` become vector j. */
  write(j: number, values: Float32Array<ArrayBuffer>): void | Promise<void>;
  /** The `count` vectors from `first` on, of one chunk: good until the next call. */
  read(first: number, count: number): Float32Array<ArrayBuffer>;
  release(): void;
}

export interface ColumnSizes {
  readonly capacity: number;
  /** Vectors of a chunk. */
  readonly perChunk: number;
  /** Of a vector. */
  readonly floats: number;
}

/** Each chunk in a buffer of its own. Throws RangeError where there is no memory. */
export class MemoryColumns implements Columns {
  #chunks: Float32Array<ArrayBuffer>[];
  readonly #sizes: ColumnSizes;

  constructor(sizes: ColumnSizes) {
    const { capacity, perChunk, floats } = sizes;
    this.#sizes = sizes;
    this.#chunks = Array.from(
      { length: Math.ceil(capacity / perChunk) },
      (_, i) => new Float32Array(floats * Math.min(perChunk, capacity - i * perChunk)),
    );
  }

  write(j: number, values: Float32Array<ArrayBuffer>): void {
    this.read(j, 1).set(values);
  }

  read(first: number, count: number): Float32Array<ArrayBuffer> {
    const { perChunk, floats } = this.#sizes;
    const from = (first % perChunk) * floats;
    return this.#chunks[Math.floor(first / perChunk)].subarray(from, from + count * floats);
  }

  release(): void {
    this.#chunks = [];
  }
}

/** One file, made by the first write, and one chunk in memory, through which it is read. */
export class FileColumns implements Columns {
  readonly #disk: Disk;
  readonly #sizes: ColumnSizes;
  readonly #staging: Float32Array<ArrayBuffer>;
  #file: DiskFile | null = null;
  #released = false;

  constructor(disk: Disk, sizes: ColumnSizes) {
    this.#disk = disk;
    this.#sizes = sizes;
    this.#staging = new Float32Array(sizes.perChunk * sizes.floats);
  }

  /** @throws DiskRefusal where there is no file to be had, or no room in it */
  async write(j: number, values: Float32Array<ArrayBuffer>): Promise<void> {
    const { capacity, floats } = this.#sizes;
    const file = await this.#opened();
    const at = 4 * floats * j;
    try {
      file.write(values, at);
    } catch (error) {
      throw new DiskRefusal(
        `The disk took ${j} of the ${capacity} vectors of the Krylov basis (${megabytes(at)} of ${megabytes(4 * floats * capacity)}) and refused the next one (${reason(error)}). What is known stays: make room on the disk, or use fewer Lanczos steps.`,
      );
    }
  }

  read(first: number, count: number): Float32Array<ArrayBuffer> {
    const { floats } = this.#sizes;
    const into = this.#staging.subarray(0, count * floats);
    try {
      if (this.#file === null) throw new Error("it is closed");
      this.#file.read(into, 4 * floats * first);
    } catch (error) {
      throw new DiskRefusal(
        `The Krylov basis on the disk cannot be read any more (${reason(error)}). What is known stays: run again, and leave the data of this site alone meanwhile.`,
      );
    }
    return into;
  }

  release(): void {
    this.#released = true;
    this.#file?.close();
    this.#file = null;
  }

  async #opened(): Promise<DiskFile> {
    if (this.#file !== null) return this.#file;
    let file: DiskFile;
    try {
      file = await this.#disk.open();
    } catch (error) {
      throw new DiskRefusal(
        `No file is to be had for the Krylov basis (${reason(error)}): make room on the disk, or use fewer Lanczos steps.`,
      );
    }
    // The run may have ended meanwhile.
    if (this.#released) {
      file.close();
      throw new DiskRefusal("The run that this file is for has ended.");
    }
    this.#file = file;
    return file;
  }
}

/** An error's own words, or its name where it has none. */
function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.message === "" ? error.name : error.message.replace(/\.$/, "");
}
