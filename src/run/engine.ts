/**
 * The engine: one loaded model, one device, one run at a time. It holds no DOM and no React, so that the same class
 * serves a worker, the main thread of a sandboxed frame, and Node.
 */

import { DiskRefusal } from "../gpu/columns.ts";
import { type Gpu, GpuUnavailable } from "../gpu/device.ts";
import { OutOfMemory } from "../gpu/memory.ts";
import { MemoryRefusal } from "../gpu/plan.ts";
import type { DiagonalEstimate } from "../spectrum/index.ts";
import { RunRefusal } from "./fit.ts";
import {
  type DeviceHost,
  examined,
  GivenDevice,
  type Listening,
  lossOf,
  memoryRefusalOf,
  type OpenDevice,
} from "./givenDevice.ts";
import { jobContext, type RunContext } from "./ground.ts";
import { inspectBatch } from "./inspect.ts";
import type { Kernels } from "./kernelTable.ts";
import { type LoadedModel, loadModel, refusalText } from "./load.ts";
import type { ReadBundled } from "./manifest.ts";
import type {
  BatchSettings,
  DataSource,
  DeviceAnswer,
  Engine,
  Inspected,
  KernelsAnswer,
  LandscapeRequest,
  Loaded,
  LossSlice,
  ModelSource,
  Question,
  RunEvent,
  RunOutcome,
  RunResult,
  RunSettings,
  SizesAnswer,
  Tuned,
} from "./protocol.ts";
import { Session, type SessionOptions } from "./session.ts";

export interface EngineHost extends DeviceHost {
  readonly readBundled: ReadBundled;
}

type Unfinished = Exclude<RunOutcome, { readonly kind: "done" }>;

/** A session and what it runs on. */
interface Held {
  readonly session: Session;
  readonly open: OpenDevice;
  readonly kernels: Kernels | null;
}

export class LocalEngine implements Engine {
  readonly #host: EngineHost;
  readonly #given: GivenDevice;
  #loaded: LoadedModel | null = null;
  /** Loads begun so far. */
  #loads = 0;
  #held: Held | null = null;
  /** Of runs to come; a run keeps its own to the end, also on another device. */
  #kernels: Kernels | null = null;
  /** What the last job ran on. */
  #device: OpenDevice | null = null;
  #abort: AbortController | null = null;
  #paused: { readonly until: Promise<void>; readonly release: () => void } | null = null;

  constructor(host: EngineHost) {
    this.#host = host;
    this.#given = new GivenDevice(host);
  }

  device(): Promise<DeviceAnswer> {
    return this.#given.report(async ({ report }) => report);
  }

  examine(): Promise<DeviceAnswer> {
    return this.#given.report(examined);
  }

