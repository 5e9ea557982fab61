/** The list of runs in IndexedDB. Any call may throw or be refused, from `open` on: the list knows how to live without. */

import { runListNotices as words } from "../strings/en.ts";
import type { RunPlace } from "./listView.ts";

const NAME = "eigenscope";
const RUNS = "runs";

export async function openRunPlace(): Promise<RunPlace> {
  // Sandboxed frames throw at the mention of indexedDB, and Firefox's private windows once refused it when opened.
  const request = indexedDB.open(NAME, 1);
  request.onupgradeneeded = () => void request.result.createObjectStore(RUNS, { keyPath: "id" });
  const base = await new Promise<IDBDatabase>((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
    request.onblocked = () => reject(new Error(words.otherTab));
  });
  // Another tab with a newer page may change the store: it must not wait for this one.
  base.onversionchange = () => base.close();

  /** One transaction. */
  function within<T>(mode: IDBTransactionMode, ask: (runs: IDBObjectStore) => IDBRequest<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const transaction = base.transaction(RUNS, mode);
      const asked = ask(transaction.objectStore(RUNS));
      // Written is what the whole transaction has written: a full disk shows at its end only.
      transaction.oncomplete = () => resolve(asked.result);
      transaction.onabort = () => reject(transaction.error ?? new Error(words.stopped));
      transaction.onerror = () => reject(transaction.error ?? asked.error);
    });
  }

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
