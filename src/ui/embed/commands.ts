/** What an embed does when the framing page asks. Knows the store and no window, so that hostile messages can be tried on it. */
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
import type { Exported } from "./exported.ts";
import type { EmbedEvent, ExportFormat, Received } from "./protocol.ts";
import { recompute } from "./recompute.ts";

interface Needs {
  readonly store: PageStore;
  readonly post: (event: EmbedEvent) => void;
  /** Answers a greeting. */
  readonly greet: (answer: { readonly id?: string | number }) => void;
  /** The slide of this frame comes or goes. */
  readonly slide: (away: boolean) => void;
  readonly exported: (format: ExportFormat) => Promise<Exported>;
}

/** @returns carries a command out; what is wrong with it is posted, in words for the author of the framing page */
export function createCommands({ store, post, greet, slide, exported }: Needs) {
  const { actions, getState } = store;

  return async (command: Received): Promise<void> => {
    const answer = command.id === undefined ? {} : { id: command.id };
    try {
      switch (command.type) {
        case "ping":
          return greet(answer);
        case "open":
          return await actions.open(command.state);
        case "set":
          return setControl(store, command.control, String(command.value));
        case "run":
          return await recompute(store);
        case "cancel":
          if (isBusy(getState().run)) await actions.cancel();
          return;
        case "export":
          return post({ type: "export", ...(await exported(command.format)), ...answer });
        case "slide:start":
        case "slide:stop":
          return slide(command.type === "slide:stop");
      }
    } catch (error) {
      post({ type: "error", message: error instanceof Error ? error.message : String(error), ...answer });
    }
  };
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
