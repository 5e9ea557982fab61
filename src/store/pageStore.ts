/**
 * The store of the page: one zustand store whose actions are the only way to change it. It knows the engine as a
 * promise of the protocol's `Engine`, asked for on the first Run or Drop, so that the first picture waits for nothing.
 */
import { createStore, type StoreApi } from "zustand/vanilla";
import type { NamedFile } from "../run/protocol.ts";
import { filesOfSide } from "../run/roles.ts";
import { linkProblems, storedProblems, webgpuProblems } from "../strings/en.ts";
import { answersTo } from "./answers.ts";
import { type ControlKey, type ControlValues, coupled, defaultValues, FILE_MODEL } from "./controls.ts";
import { noUpload } from "./files.ts";
import { createHubActions, type HubActions } from "./hub.ts";
import { noHub } from "./hubView.ts";
import { createJobs, type Jobs } from "./jobs.ts";
import { createKept, type KeptActions } from "./kept.ts";
import { createKernels } from "./kernels.ts";
import { noKernels } from "./kernelsView.ts";
import { type AxisName, noCheckpoints } from "./landscapes.ts";
import { noLatencies } from "./latencies.ts";
import { decodeLink, encodeLink } from "./link.ts";
import { isListKey, noRuns } from "./listView.ts";
import { changesRounding, createPlanActions, type PlanActions } from "./plans.ts";
import type { EnginePort } from "./port.ts";
import { createRunList, isResultFile, type ListActions } from "./runList.ts";
import { controlsOf } from "./runSettings.ts";
import type { PageState } from "./state.ts";
import { createStoredRuns, fetchCatalogue } from "./stored.ts";
import { createStudy, type StudyActions } from "./study.ts";
import { noStudy } from "./studyView.ts";
import { keepTheme, readTheme, type Theme } from "./theme.ts";

export interface PageActions extends Jobs, HubActions, KeptActions, ListActions, PlanActions, StudyActions {
  /** Reads the link, then the catalogue and the stored runs it names. */
  open(hash: string): Promise<void>;
  /** The link of the present state. */
  link(): string;
  setTheme(theme: Theme): void;
  set<K extends ControlKey>(key: K, value: ControlValues[K]): void;
  /** Shows the stored run of the chosen model again, in place of another one. */
  showStoredRun(): Promise<void>;
  /** Puts the settings of the shown run into the form. */
  adoptSettings(): void;
  forgetFiles(): void;
  /** The files of the checkpoint that a landscape leads to. */
  setCheckpoint(axis: AxisName, files: readonly NamedFile[]): void;
  dismissNotices(): void;
}

export type PageStore = StoreApi<PageState> & { readonly actions: PageActions };

/** Older notices go: a link or a framing page can make as many as it likes. */
const MOST_NOTICES = 20;

export function createPageStore(port: EnginePort): PageStore {
  const store = createStore<PageState>(() => ({
    controls: defaultValues,
    theme: "auto",
    catalogue: [],
    shown: null,
    kept: [],
    list: noRuns,
    study: noStudy,
    run: { kind: "idle" },
    device: port.webgpu ? null : { kind: "unavailable", message: webgpuProblems.missing },
    kernels: noKernels,
    upload: noUpload,
    inspection: null,
    hub: noHub,
    checkpoints: noCheckpoints,
    latencies: noLatencies,
    notices: [],
  }));
  const { getState: get, setState: set } = store;
  const notice = (text: string) =>
    set(({ notices }) => ({ notices: [...new Set([...notices, text])].slice(-MOST_NOTICES) }));
  const put = (patch: Partial<ControlValues>) =>
    set((state) => ({ controls: { ...state.controls, ...patch } }));

  const stored = createStoredRuns(port.fetchJson);

  async function showStored(id: string): Promise<void> {
    const answer = await stored(id);
    // A later choice of the reader, or a live run, must not be overwritten by a slow answer.
    if (get().controls.model !== id || get().run.kind === "running") return;
    if (answer.ok) set({ shown: { result: answer.value, origin: "stored" } });
    else notice(storedProblems.noRun(id, answer.message));
  }

  async function showCatalogue(): Promise<void> {
    const answer = await fetchCatalogue(port.fetchJson);
    if (answer.ok) set({ catalogue: answer.value });
    else notice(storedProblems.catalogueMissing(answer.message));
  }

  const jobs = createJobs(port, store, createKernels(store, port.openKernelPlace));
  const list = createRunList(store, { place: port.openRunPlace, notice });
  const kept = createKept(
    store,
    async (key) => {
      const answer = await (isListKey(key) ? list.find(key) : stored(key));
      const origin = isListKey(key) ? "listed" : "stored";
      return answer.ok ? { ok: true, value: { result: answer.value, origin } } : answer;
    },
    notice,
  );
  const actions: PageActions = {
    ...jobs,
    ...createHubActions(port, store, (files) => jobs.addFiles(files, [])),
    ...createPlanActions(store, jobs.ask),
    ...kept.actions,
    ...list.actions,
    ...createStudy(store, {
      ...{ stored, notice, run: jobs.run, plane: () => jobs.landscape(defaultValues) },
      choose: (model) => actions.set("model", model),
    }),

    async open(hash) {
      const { values, problems } = decodeLink(hash);
      const known = values.model !== FILE_MODEL || get().upload.card !== null;
      const controls = known ? values : { ...values, model: defaultValues.model };
      const gone = known ? [] : [linkProblems.droppedFile];
      const { shown, controls: before } = get();
      set({
        controls,
        theme: readTheme({ hash, storage: port.storage }),
        notices: [...problems, ...gone],
      });
      // Back and forward between panels leave the run in sight, which may be one that was measured here.
      const stays = shown !== null && controls.model === before.model;
      await Promise.all([
        controls.model === FILE_MODEL || stays ? null : showStored(controls.model),
        controls.compare === before.compare ? null : kept.open(controls.compare),
        get().catalogue.length > 0 ? null : showCatalogue(),
      ]);
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
      // Who plans wants to see the other rounding, and it costs no product.
      const { shown } = get();
      if (changesRounding(key) && shown !== null && answersTo(shown.result, "plan").length > 0)
        void actions.predictPlan();
      if (key === "compare") void kept.open(String(value));
    },

    showStoredRun: () => showStored(get().controls.model),

    adoptSettings() {
      const { shown } = get();
      if (shown === null) return;
      const { settings } = shown.result;
      put(controlsOf(settings));
    },

    async deleteRun(id) {
      const run = get().list.runs.find((listed) => listed.id === id);
      if (run !== undefined) kept.actions.letGo(run.result);
      await list.actions.deleteRun(id);
    },

    async addFiles(files, refusals) {
      const results = files.filter(isResultFile);
      const others = files.filter((file) => !results.includes(file));
      const refused = results.length === 0 ? [] : await actions.importResults(results);
      await jobs.addFiles(others, [...refusals, ...refused]);
    },

    forgetFiles() {
      set({ upload: noUpload });
      if (get().controls.model === FILE_MODEL) actions.set("model", defaultValues.model);
    },

    setCheckpoint: (axis, files) =>
      set(({ checkpoints }) => ({ checkpoints: { ...checkpoints, [axis]: filesOfSide(files, "model") } })),

    dismissNotices: () => set({ notices: [] }),
  };
  return { ...store, actions };
}
