/** The address of the page follows its state: steps from view to view can be gone back, the drag of a slider cannot. */
import type { ControlKey, ControlValues } from "../store/controls.ts";
import type { PageStore } from "../store/pageStore.ts";

/** What the back button undoes. */
const STEPS: readonly ControlKey[] = ["model", "panel", "compare"];

/** What it needs of the window. */
export interface Place {
  readonly location: Pick<Location, "hash" | "pathname" | "search">;
  readonly history: Pick<History, "pushState" | "replaceState">;
  addEventListener(type: "hashchange", listener: () => void): void;
}

/** Opens what the address says, now and whenever the reader goes back, forward or to another link. */
export function followAddress(store: PageStore, place: Place): void {
  const { location, history } = place;
  let opening = false;
  let written: ControlValues = store.getState().controls;

  const open = () => {
    opening = true;
    // The link is taken over at once; what it names is fetched afterwards.
    void store.actions.open(location.hash);
    opening = false;
  };

  store.subscribe(({ controls }) => {
    const step = !opening && STEPS.some((key) => controls[key] !== written[key]);
    written = controls;
    const link = store.actions.link();
    if (link === location.hash) return;
    const address = link === "" ? location.pathname + location.search : link;
    try {
      if (step) history.pushState(null, "", address);
      else history.replaceState(null, "", address);
    } catch {
      // Frames of an opaque origin may refuse; the link is still to be had from the button.
    }
  });

  place.addEventListener("hashchange", open);
  open();
}
