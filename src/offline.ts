/** Keeps the page for later without a network: in a window of its own, and never in a frame on somebody's page. */

/** What stands in the root of the built site, so that the whole site is its scope. */
export const serviceWorkerAddress = (): string => new URL("service-worker.js", document.baseURI).href;

/** After the page has drawn its picture: fetching the rest must not delay it. */
export function keepForOffline(): void {
  if (window.top !== window || !("serviceWorker" in navigator)) return;
  const register = () => {
    // Private windows and strict settings refuse; the page works as before.
    navigator.serviceWorker.register(serviceWorkerAddress()).catch(() => {});
  };
  if (document.readyState === "complete") register();
  else addEventListener("load", register, { once: true });
}
