/** The last run of a page, to the last bit: as the browser keeps it. Tabs of one profile share it. */

import type { RunResult } from "../../src/run/protocol.ts";
import type { Evaluates } from "./tabs.ts";

/** So that what is kept next is known to be of the run that is started next. */
export const forgetRuns = (page: Evaluates): Promise<void> =>
  page.evaluate(async () => {
    // To open what does not exist would make it, without its table. No version: that is the page's business.
    if ((await indexedDB.databases()).every(({ name }) => name !== "eigenscope")) return;
    await new Promise<void>((resolve, reject) => {
      const request = indexedDB.open("eigenscope");
      request.onerror = () => reject(request.error);
      request.onsuccess = () => {
        const transaction = request.result.transaction("runs", "readwrite");
        transaction.objectStore("runs").clear();
        transaction.oncomplete = () => {
          request.result.close();
          resolve();
        };
        transaction.onabort = () => reject(transaction.error);
      };
    });
  });

/** The run that the page has measured since; waits until it is written. */
export async function keptRun(page: Evaluates): Promise<RunResult> {
  for (let tries = 0; tries < 200; tries++) {
    const found = await page.evaluate(async () => {
      if ((await indexedDB.databases()).every(({ name }) => name !== "eigenscope")) return null;
      return new Promise<RunResult | null>((resolve, reject) => {
        const request = indexedDB.open("eigenscope");
        request.onerror = () => reject(request.error);
        request.onsuccess = () => {
          const all = request.result.transaction("runs").objectStore("runs").getAll();
          all.onerror = () => reject(all.error);
          all.onsuccess = () => {
            request.result.close();
            resolve(all.result[0]?.result ?? null);
          };
        };
      });
    });
    if (found !== null) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("the browser keeps no run ten seconds after its end");
}
