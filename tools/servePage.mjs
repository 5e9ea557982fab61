/** The production build on a port of its own, for commands that drive it. */

import { ROOT } from "./setup.mjs";

/**
 * Builds the page and serves it while `use` runs.
 * @template T
 * @param {(address: string) => Promise<T>} use is given the address of the page, ending with a slash
 * @returns {Promise<T>}
 */
export async function withServedPage(use) {
  const { build, preview } = await import("vite");
  const config = { root: ROOT, logLevel: /** @type {const} */ ("warn") };
  await build(config);
  const server = await preview({ ...config, preview: { port: 0 } });
  try {
    return await use(/** @type {string} */ (server.resolvedUrls?.local[0]));
  } finally {
    await server.close();
  }
}
