/** How much memory a piece of work asked for, as far as Node tells. */
import { PerformanceObserver } from "node:perf_hooks";

/** Bytes that a case may take beside twice its file: what the program itself needs to read the smallest one. */
export const SPARE = 16 * 2 ** 20;

/** Bytes of the heap, of typed arrays, and of what else lies outside the heap. */
const held = (): number => {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
};

let collections = 0;
const observer = new PerformanceObserver((list) => {
  collections += list.getEntries().length;
});
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const collect = (globalThis as { readonly gc?: () => void }).gc;

/** Bytes of garbage after which it is collected before the next case, so that it is not collected within one. */
const RUBBISH = 48 * 2 ** 20;
let clean = Number.POSITIVE_INFINITY;

export interface Measured {
  /**
   * All that was asked for, whether it was kept or not, where nothing was collected meanwhile: at least the peak. With a
   * collection, what remained of it.
   */
  readonly bytes: number;
  readonly collected: boolean;
}

/** Work whose memory is measured. @returns what it gave, and its memory */
export async function measured<T>(work: () => Promise<T>): Promise<{ readonly value: T } & Measured> {
  if (collect !== undefined && !(held() - clean < RUBBISH)) {
    collect();
    clean = held();
  }
  await turn();
  const [before, seen] = [held(), collections];
  const value = await work();
  const bytes = held() - before;
  await turn();
  return { value, bytes, collected: collections > seen };
}

/** From now on collections are counted. Without this, and without Node's --expose-gc, only what remained is measured. */
export function watchCollections(): void {
  observer.observe({ entryTypes: ["gc"] });
}
