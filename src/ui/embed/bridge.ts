/** Joins the embed's store to the page that frames it: commands in, events out, height and unused keys. */
import type { PageStore } from "../../store/pageStore.ts";
import { createCommands } from "./commands.ts";
import { createFlow, TOO_MANY } from "./flow.ts";
import { unusedKey } from "./keys.ts";
import { accept, type EmbedEvent, PROTOCOL, targetOf } from "./protocol.ts";
import { createReport } from "./report.ts";

/** Does nothing in a window of its own. Listens for as long as the document lives. */
export function connect(store: PageStore, version: string): void {
  const { parent } = window;
  if (parent === window) return;
  let pinned: string | null = null;
  let report = createReport();
  /** reveal.js says that the slide of this frame is not on show. */
  let away = false;
  /** Only what the slide paused goes on with it. */
  let pausedBySlide = false;

  const post = (event: EmbedEvent): void => {
    if (pinned !== null) parent.postMessage({ eigenscope: PROTOCOL, ...event }, targetOf(pinned));
  };
  const tell = (): void => {
    if (pinned === null) return;
    for (const event of report(store.getState(), store.actions.link())) post(event);
  };
  const height = () => Math.ceil(document.documentElement.getBoundingClientRect().height);

  /** A run that starts while the slide is away waits too. */
  function followSlide(): void {
    const { run } = store.getState();
    if (run.kind !== "running") pausedBySlide = false;
    else if (away && !run.paused && !pausedBySlide) {
      pausedBySlide = true;
      void store.actions.pause();
    } else if (!away && pausedBySlide) {
      pausedBySlide = false;
      void store.actions.resume();
    }
  }

  const obey = createCommands({
    ...{ store, post },
    greet(answer) {
      post({ type: "ready", version, ...answer });
      report = createReport();
      tell();
      post({ type: "resize", height: height() });
    },
    slide(isAway) {
      away = isAway;
      followSlide();
    },
    exported: async (format) => (await import("./exported.ts")).exported(store.getState(), format),
  });

  const flow = createFlow();
  addEventListener("message", ({ data, origin, source, timeStamp }) => {
    const accepted = accept(pinned, { data, origin, fromParent: source === parent });
    if (accepted === null) return;
    const may = flow(timeStamp);
    if (may === "flood") post({ type: "error", message: TOO_MANY });
    if (may !== "pass") return;
    pinned = accepted.pinned;
    void obey(accepted.command);
  });
  store.subscribe(tell);
  store.subscribe(followSlide);
  new ResizeObserver(() => post({ type: "resize", height: height() })).observe(document.documentElement);
  addEventListener("keydown", (event) => {
    const key = unusedKey(event);
    if (key !== null) post({ type: "key", key });
  });
}
