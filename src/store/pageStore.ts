/**
 * The store of the page: one zustand store whose actions are the only way to change it. It knows the engine as a
 * promise of the protocol's `Engine`, asked for on the first Run or Drop, so that the first picture waits for nothing.
 */
import { createStore, type StoreApi } from "zustand/vanilla";
import { type ControlKey, type ControlValues, coupled, defaultValues, FILE_MODEL } from "./controls.ts";
import { noUpload } from "./files.ts";
import { createHubActions, type HubActions } from "./hub.ts";
import { noHub } from "./hubView.ts";
import { createJobs, type Jobs } from "./jobs.ts";
import { decodeLink, encodeLink } from "./link.ts";
import type { EnginePort } from "./port.ts";
import { controlsOf } from "./runSettings.ts";
import type { PageState } from "./state.ts";
import { fetchCatalogue, fetchStoredRun } from "./stored.ts";
import { keepTheme, readTheme, type Theme } from "./theme.ts";

export interface PageActions extends Jobs, HubActions {
  /** Reads the link, then the catalogue and the stored runs it names. */
  open(hash: string): Promise<void>;
  /** The link of the present state. */
  link(): string;
  /** Opens a link in place of the present state; the run that is in sight comes back when its own link is opened. */
  reset(hash: string): Promise<void>;
  setTheme(theme: Theme): void;
  set<K extends ControlKey>(key: K, value: ControlValues[K]): void;
  /** Puts the settings of the shown run into the form. */
  adoptSettings(): void;
  keepAsA(): void;
  clearA(): void;
  forgetFiles(): void;
  dismissNotices(): void;
}

export type PageStore = StoreApi<PageState> & { readonly actions: PageActions };

export const NO_WEBGPU = "This browser does not offer WebGPU to this page, so nothing can be measured here.";

export function createPageStore(port: EnginePort): PageStore {
  const store = createStore<PageState>(() => ({
    controls: defaultValues,
    theme: "auto",
    catalogue: [],
    shown: null,
    overlay: null,
    run: { kind: "idle" },
    device: port.webgpu ? null : { kind: "unavailable", message: NO_WEBGPU },
    upload: noUpload,
    inspection: null,
    hub: noHub,
    notices: [],
  }));
  const { getState: get, setState: set } = store;
  const notice = (text: string) => set((state) => ({ notices: [...new Set([...state.notices, text])] }));
  const put = (patch: Partial<ControlValues>) =>
    set((state) => ({ controls: { ...state.controls, ...patch } }));

  async function showStored(id: string): Promise<void> {
    const answer = await fetchStoredRun(port.fetchJson, id);
    // A later choice of the reader, or a live run, must not be overwritten by a slow answer.
    if (get().controls.model !== id || get().run.kind === "running") return;
    if (answer.ok) set({ shown: { result: answer.value, origin: "stored" } });
    else notice(`No stored run of ${id}: ${answer.message}.`);
  }

  async function showOverlay(id: string): Promise<void> {
    const answer = await fetchStoredRun(port.fetchJson, id);
    if (get().controls.overlay !== id) return;
    if (answer.ok) set({ overlay: { result: answer.value, origin: "stored", pinned: true } });
    else notice(`Nothing to compare with: ${answer.message}.`);
  }

  async function showCatalogue(): Promise<void> {
    const answer = await fetchCatalogue(port.fetchJson);
    if (answer.ok) set({ catalogue: answer.value });
    else notice(`The list of bundled models is missing: ${answer.message}.`);
  }

  /** What a reset took out of sight, for whoever goes back. */
  let taken: (Pick<PageState, "shown" | "overlay" | "run"> & { readonly link: string }) | null = null;

  /** The engine still holds a live run if nothing has been asked of it since. */
  function revived({ shown, overlay, run }: NonNullable<typeof taken>): Pick<PageState, "shown" | "overlay"> {
    const left = shown?.origin === "live" && run !== get().run;
    return { shown: left ? { ...shown, origin: "past" } : shown, overlay };
  }

  const jobs = createJobs(port, store);
  const actions: PageActions = {
    ...jobs,
    ...createHubActions(port, store, (files) => jobs.addFiles(files, [])),

    async open(hash) {
      const back = taken?.link === hash ? taken : null;
      taken = null;
      const { values, problems } = decodeLink(hash);
      const known = values.model !== FILE_MODEL || get().upload.card !== null;
      const controls = known ? values : { ...values, model: defaultValues.model };
      const gone = known ? [] : ["The link means a dropped file, which no link can carry: drop it again."];
      set({
        controls,
        theme: readTheme({ hash, storage: port.storage }),
        overlay: null,
        notices: [...problems, ...gone],
      });
      const kept = back === null ? null : revived(back);
      if (kept !== null) set(kept);
      await Promise.all([
        kept !== null || controls.model === FILE_MODEL ? null : showStored(controls.model),
        kept !== null || controls.overlay === "" ? null : showOverlay(controls.overlay),
        get().catalogue.length > 0 ? null : showCatalogue(),
      ]);
    },

    async reset(hash) {
      const { shown, overlay, run } = get();
      const link = actions.link();
      const opened = actions.open(hash);
      taken = { shown, overlay, run, link };
      await opened;
    },

    link: () => encodeLink(get().controls, get().theme),

    setTheme(theme) {
      set({ theme });
      keepTheme(theme, port.storage);
    },

    set(key, value) {
      if (get().controls[key] === value) return;
      set((state) => ({ controls: coupled({ ...state.controls, [key]: value }, key) }));
      if (key === "model" && value !== FILE_MODEL) void showStored(String(value));
      if (key === "overlay") {
        set({ overlay: null });
        if (value !== "") void showOverlay(String(value));
      }
    },

    adoptSettings() {
      const { shown } = get();
      if (shown === null) return;
      const { settings } = shown.result;
      put(controlsOf(settings));
    },

    keepAsA() {
      const { shown } = get();
      if (shown === null) return;
      set({ overlay: { ...shown, pinned: true } });
      // Only a stored run can be named by a link.
      put({ overlay: shown.origin === "stored" ? (shown.result.model.id ?? "") : "" });
    },

    clearA() {
      set({ overlay: null });
      put({ overlay: "" });
    },

    forgetFiles() {
      set({ upload: noUpload });
      if (get().controls.model === FILE_MODEL) actions.set("model", defaultValues.model);
    },

    dismissNotices: () => set({ notices: [] }),
  };
  return { ...store, actions };
}
