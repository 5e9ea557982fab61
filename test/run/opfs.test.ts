import { describe, expect, it } from "vitest";
import { BASIS_FOLDER, hasSyncFiles, OpfsDisk, type Site } from "../../src/run/opfs.ts";

/** The file system of a site, which several tabs share: a file that one of them has open can be neither removed nor opened. */
class FakeSite implements Site {
  readonly files = new Map<string, { bytes: Uint8Array; locked: boolean }>();
  folder = false;
  quota = 1000;
  denied = false;
  /** Whether writes beyond the quota pretend to be done. */
  lying = false;
  #queue: Promise<unknown> = Promise.resolve();

  readonly locks = {
    request: (_name: string, act: () => unknown) => {
      const done = this.#queue.then(act);
      this.#queue = done.catch(() => {});
      return done;
    },
  } as unknown as LockManager;

  get used(): number {
    return [...this.files.values()].reduce((sum, { bytes }) => sum + bytes.length, 0);
  }

  readonly storage = {
    estimate: async () => ({ quota: this.quota, usage: this.used }),
    getDirectory: async () => {
      if (this.denied) throw new DOMException("Not here.", "SecurityError");
      return {
        getDirectoryHandle: async (name: string, { create = false } = {}) => {
          expect(name).toBe(BASIS_FOLDER);
          if (!this.folder && !create) throw new DOMException("There is none.", "NotFoundError");
          this.folder = true;
          return this.#directory;
        },
      };
    },
  } as unknown as StorageManager;

  readonly #directory = {
    keys: async function* (this: { readonly names: () => string[] }) {
      yield* this.names();
    },
    names: () => [...this.files.keys()],
    removeEntry: async (name: string) => {
      if (this.files.get(name)?.locked !== false)
        throw new DOMException("Not now.", "NoModificationAllowedError");
      this.files.delete(name);
    },
    getFileHandle: async (name: string) => {
      const file = { bytes: new Uint8Array(0), locked: false };
      this.files.set(name, file);
      return { createSyncAccessHandle: async () => this.#handle(name, file) };
    },
  };

  #handle(name: string, file: { bytes: Uint8Array; locked: boolean }) {
    // A sweep between making and locking would have taken it.
    if (this.files.get(name) !== file) throw new DOMException("It is gone.", "NotFoundError");
    file.locked = true;
    return {
      write: (values: Float32Array, { at }: { at: number }) => {
        const end = Math.max(file.bytes.length, at + values.byteLength);
        if (this.used - file.bytes.length + end > this.quota) {
          if (this.lying) return values.byteLength;
          throw new DOMException("No space available.", "QuotaExceededError");
        }
        const grown = new Uint8Array(end);
        grown.set(file.bytes);
        grown.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), at);
        file.bytes = grown;
        return values.byteLength;
      },
      read: (into: Float32Array, { at }: { at: number }) => {
        const found = file.bytes.subarray(at, at + into.byteLength);
        new Uint8Array(into.buffer, into.byteOffset, into.byteLength).set(found);
        return found.length;
      },
      getSize: () => file.bytes.length,
      close: () => {
        file.locked = false;
      },
    };
  }
}

const settled = async (site: FakeSite): Promise<number> => {
  await expect.poll(() => site.files.size).toBe(0);
  return site.files.size;
};

describe("files of the browser for Krylov vectors", () => {
  it("hold what was written, may take four fifths of what is free, and are gone after close", async () => {
    const site = new FakeSite();
    const disk = new OpfsDisk(site);
    expect(await disk.room()).toBe(800);
    const file = await disk.open();
    file.write(Float32Array.from([1, 2, 3]), 8);
    const into = new Float32Array(2);
    file.read(into, 12);
    expect([...into]).toEqual([2, 3]);
    expect(await disk.room()).toBe(784);
    expect(() => file.read(into, 16)).toThrow("shorter than what was written");
    expect(() => file.write(new Float32Array(251), 0)).toThrow("No space available");
    site.lying = true;
    expect(() => file.write(new Float32Array(251), 0)).toThrow("there is no room left");
    file.close();
    file.close();
    // What is being removed counts no more.
    expect(await disk.room()).toBe(800);
    expect(site.files.size).toBe(0);
  });

  it("that a crash left over go when the next tab starts; those of another tab stay, and work", async () => {
    const site = new FakeSite();
    site.folder = true;
    site.files.set("left over", { bytes: new Uint8Array(500), locked: false });
    const other = new OpfsDisk(site);
    const theirs = await other.open();
    theirs.write(Float32Array.from([5, 6]), 0);
    expect(site.files.has("left over")).toBe(false);
    // One tab starts while the other makes a file: neither takes the other's.
    const [mine, more] = await Promise.all([
      new OpfsDisk(site).open(),
      other.open(),
      new OpfsDisk(site).room(),
    ]);
    expect(site.files.size).toBe(3);
    const into = new Float32Array(2);
    theirs.read(into, 0);
    expect([...into]).toEqual([5, 6]);
    for (const file of [theirs, mine, more]) file.close();
    expect(await settled(site)).toBe(0);
  });

  it("are not offered where there is no storage, or no way to read at once", async () => {
    const site = new FakeSite();
    site.denied = true;
    const disk = new OpfsDisk(site);
    expect(await disk.room()).toBe(0);
    await expect(disk.open()).rejects.toThrow("Not here.");
    const prototype = { createSyncAccessHandle: () => {} };
    expect(hasSyncFiles({ FileSystemFileHandle: { prototype } })).toBe(true);
    expect(hasSyncFiles({ FileSystemFileHandle: { prototype: {} } })).toBe(false);
    expect(hasSyncFiles({})).toBe(false);
  });
});
