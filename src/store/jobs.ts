/** The actions that need the engine: run, extend, slice, read files; pause, resume, cancel. */
import type { StoreApi } from "zustand/vanilla";
import type {
  DeviceAnswer,
  DeviceReport,
  Engine,
  Inspected,
  NamedFile,
  Question,
  RunEvent,
  RunOutcome,
  SizesAnswer,
} from "../run/protocol.ts";
import { FILE_MODEL } from "./controls.ts";
import {
  isComplete,
  parseChannels,
  parseWhole,
  takeFiles,
  type Upload,
  type UploadOptions,
} from "./files.ts";
import { batchKey, batchSettings } from "./inspection.ts";
import { bundledSources, uploadKey, uploadSources } from "./jobSources.ts";
import type { createKernels } from "./kernels.ts";
import { type LandscapeSettings, landscapeRequest } from "./landscapes.ts";
import type { EnginePort } from "./port.ts";
import { findSlice, type Rank, rankName } from "./ranks.ts";
import { runSettings } from "./runSettings.ts";
import { endingOf, isBusy, type Job, moveRun, type RunMove } from "./runState.ts";
import type { PageState } from "./state.ts";

export interface Jobs {
  run(): Promise<void>;
  extend(more: { readonly steps: number; readonly probes: number }): Promise<void>;
  pause(): Promise<void>;
  resume(): Promise<void>;
  cancel(): Promise<void>;
  /** Selects an eigenvalue; after a live run its slice is measured if it is not known yet. */
  select(rank: Rank): Promise<void>;
  /** Measures the landscape of the controls, or another one, around the weights of the live run. */
  landscape(wanted?: LandscapeSettings): Promise<void>;
  /** Asks something of the live run; the answer is in the shown result. */
  ask(question: Question): Promise<void>;
  /** Asks for the GPU and its numerics passport, which is measured once; a run may go on meanwhile. */
  examine(): Promise<void>;
  /** Measures the kernels of such a run in all their tilings; runs on this GPU then use the fastest. */
  tuneKernels(): Promise<void>;
  /** Back to the usual tilings. */
  forgetKernels(): Promise<void>;
  /** What size fits the GPU: some seconds of planning, during which a run waits. */
  sizes(): Promise<SizesAnswer>;
  addFiles(files: readonly NamedFile[], refusals: readonly string[]): Promise<void>;
  /** Loss, accuracy and statistics of the chosen batch, without a run; a run ends it. */
  inspect(): Promise<void>;
  setUploadOption(option: Partial<UploadOptions>): Promise<void>;
}

/** +-0.5 along a unit vector: where the loss of the bundled networks clearly leaves its parabola. */
const SLICE = { radius: 0.5, points: 21 };

