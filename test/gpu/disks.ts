import type { Disk, DiskFile } from "../../src/gpu/columns.ts";

/** A disk in memory that counts its files and can run full. */
export class FakeDisk implements Disk {
  /** Files that were made, and those that were not closed. */
  made = 0;
  live = 0;
  /** Bytes written, and the most that are taken. */
  written = 0;
  most: number;

  constructor(most = Number.POSITIVE_INFINITY) {
    this.most = most;
  }

  async room(): Promise<number> {
    return 1e9;
  }

  async open(): Promise<DiskFile> {
    await new Promise((resolve) => setTimeout(resolve));
    this.made++;
    this.live++;
    const values = new Map<number, number>();
    let open = true;
    const check = () => {
      if (!open) throw new Error("a closed file was used");
    };
    return {
      write: (from, at) => {
        check();
        if (this.written + from.byteLength > this.most)
          throw new DOMException("No space available for this operation.", "QuotaExceededError");
        this.written += from.byteLength;
        for (const [i, x] of from.entries()) values.set(at + 4 * i, x);
      },
      read: (into, at) => {
        check();
        for (let i = 0; i < into.length; i++) {
          const x = values.get(at + 4 * i);
          if (x === undefined) throw new Error("what was never written was read");
          into[i] = x;
        }
      },
      close: () => {
        if (open) this.live--;
        open = false;
      },
    };
  }
}
