import type { ReadBundled } from "./manifest.ts";

/** Reads bundled models by fetch from `base`, the address of public/models/. */
export function bundledReader(base: string): ReadBundled {
  return async (path) => {
    const response = await fetch(new URL(path, base));
    if (!response.ok) throw new Error(`Could not load ${path}: the server answered ${response.status}.`);
    return new Uint8Array(await response.arrayBuffer());
  };
}
