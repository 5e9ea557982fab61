/**
 * What outlives the page, in IndexedDB: the list of runs, and the measured kernels of each GPU. Any call may throw or be refused,
 * from `open` on: the page knows how to live without.
 */

import { runListNotices as words } from "../strings/en.ts";
import type { KernelPlace } from "./kernelsView.ts";
import type { RunPlace } from "./listView.ts";

const NAME = "eigenscope";
const RUNS = "runs";
const KERNELS = "kernels";

/** One transaction of a store. */
type Within = <T>(mode: IDBTransactionMode, ask: (store: IDBObjectStore) => IDBRequest<T>) => Promise<T>;

async function open(store: typeof RUNS | typeof KERNELS): Promise<Within> {
  // Sandboxed frames throw at the mention of indexedDB, and Firefox's private windows once refused it when opened.
  const request = indexedDB.open(NAME, 2);
  request.onupgradeneeded = () => {
    const { result: base } = request;
    // The first version had the runs only.
    if (!base.objectStoreNames.contains(RUNS)) base.createObjectStore(RUNS, { keyPath: "id" });
    if (!base.objectStoreNames.contains(KERNELS)) base.createObjectStore(KERNELS);
  };
  const base = await new Promise<IDBDatabase>((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
    request.onblocked = () => reject(new Error(words.otherTab));
  });
  // Another tab with a newer page may change the store: it must not wait for this one.
  base.onversionchange = () => base.close();
  return (mode, ask) =>
    new Promise((resolve, reject) => {
      const transaction = base.transaction(store, mode);
      const asked = ask(transaction.objectStore(store));
      // Written is what the whole transaction has written: a full disk shows at its end only.
      transaction.oncomplete = () => resolve(asked.result);
      transaction.onabort = () => reject(transaction.error ?? new Error(words.stopped));
      transaction.onerror = () => reject(transaction.error ?? asked.error);
    });
}

export async function openKernelPlace(): Promise<KernelPlace> {
  const within = await open(KERNELS);
  return {
    read: (device) => within<unknown>("readonly", (tables) => tables.get(device)),
    write: async (device, table) => void (await within("readwrite", (tables) => tables.put(table, device))),
    remove: async (device) => void (await within("readwrite", (tables) => tables.delete(device))),
  };
}

export async function openRunPlace(): Promise<RunPlace> {
  const within = await open(RUNS);
  return {
    async all() {
      // Both or neither: what is written in between shows in the next reading.
      const [keys, records] = await Promise.all([
        within("readonly", (runs) => runs.getAllKeys()),
        within<unknown[]>("readonly", (runs) => runs.getAll()),
      ]);
      return keys.length === records.length ? keys.map((key, i) => ({ key, record: records[i] })) : [];
    },
    put: async (run) => void (await within("readwrite", (runs) => runs.put(run))),
    rename: async (id, name) =>
      void (await within("readwrite", (runs) => {
        const found = runs.get(id);
        found.onsuccess = () => found.result !== undefined && runs.put({ ...found.result, name });
        return found;
      })),
    remove: async (key) => void (await within("readwrite", (runs) => runs.delete(key))),
  };
}
