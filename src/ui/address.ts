/** The address of the page: its link, the state that it began with, and the way back. */
import type { PageStore } from "../store/pageStore.ts";

interface Entry {
  /** The link as it came, before anything was changed. */
  readonly start: string;
}

/** The link that this visit began with; each entry of the history remembers its own, reloads included. */
export function startOf(state: unknown, hash: string): string {
  const start = (state as Partial<Entry> | null)?.start;
  return typeof start === "string" ? start : hash;
}

const place = (link: string): string => (link === "" ? location.pathname + location.search : link);

/** Without a history entry for each step of a slider; frames of an opaque origin may refuse. */
export function writeAddress(link: string): void {
  const entry: Entry = { start: startOf(history.state, location.hash) };
  if (link === location.hash && history.state !== null) return;
  try {
    history.replaceState(entry, "", place(link));
  } catch {
    // The link is still to be had from the button.
  }
}

/** Follows a link within the page; the browser's Back button returns. */
export function visit({ actions }: PageStore, link: string): void {
  try {
    history.pushState({ start: link } satisfies Entry, "", place(link));
  } catch {
    // The state follows all the same.
  }
  void actions.open(link);
}

/** Back to what the link said. A live run is kept for whoever undoes this with the Back button. */
export function reset({ actions }: PageStore): void {
  const start = startOf(history.state, location.hash);
  if (start === actions.link()) return;
  try {
    history.pushState({ start } satisfies Entry, "", place(start));
  } catch {
    // Without a history there is no way back, and the state follows all the same.
  }
  void actions.reset(start);
}