  sizes(): Promise<SizesAnswer> {
    return this.#given.ask(async ({ gpu, report }) => {
      // Planning is done now and then: the next run need not wait for its code.
      const { planSizes } = await import("./sizes.ts");
      return {
        kind: "planned",
        sizes: await planSizes(gpu, this.#given.budget(report), await this.#given.hostBudget()),
      };
    });
  }

  tune(settings: RunSettings, onEvent: (event: RunEvent) => void): Promise<Tuned> {
    return this.#exclusive((signal) => {
      const loaded = this.#needModel();
      return this.#surviving({ signal, onEvent }, async (listening) => {
        this.#device = await this.#given.opened(listening);
        const { tuneKernels } = await import("./tune.ts");
        const budget = this.#given.budget(this.#device.report);
        const host = await this.#given.hostBudget();
        const request = { ...this.#device, loaded, settings, budget, host };
        return { kind: "tuned", table: await tuneKernels(request, jobContext(this.#context(listening))) };
      });
    });
  }

  takeKernels(table: Uint8Array | null, file: string): Promise<KernelsAnswer> {
    return this.#given.ask(async ({ report }): Promise<KernelsAnswer> => {
      const { takenKernels } = await import("./kernelTable.ts");
      try {
        const { kernels, summary } = await takenKernels(table, file, report);
        this.#kernels = kernels;
        return { kind: "used", table: summary };
      } catch (error) {
        const message = refusalText(error);
        if (message === null) throw error;
        return { kind: "refused", message };
      }
    });
  }

  async load(model: ModelSource, data: DataSource): Promise<Loaded> {
    const place = ++this.#loads;
    try {
      const loaded = await loadModel(model, data, this.#host.readBundled);
      // What was asked for last stays, even if it was there first.
      if (place === this.#loads) {
        this.#closeSession();
        this.#loaded = loaded;
      }
      return { kind: "loaded", card: loaded.card };
    } catch (error) {
      const message = refusalText(error);
      if (message === null) throw error;
      return { kind: "refused", message };
    }
  }

  inspect(settings: BatchSettings): Promise<Inspected> {
    return this.#exclusive((signal) => {
      const loaded = this.#needModel();
      return this.#surviving({ signal, onEvent: () => {} }, async (listening) => {
        this.#device = await this.#given.opened(listening);
        await examined(this.#device);
        const budget = this.#given.budget(this.#device.report);
        const gpu = withKernels(this.#device.gpu, this.#kernels);
        const inspection = await inspectBatch({ ...this.#device, gpu, loaded, settings, budget, signal });
        return { kind: "inspected", inspection };
      });
    });
  }

  run(settings: RunSettings, onEvent: (event: RunEvent) => void): Promise<RunOutcome> {
    return this.#exclusive(async (signal) => {
      await this.#newSession(settings, { signal, onEvent });
      return this.#onSession({ signal, onEvent }, (session, context) => session.measure(context));
    });
  }

  extend(
    more: { readonly steps: number; readonly probes: number },
    onEvent: (event: RunEvent) => void,
  ): Promise<RunOutcome> {
    return this.#exclusive((signal) => {
      this.#needSession().session.extend(more);
      return this.#onSession({ signal, onEvent }, (session, context) => session.measure(context));
    });
  }

  slice(
    rank: LossSlice["rank"],
    options: { readonly radius: number; readonly points: number },
    onEvent: (event: RunEvent) => void,
  ): Promise<RunOutcome> {
    return this.#exclusive((signal) =>
      this.#onSession({ signal, onEvent }, (session, context) => session.slice(rank, options, context)),
    );
  }

  landscape(request: LandscapeRequest, onEvent: (event: RunEvent) => void): Promise<RunOutcome> {
    return this.#exclusive((signal) =>
      this.#onSession({ signal, onEvent }, (session, context) => session.landscape(request, context)),
    );
  }

  ask(question: Question, onEvent: (event: RunEvent) => void): Promise<RunOutcome> {
    return this.#exclusive((signal) =>
      this.#onSession({ signal, onEvent }, (session, context) => session.ask(question, context)),
    );
  }

  pause(): Promise<void> {
    if (this.#paused === null && this.#abort !== null) {
      let release = (): void => {};
      const until = new Promise<void>((resolve) => {
        release = resolve;
      });
      this.#paused = { until, release };
    }
    return Promise.resolve();
  }

  resume(): Promise<void> {
    this.#paused?.release();
    this.#paused = null;
    return Promise.resolve();
  }

  async cancel(): Promise<void> {
    this.#abort?.abort();
    await this.resume();
  }

  /** The product with a vector of all parameters in file order, for the headless command. */
  async product(
    settings: RunSettings,
    vector: Float32Array,
  ): Promise<{ result: RunResult; product: Float64Array }> {
    const context = this.#context({ signal: new AbortController().signal, onEvent: () => {} });
    const session = await this.#newSession(settings, context);
    await session.start(context);
    return { product: await session.product(vector), result: session.result() };
  }

  /** Diagonal, traces and Frobenius norm from `traceProbes` products, for the headless command. */
  async diagonal(
    settings: RunSettings,
    onEvent: (event: RunEvent) => void,
  ): Promise<{ result: RunResult; diagonal: DiagonalEstimate }> {
    const context = this.#context({ signal: new AbortController().signal, onEvent });
    const session = await this.#newSession(settings, context);
    await session.start(context);
    return { diagonal: await session.diagonal(context), result: session.result() };
  }

  /** Ends what is going on. */
  destroy(): void {
    this.#abort?.abort();
    this.#closeSession();
    this.#given.drop();
    this.#device = null;
  }

  /** Waits while the run is paused. */
  async #gate(): Promise<void> {
    while (this.#paused !== null) await this.#paused.until;
  }

  #needModel(): LoadedModel {
    if (this.#loaded === null) throw new Error("internal: no model is loaded");
    return this.#loaded;
  }

  #needSession(): Held {
    if (this.#held === null) throw new Error("internal: there is no run to go on with");
    return this.#held;
  }

  #context(listening: Listening): RunContext {
    return { ...listening, gate: () => this.#gate() };
  }

  #closeSession(): void {
    this.#held?.session.destroy();
    this.#held = null;
  }

  /**
   * Of the loaded model, on a device that works; the one before it ends.
   * @param known by a session that this one takes the place of
   */
  async #newSession(
    settings: RunSettings,
    listening: Listening,
    known: Pick<SessionOptions, "saved" | "losses"> = {},
    kernels = this.#kernels,
  ): Promise<Session> {
    const loaded = this.#needModel();
    const open = await this.#given.opened(listening);
    this.#device = open;
    const device = await examined(open);
    this.#closeSession();
    const host = await this.#given.hostBudget();
    const budget = this.#given.budget(open.report);
    const gpu = withKernels(open.gpu, kernels);
    const used = kernels?.used ?? null;
    const where = { ...open, gpu, kernels: used, device, budget, host };
    const session = new Session({ ...where, loaded, settings, ...known });
    this.#held = { session, open, kernels };
    return session;
  }

  /** A device that had no room is given back whole, and what the run knew waits on a new one. */
  async #afresh(): Promise<void> {
    const { session: before = null, kernels } = this.#held ?? { kernels: null };
    const saved = before?.saved() ?? null;
    this.#closeSession();
    this.#given.drop();
    this.#device = null;
    if (before === null || saved === null) return;
    const quiet = { signal: new AbortController().signal, onEvent: () => {} };
    const known = { saved, losses: before.losses };
    await this.#newSession(before.settings, quiet, known, kernels).catch(() => this.#closeSession());
  }

  /** Does a job on the session, and goes on with it on a new device if its own is lost meanwhile. */
  #onSession(
    listening: Listening,
    job: (session: Session, context: RunContext) => Promise<RunOutcome>,
  ): Promise<RunOutcome> {
    return this.#surviving(listening, async (_, again) => {
      const { session: before, open, kernels } = this.#needSession();
      this.#device = open;
      const known = () => ({ saved: before.saved(), losses: before.losses + 1 });
      const session =
        open.lost === null ? before : await this.#newSession(before.settings, listening, known(), kernels);
      const context = { ...this.#context(listening), again };
      if (!session.hasStarted) await session.start(context);
      return job(session, context);
    });
  }

  /** Does a job, and again if the device it used is lost meanwhile (recovery.ts). */
  async #surviving<T>(
    listening: Listening,
    job: (listening: Listening, again: boolean) => Promise<T>,
  ): Promise<T> {
    for (let again = false; ; again = true) {
      try {
        return await job(listening, again);
      } catch (error) {
        if (listening.signal.aborted || refusalOf(error) !== null) throw error;
        if ((await lossOf(this.#device)) === null || !this.#given.losses.survives()) throw error;
      }
    }
  }

  /** Runs one job at a time and turns what it throws into an outcome. */
  async #exclusive<T>(job: (signal: AbortSignal) => Promise<T>): Promise<T | Unfinished> {
    if (this.#abort !== null) return { kind: "failed", message: "A run is going on: cancel it first." };
    const controller = new AbortController();
    this.#abort = controller;
    try {
      const outcome = await job(controller.signal);
      const tooLarge = await memoryRefusalOf(this.#device);
      if (tooLarge !== null) throw tooLarge;
      const fault = this.#device?.gpu.faults[0];
      if (fault === undefined) return outcome;
      // What an invalid command computed is noise: a new device, and no result.
      this.destroy();
      return { kind: "failed", message: `internal: the GPU reported: ${fault}` };
    } catch (error) {
      const known = this.#held?.session.resultOrNull() ?? null;
      const tooLarge = await memoryRefusalOf(this.#device);
      if (tooLarge !== null) await this.#afresh();
      if (controller.signal.aborted) return { kind: "cancelled", result: known };
      const refusal = refusalOf(tooLarge ?? error);
      if (error instanceof DiskRefusal && tooLarge === null && known !== null)
        return { kind: "refused", message: error.message, result: known };
      if (refusal !== null) return { kind: "refused", message: refusal };
      const lost = await lossOf(this.#device);
      if (lost !== null) {
        this.#closeSession();
        return { kind: "lost", message: `The GPU was lost (${lost}).`, result: known };
      }
      if (error instanceof GpuUnavailable) return { kind: "refused", message: error.message };
      return { kind: "failed", message: error instanceof Error ? error.message : String(error) };
    } finally {
      this.#held?.session.closeFiles();
      this.#abort = null;
      await this.resume();
    }
  }
}

/** The device as kernels are written for it. */
const withKernels = (gpu: Gpu, kernels: Kernels | null): Gpu =>
  kernels === null ? gpu : { ...gpu, choices: kernels.choices };

/** The sentence for the user, where a request cannot be met; null for other errors. */
function refusalOf(error: unknown): string | null {
  const known = [MemoryRefusal, OutOfMemory, RunRefusal].some((kind) => error instanceof kind);
  return known ? (error as Error).message : refusalText(error);
}
