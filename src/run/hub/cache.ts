/**
 * Downloaded files, kept by the browser under their commit, so that the second look at a model is free. Every access is
 * guarded: frames of another origin and private windows may refuse storage at any call, and then nothing is kept.
 */

export interface HubCache {
  get(key: string): Promise<Uint8Array | null>;
  put(key: string, bytes: Uint8Array): Promise<void>;
  /** Bytes of all files; null where nothing can be kept. */
  size(): Promise<number | null>;
  clear(): Promise<void>;
}

/** The version belongs to the name: another form of entries would be another cache. */
const NAME = "eigenscope-hub-1";
const LENGTH = "X-Bytes";

/** @param storage `caches` of the browser; undefined in Node and where the browser has none */
export function browserCache(storage: () => CacheStorage | undefined): HubCache {
  /** Runs with the open cache; `fallback` wherever the browser refuses. */
  const guarded = async <T>(fallback: T, use: (cache: Cache) => Promise<T>): Promise<T> => {
    try {
      const cache = await storage()?.open(NAME);
      return cache === undefined ? fallback : await use(cache);
    } catch {
      return fallback;
    }
  };
  const address = (key: string) => `https://cache.invalid/${key}`;
  return {
    get: (key) =>
      guarded(null, async (cache) => {
        const kept = await cache.match(address(key));
        return kept === undefined ? null : new Uint8Array(await kept.arrayBuffer());
      }),
    put: (key, bytes) =>
      guarded(undefined, async (cache) => {
        const headers = { [LENGTH]: String(bytes.length) };
        await cache.put(address(key), new Response(bytes as Uint8Array<ArrayBuffer>, { headers }));
      }),
    size: () =>
      guarded<number | null>(null, async (cache) => {
        const kept = await Promise.all((await cache.keys()).map((key) => cache.match(key)));
        return kept.reduce((sum, response) => sum + Number(response?.headers.get(LENGTH) ?? 0), 0);
      }),
    clear: () =>
      guarded(undefined, async () => {
        await storage()?.delete(NAME);
      }),
  };
}

export const noCache: HubCache = {
  get: () => Promise.resolve(null),
  put: () => Promise.resolve(),
  size: () => Promise.resolve(null),
  clear: () => Promise.resolve(),
};
