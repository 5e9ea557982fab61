/** The list of runs in IndexedDB. Any call may throw or be refused, from `open` on: the list knows how to live without. */

import { runListNotices as words } from "../strings/en.ts";
import type { ListedRun, RunPlace } from "./listView.ts";

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
    all: async () => (await within<unknown[]>("readonly", (runs) => runs.getAll())).filter(isListed),
    put: async (run) => void (await within("readwrite", (runs) => runs.put(run))),
    remove: async (id) => void (await within("readwrite", (runs) => runs.delete(id))),
  };
}

/** Written by this page, if perhaps by an older version of it. */
function isListed(value: unknown): value is ListedRun {
  const run = value as Partial<ListedRun> | null;
  const texts = [run?.id, run?.name, run?.from, run?.at].every((text) => typeof text === "string");
  return texts && run?.result?.schema === "eigenscope-result" && run.result.version === 1;
}
