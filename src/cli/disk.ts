/** Krylov vectors in files of the system's folder for temporary files (see src/gpu/columns.ts). */

import { randomUUID } from "node:crypto";
import { closeSync, openSync, readSync, rmSync, statfsSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DiskHost } from "../run/givenDevice.ts";

/** At most so many bytes, and what is free. */
export function temporaryDisk(most: number, folder = tmpdir()): DiskHost {
  return {
    room: async () => {
      const { bavail, bsize } = statfsSync(folder);
      return Math.min(most, bavail * bsize);
    },
    open: async () => {
      const path = join(folder, `eigenscope-basis-${randomUUID()}`);
      const file = openSync(path, "wx+", 0o600);
      // Without a name it goes when the process goes, however that ends. Where open files keep their names, it goes on close.
      const named = !removed(path);
      let open = true;
      return {
        write: (values, at) =>
          whole(values, at, (bytes, from) => writeSync(file, bytes, 0, bytes.length, from)),
        read: (into, at) => whole(into, at, (bytes, from) => readSync(file, bytes, 0, bytes.length, from)),
        close: () => {
          if (!open) return;
          open = false;
          closeSync(file);
          if (named) removed(path);
        },
      };
    },
  };
}

function removed(path: string): boolean {
  try {
    rmSync(path);
    return true;
  } catch {
    return false;
  }
}

/** Calls `some`, which does a part and says how many bytes, until all is done. */
function whole(
  values: Float32Array<ArrayBuffer>,
  at: number,
  some: (bytes: Uint8Array, at: number) => number,
): void {
  const { buffer, byteOffset, byteLength } = values;
  for (let done = 0; done < byteLength; ) {
    const count = some(new Uint8Array(buffer, byteOffset + done, byteLength - done), at + done);
    if (count === 0) throw new Error("the file is shorter than what was written");
    done += count;
  }
}
