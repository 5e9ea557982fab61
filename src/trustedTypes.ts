/**
 * Trusted Types, which the policy of the built documents demands: no text becomes script or markup here, and one thing is
 * loaded by its address, the engine's worker.
 */

interface Factory {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): unknown;
}

/** The folder of the page's own scripts. */
const FOLDER = import.meta.url.replace(/[^/]*$/, "");

/** Without effect where the browser does not know Trusted Types. */
export function trustOwnWorkers(): void {
  const { trustedTypes } = globalThis as { trustedTypes?: Factory };
  trustedTypes?.createPolicy("default", {
    createScriptURL(url) {
      if (new URL(url, document.baseURI).href.startsWith(FOLDER)) return url;
      throw new TypeError(`internal: ${url} is no script of this page`);
    },
  });
}
