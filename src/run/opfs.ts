/**
 * Krylov vectors in files of the browser's own file system for this site (OPFS), which a dedicated worker reads and writes without
 * waiting. A file is locked while it is in use and removed by `close`. What a tab left behind that was closed or crashed
 * meanwhile the next one removes when it starts; files of other tabs are locked, and stay.
 */

import type { DiskFile } from "../gpu/columns.ts";
import type { DiskHost } from "./givenDevice.ts";

export const BASIS_FOLDER = "eigenscope-krylov-bases";
/** Of what the browser still grants. */
const SHARE = 0.8;

/** What the types of a window do not know. */
interface SyncHandle {
  read(into: Float32Array<ArrayBuffer>, options: { readonly at: number }): number;
  write(values: Float32Array<ArrayBuffer>, options: { readonly at: number }): number;
  getSize(): number;
  close(): void;
}
type SyncFile = FileSystemFileHandle & { createSyncAccessHandle(): Promise<SyncHandle> };

/** What it needs of the worker's `navigator`. */
export interface Site {
  readonly storage: Pick<StorageManager, "getDirectory" | "estimate">;
  readonly locks: Pick<LockManager, "request">;
}

/** Whether files can be read and written without waiting: in a dedicated worker of a browser that has them. */
export function hasSyncFiles(scope: {
  readonly FileSystemFileHandle?: { readonly prototype: object };
}): boolean {
  const { prototype } = scope.FileSystemFileHandle ?? {};
  return prototype !== undefined && "createSyncAccessHandle" in prototype;
}

export class OpfsDisk implements DiskHost {
  readonly #site: Site;
  /** Removals under way. */
  #removals: Promise<unknown>;

  constructor(site: Site) {
    this.#site = site;
    this.#removals = this.#sweep();
  }

  async room(): Promise<number> {
    await this.#removals;
    try {
      // Private windows and frames may have an estimate, but no files.
      await this.#site.storage.getDirectory();
      const { quota = 0, usage = 0 } = await this.#site.storage.estimate();
      return Math.max(0, Math.floor(SHARE * (quota - usage)));
    } catch {
      return 0;
    }
  }

  async open(): Promise<DiskFile> {
    await this.#removals;
    return this.#alone(async () => {
      const root = await this.#site.storage.getDirectory();
      const folder = await root.getDirectoryHandle(BASIS_FOLDER, { create: true });
      const name = crypto.randomUUID();
      const remove = (): void => {
        // Where that fails the next tab tries again.
        const removal = folder.removeEntry(name).catch(() => {});
        this.#removals = Promise.all([this.#removals, removal]);
      };
      try {
        const file = (await folder.getFileHandle(name, { create: true })) as SyncFile;
        return opened(await file.createSyncAccessHandle(), remove);
      } catch (error) {
        remove();
        throw error;
      }
    });
  }

  /** Removes the files that no tab has open. */
  async #sweep(): Promise<void> {
    try {
      const root = await this.#site.storage.getDirectory();
      const folder = await root.getDirectoryHandle(BASIS_FOLDER);
      await this.#alone(async () => {
        for await (const name of folder.keys()) await folder.removeEntry(name).catch(() => {});
      });
    } catch {
      // There is no such folder, or no storage at all: nothing is left over.
    }
  }

  /** While no other tab sweeps, or has made a file and not locked it yet. */
  #alone<T>(act: () => Promise<T>): Promise<T> {
    return this.#site.locks.request(BASIS_FOLDER, act);
  }
}

function opened(handle: SyncHandle, remove: () => void): DiskFile {
  let open = true;
  return {
    write: (values, at) => {
      const done = handle.write(values, { at });
      // Chromium's private windows say that all is written where the quota stopped them.
      if (done < values.byteLength || handle.getSize() < at + done) throw new Error("there is no room left");
    },
    read: (into, at) => {
      if (handle.read(into, { at }) < into.byteLength)
        throw new Error("the file is shorter than what was written");
    },
    close: () => {
      if (!open) return;
      open = false;
      handle.close();
      remove();
    },
  };
}
