/** What the service worker does with a request. Pure. */

export type Route =
  /** The page itself: from the network, and from the cache where there is none. */
  | "document"
  /** A file whose name holds its hash: from the cache at once. */
  | "hashed"
  /** Stored runs and, once they have been fetched, the files of models: as the page. */
  | "data"
  /** None of its business: other origins, other documents, frames, parts of files. */
  | "pass";

export interface Asked {
  readonly method: string;
  readonly url: string;
  readonly mode: string;
  /** `document` for a window, `iframe` for a frame. */
  readonly destination: string;
  readonly hasRange: boolean;
}

/** @param scope folder of the page, with a slash at its end */
export function routeOf({ method, url, mode, destination, hasRange }: Asked, scope: string): Route {
  const { origin, pathname } = new URL(url);
  const folder = new URL(scope);
  if (method !== "GET" || hasRange || origin !== folder.origin || !pathname.startsWith(folder.pathname))
    return "pass";
  const path = pathname.slice(folder.pathname.length);
  if (mode === "navigate")
    return destination === "document" && ["", "index.html"].includes(path) ? "document" : "pass";
  if (path.startsWith("assets/")) return "hashed";
  return path.startsWith("models/") ? "data" : "pass";
}
