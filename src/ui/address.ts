/** The address of the page follows its state: steps from view to view can be gone back, the drag of a slider cannot. */
import type { ControlKey, ControlValues } from "../store/controls.ts";
import type { PageStore } from "../store/pageStore.ts";

/** What the back button undoes. */
const STEPS: readonly ControlKey[] = ["model", "panel", "compare", "tour"];

/** What it needs of the window. */
export interface Place {
  readonly location: Pick<Location, "hash" | "pathname" | "search">;
  readonly history: Pick<History, "pushState" | "replaceState" | "state">;
  addEventListener(type: "hashchange", listener: () => void): void;
}

/** What each entry of the history holds beside its address: the link as it came, before anything was changed. */
interface Entry {
  readonly start: string;
}

/** The link that a visit began with; reloads and the ways back and forth keep it. */
export function startOf({ location, history }: Pick<Place, "location" | "history">): string {
  const start = (history.state as Partial<Entry> | null)?.start;
  return typeof start === "string" ? start : location.hash;
}

/** Opens what the address says, now and whenever the reader goes back, forward or to another link. */
export function followAddress(store: PageStore, place: Place): void {
  const { location, history } = place;
  let opening = false;
  let written: ControlValues = store.getState().controls;
  let entry: Entry = { start: "" };
  // A link that was just pasted is heard of later: what changes meanwhile must not write over it.
  let shown = "";

  const open = () => {
    opening = true;
    entry = { start: startOf(place) };
    shown = location.hash;
    // The link is taken over at once; what it names is fetched afterwards.
    void store.actions.open(location.hash);
    opening = false;
  };

  store.subscribe(({ controls }) => {
    const step = !opening && STEPS.some((key) => controls[key] !== written[key]);
    written = controls;
    const link = store.actions.link();
    if (link === shown) return;
    shown = link;
    const address = link === "" ? location.pathname + location.search : link;
    try {
      if (step) history.pushState(entry, "", address);
      else history.replaceState(entry, "", address);
    } catch {
      // Frames of an opaque origin may refuse; the link is still to be had from the button.
    }
  });

  place.addEventListener("hashchange", open);
  open();
}
