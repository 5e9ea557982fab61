/**
 * Trusted Types, which the policy of the built documents demands: no text becomes script or markup here, and one kind
 * of thing is loaded by its address: workers, that of the engine and the one that serves the page without a network.
 */

interface Factory {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): unknown;
}

/** The folder of the page's own scripts. */
const FOLDER = import.meta.url.replace(/[^/]*$/, "");

/**
 * Without effect where the browser does not know Trusted Types.
 * @param others full addresses of scripts that stand elsewhere
 */
export function trustOwnWorkers(...others: readonly string[]): void {
  const { trustedTypes } = globalThis as { trustedTypes?: Factory };
  trustedTypes?.createPolicy("default", {
    createScriptURL(url) {
      const { href } = new URL(url, document.baseURI);
      if (href.startsWith(FOLDER) || others.includes(href)) return url;
      throw new TypeError(`internal: ${url} is no script of this page`);
    },
  });
}
