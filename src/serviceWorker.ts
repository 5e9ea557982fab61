/**
 * The page without a network: a service worker that keeps one version of the built files and of the stored runs. Whatever
 * can change under its name is asked of the network first, so nobody sees a stale page; a new version waits until the last window of
 * the old one is closed, so nobody loses files from under an open page.
 */
import { type Route, routeOf } from "./offlineRoutes.ts";

/** Put in by the build: files relative to the scope, and a hash over all of them. */
declare const __PRECACHE__: { readonly version: string; readonly files: readonly string[] };

/** The part of the interface of service workers that is used here; TypeScript's library for pages lacks it. */
interface WorkerEvent extends Event {
  waitUntil(work: Promise<unknown>): void;
}
interface WorkerFetchEvent extends WorkerEvent {
  readonly request: Request;
  readonly clientId: string;
  respondWith(answer: Promise<Response>): void;
}
interface WorkerScope {
  readonly registration: { readonly scope: string };
  readonly clients: { get(id: string): Promise<{ readonly frameType: string } | undefined> };
  addEventListener(type: "install" | "activate", listener: (event: WorkerEvent) => void): void;
  addEventListener(type: "fetch", listener: (event: WorkerFetchEvent) => void): void;
}
const worker = self as unknown as WorkerScope;

const { scope } = worker.registration;
const { version, files } = __PRECACHE__;
/** Several copies of the page may live in folders of one origin. */
const FAMILY = `eigenscope ${scope} `;
const CACHE = `${FAMILY}${version}`;
/** A network that hangs is as good as none, ms. */
const PATIENCE = 4000;

worker.addEventListener("install", (event) => {
  const requests = files.map((file) => new Request(new URL(file, scope), { cache: "no-cache" }));
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(requests)));
});

worker.addEventListener("activate", (event) => {
  event.waitUntil(
    caches.keys().then((names) => {
      const old = names.filter((name) => name.startsWith(FAMILY) && name !== CACHE);
      return Promise.all(old.map((name) => caches.delete(name)));
    }),
  );
});

worker.addEventListener("fetch", (event) => {
  const { request } = event;
  const { method, url, mode, destination, headers } = request;
  const route = routeOf({ method, url, mode, destination, hasRange: headers.has("range") }, scope);
  if (route !== "pass") event.respondWith(answer(event, route));
});

async function answer(event: WorkerFetchEvent, route: Exclude<Route, "pass">): Promise<Response> {
  const { request, clientId } = event;
  const client = clientId === "" ? undefined : await worker.clients.get(clientId);
  if (client?.frameType === "nested") return fetch(request);
  const cache = await caches.open(CACHE);
  // Whatever the query says, the page is one file; and no file depends on who asks, even where a server says so.
  const kept = () => cache.match(route === "document" ? scope : request, { ignoreVary: true });
  if (route === "hashed") return (await kept()) ?? fetch(request);
  try {
    const response = await fetch(request, { signal: AbortSignal.timeout(PATIENCE) });
    // While the page reads its own copy.
    if (route === "data" && response.ok) event.waitUntil(keep(cache, request, response.clone()));
    return response;
  } catch (error) {
    const found = await kept();
    if (found === undefined) throw error;
    return found;
  }
}

/** A full disk is no reason to withhold the answer. */
async function keep(cache: Cache, request: Request, response: Response): Promise<void> {
  try {
    await cache.put(request, response);
  } catch {
    // It is fetched again next time.
  }
}
