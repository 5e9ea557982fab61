/** Joins the embed's store to the page that frames it: commands in, events out, height and unused keys. */
import {
  type ControlKey,
  type ControlValues,
  controlKeys,
  controls,
  FILE_MODEL,
  parseControl,
} from "../../store/controls.ts";
import type { PageStore } from "../../store/pageStore.ts";
import { rankOf } from "../../store/ranks.ts";
import { isBusy } from "../../store/runState.ts";
import { embed as words } from "../../strings/en.ts";
import { unusedKey } from "./keys.ts";
import { accept, type EmbedEvent, PROTOCOL, type Received, targetOf } from "./protocol.ts";
import { recompute } from "./recompute.ts";
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

  async function obey(command: Received): Promise<void> {
    const answer = command.id === undefined ? {} : { id: command.id };
    try {
      switch (command.type) {
        case "ping":
          post({ type: "ready", version, ...answer });
          report = createReport();
          tell();
          post({ type: "resize", height: height() });
          return;
        case "open":
          return await store.actions.open(command.state);
        case "set":
          return setControl(store, command.control, String(command.value));
        case "run":
          return await recompute(store);
        case "cancel":
          if (isBusy(store.getState().run)) await store.actions.cancel();
          return;
        case "export": {
          const { exported } = await import("./exported.ts");
          post({ type: "export", ...exported(store.getState(), command.format), ...answer });
          return;
        }
        case "slide:start":
        case "slide:stop":
          away = command.type === "slide:stop";
          return followSlide();
      }
    } catch (error) {
      post({ type: "error", message: error instanceof Error ? error.message : String(error), ...answer });
    }
  }

  addEventListener("message", ({ data, origin, source }) => {
    const accepted = accept(pinned, { data, origin, fromParent: source === parent });
    if (accepted === null) return;
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

/** @throws Error with a sentence for the author of the framing page */
function setControl({ actions }: PageStore, url: string, text: string): void {
  const key = controlKeys.find((name) => controls[name].url === url);
  if (key === undefined) {
    const keys = controlKeys.map((name) => controls[name].url).join(", ");
    throw new Error(words.noControl(JSON.stringify(url), keys));
  }
  const checked = parseControl(key, text);
  if (!checked.ok) throw new Error(`${checked.message}.`);
  if (key === "model" && checked.value === FILE_MODEL) throw new Error(words.noFiles);
  const rank = key === "selected" ? rankOf(text) : null;
  if (rank !== null) void actions.select(rank);
  // Checked together, though their types have lost each other on the way.
  else actions.set<ControlKey>(key, checked.value as ControlValues[ControlKey]);
}