export function createJobs(
  port: EnginePort,
  { getState: get, setState: set }: StoreApi<PageState>,
  kernels: ReturnType<typeof createKernels>,
): Jobs {
  let engine: Promise<Engine> | null = null;
  /** What the engine holds, as far as this page knows: the sources of the last successful load. */
  let held: string | null = null;

  let inspecting: Promise<void> | null = null;
  /** Something else wants the engine. */
  let inspectionOver = false;

  const getEngine = () => {
    engine ??= port.createEngine().catch((error) => {
      engine = null; // The next attempt may succeed: the network was away, say.
      throw error;
    });
    return engine;
  };
  const move = (step: RunMove) => set((state) => ({ run: moveRun(state.run, step) }));
  /** The engine lets go of the run that is shown. */
  const letGo = () =>
    set(({ shown }) => (shown?.origin === "live" ? { shown: { ...shown, origin: "past" } } : {}));
  const fail = (error: unknown) =>
    move({
      type: "end",
      ending: { kind: "failed", message: error instanceof Error ? error.message : String(error) },
    });

  /** True if it has been cancelled meanwhile; the state then says so. */
  function stopped(): boolean {
    const { run } = get();
    if (!isBusy(run) || !run.cancelling) return false;
    move({ type: "end", ending: { kind: "cancelled", kept: false } });
    return true;
  }

  function onEvent(event: RunEvent): void {
    if (event.type === "progress") move({ type: "progress", progress: event.progress });
    else set({ shown: { result: event.result, origin: "live" } });
  }

  function finish(job: Job, outcome: RunOutcome): void {
    const result = ("result" in outcome ? outcome.result : null) ?? null;
    if (result !== null) set({ shown: { result, origin: "live" } });
    if (outcome.kind === "lost") held = null;
    // The engine has let go of the run that is shown: it is over, or gave way to one that came to nothing.
    if (outcome.kind === "lost" || (job === "run" && result === null)) letGo();
    move({ type: "end", ending: endingOf(job, outcome) });
    void readUpload(); // Files that came meanwhile have waited.
  }

  async function work(job: Job, begin: (engine: Engine) => Promise<RunOutcome>): Promise<void> {
    try {
      const ready = await getEngine();
      move({ type: "launch", job });
      finish(job, await begin(ready));
    } catch (error) {
      fail(error);
    }
  }

  /** Loads the chosen model unless the engine holds it; false if it was refused, which the state then says. */
  async function load(ready: Engine): Promise<boolean> {
    const { controls, upload } = get();
    const key = controls.model === FILE_MODEL ? uploadKey(upload) : controls.model;
    if (held === key) return true;
    const sources = controls.model === FILE_MODEL ? uploadSources(upload) : bundledSources(controls.model);
    const loaded = await ready.load(sources.model, sources.data);
    if (loaded.kind === "refused") {
      move({ type: "end", ending: { kind: "refused", message: loaded.message } });
      return false;
    }
    held = key;
    letGo();
    return true;
  }

  async function inspect(): Promise<void> {
    if (inspecting !== null || isBusy(get().run)) return;
    inspectionOver = false;
    inspecting = look();
    await inspecting;
    inspecting = null;
  }

  async function look(): Promise<void> {
    const key = batchKey(get());
    set({ inspection: { key, found: null } });
    const put = (found: Inspected | null) =>
      set({ inspection: found === null || found.kind === "cancelled" ? null : { key, found } });
    try {
      const ready = await getEngine();
      if (inspectionOver || !(await load(ready)) || inspectionOver) return put(null);
      put(await ready.inspect(batchSettings(get())));
    } catch (error) {
      put({ kind: "failed", message: error instanceof Error ? error.message : String(error) });
    }
  }

  /** The engine does one thing at a time, and a look at the batch is worth less than what comes. */
  async function endInspection(): Promise<void> {
    if (inspecting === null) return;
    inspectionOver = true;
    await (await getEngine()).cancel();
    await inspecting;
  }

  /** A run that another one replaces stays beside it, unless the reader has kept runs by hand. */
  function keepReplaced(): void {
    const { shown, kept } = get();
    if (shown !== null && !kept.some(({ pinned }) => pinned))
      set({ kept: [{ ...shown, key: null, pinned: false }] });
  }

  /** Reads the dropped files once both are there. */
  async function readUpload(): Promise<void> {
    const { upload, run } = get();
    if (!isComplete(upload) || upload.card !== null || isBusy(run)) return;
    const put = (patch: Partial<Upload>) => set((state) => ({ upload: { ...state.upload, ...patch } }));
    const { options } = upload;
    const problems = [
      ...(["mean", "std"] as const).map((name) => parseChannels(name, options[name])),
      ...(["heads", "resize", "crop"] as const).map((name) => parseWhole(name, options[name])),
    ].flatMap((parsed) => ("problem" in parsed ? [parsed.problem] : []));
    if (problems.length > 0) return put({ refusals: problems, card: null });
    put({ reading: true, refusals: [], card: null });
    try {
      await endInspection();
      const sources = uploadSources(upload);
      const loaded = await (await getEngine()).load(sources.model, sources.data);
      if (uploadKey(get().upload) !== uploadKey(upload)) return; // Other files came meanwhile, and their own read.
      if (loaded.kind === "refused") return put({ reading: false, refusals: [loaded.message] });
      held = uploadKey(upload);
      letGo();
      put({ reading: false, card: loaded.card });
      const available = Math.max(1, loaded.card.data.available);
      set((state) => ({
        controls: {
          ...state.controls,
          model: FILE_MODEL,
          start: 0,
          batchSize: Math.min(state.controls.batchSize, available),
        },
      }));
      void inspect();
    } catch (error) {
      put({ reading: false, refusals: [error instanceof Error ? error.message : String(error)] });
    }
  }

  /** Begins a job when GPU and model are ready; the state says how it ends before. */
  async function prepared(begin: (ready: Engine, device: DeviceReport) => Promise<void>): Promise<void> {
    if (isBusy(get().run)) return;
    move({ type: "start" });
    try {
      await endInspection();
      const ready = await getEngine();
      const device = await ready.device();
      set((state) => ({ device: keepingPassport(device, state.device) }));
      if (device.kind === "unavailable") {
        return move({ type: "end", ending: { kind: "unavailable", message: device.message } });
      }
      await kernels.recall(ready, device.device);
      if (stopped() || !(await load(ready)) || stopped()) return;
      await begin(ready, device.device);
    } catch (error) {
      fail(error);
    }
  }

  return {
    run: () =>
      prepared(async () => {
        keepReplaced();
        await work("run", (engine) => engine.run(runSettings(get().controls), onEvent));
      }),

    inspect,

    async extend(more) {
      if (isBusy(get().run) || get().shown?.origin !== "live") return;
      await endInspection();
      await work("extend", (engine) => engine.extend(more, onEvent));
    },

    async pause() {
      move({ type: "pause" });
      await (await getEngine()).pause();
    },

    async resume() {
      move({ type: "resume" });
      await (await getEngine()).resume();
    },

    async cancel() {
      move({ type: "cancel" });
      await (await getEngine()).cancel();
    },

    async select(rank) {
      set((state) => ({ controls: { ...state.controls, selected: rankName(rank) } }));
      const { shown, run } = get();
      if (shown?.origin !== "live" || isBusy(run) || findSlice(shown.result, rank) !== null) return;
      await endInspection();
      await work("slice", (engine) => engine.slice(rank, SLICE, onEvent));
    },

    async landscape(wanted = get().controls) {
      const { shown, run, checkpoints } = get();
      if (shown?.origin !== "live" || isBusy(run)) return;
      const asked = landscapeRequest(wanted, shown.result, checkpoints);
      if (!asked.ok) return;
      await endInspection();
      // The one that is being measured is the last one.
      set((state) => ({ controls: { ...state.controls, landscape: 0 } }));
      await work("landscape", (engine) => engine.landscape(asked.request, onEvent));
    },

    async ask(question) {
      const { shown, run } = get();
      if (shown?.origin !== "live" || isBusy(run)) return;
      await endInspection();
      await work(question.kind, (engine) => engine.ask(question, onEvent));
    },

    async examine() {
      const { device } = get();
      if (!port.webgpu || (device?.kind === "device" && device.device.passport !== undefined)) return;
      try {
        const ready = await getEngine();
        const found = await ready.examine();
        set({ device: found });
        if (found.kind === "device") await kernels.recall(ready, found.device);
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        set({ device: { kind: "unavailable", message } });
      }
    },

    tuneKernels: () =>
      prepared(async (ready, device) => {
        move({ type: "launch", job: "kernels" });
        const tuned = await ready.tune(runSettings(get().controls), onEvent);
        if (tuned.kind !== "tuned") return finish("kernels", tuned);
        await kernels.keep(ready, device, tuned.table);
        move({ type: "end", ending: { kind: "done", job: "kernels" } });
      }),

    async forgetKernels() {
      const { device } = get();
      if (device?.kind === "device") await kernels.forget(await getEngine(), device.device);
    },

    async sizes() {
      try {
        return await (await getEngine()).sizes();
      } catch (error) {
        return { kind: "unavailable", message: error instanceof Error ? error.message : String(error) };
      }
    },

    async addFiles(files, refusals) {
      set((state) => ({ upload: takeFiles(state.upload, files, refusals) }));
      if (files.length > 0) await readUpload();
    },

    async setUploadOption(option) {
      set(({ upload }) => ({
        upload: { ...upload, options: { ...upload.options, ...option }, card: null, refusals: [] },
      }));
      await readUpload();
    },
  };
}

/** What has been measured of the GPU stays, whatever its report says anew. */
const keepingPassport = (device: DeviceAnswer, known: DeviceAnswer | null): DeviceAnswer =>
  device.kind === "device" && known?.kind === "device"
    ? { kind: "device", device: { ...known.device, ...device.device } }
    : device;
