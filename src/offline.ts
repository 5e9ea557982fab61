/** Keeps the page for later without a network: in a window of its own, and never in a frame on somebody's page. */

/** What stands in the root of the built site, so that the whole site is its scope. */
export const serviceWorkerAddress = (): string => new URL("service-worker.js", document.baseURI).href;

/** After the page has drawn its picture: fetching the rest must not delay it. */
export function keepForOffline(): void {
  if (window.top !== window || !("serviceWorker" in navigator)) return;
  const register = async () => {
    try {
      await navigator.serviceWorker.register(serviceWorkerAddress());
    } catch {
      // Private windows and strict settings refuse, some at the mere mention; the page works as before.
    }
  };
  if (document.readyState === "complete") void register();
  else addEventListener("load", () => void register(), { once: true });
}
