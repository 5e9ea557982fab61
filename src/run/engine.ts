/**
 * The engine: one loaded model, one device, one run at a time. It holds no DOM and no React, so that the same class
 * serves a worker, the main thread of a sandboxed frame, and Node.
 */

import { GpuUnavailable } from "../gpu/device.ts";
import { MemoryRefusal } from "../gpu/plan.ts";
import type { DiagonalEstimate } from "../spectrum/index.ts";
import { type Engines, openDevice, passportOf, reportDevice } from "./device.ts";
import { defaultBudget, RunRefusal } from "./fit.ts";
import { inspectBatch } from "./inspect.ts";
import { type LoadedModel, loadModel, refusalText } from "./load.ts";
import type { ReadBundled } from "./manifest.ts";
import type {
  BatchSettings,
  DataSource,
  DeviceAnswer,
  DeviceReport,
  Engine,
  Inspected,
  LandscapeRequest,
  Loaded,
  LossSlice,
  ModelSource,
  Progress,
  Question,
  RunEvent,
  RunOutcome,
  RunResult,
  RunSettings,
  SizesAnswer,
} from "./protocol.ts";
import { Losses, whenGiven } from "./recovery.ts";
import { type RunContext, Session } from "./session.ts";

export interface EngineHost {
  readonly kind: DeviceReport["host"];
  readonly readBundled: ReadBundled;
  /** Where the GPU is asked for; by default `navigator.gpu`. */
  readonly gpu?: GPU;
  /** Bytes a run may use; by default a guess from the kind of device. */
  readonly budget?: number;
  /** The part of that guess for a guest on somebody else's page. */
  readonly budgetShare?: number;
  /** Lost devices within a minute that runs survive; by default 2. */
  readonly mostLosses?: number;
}

/** How long a failed run waits to hear whether its device was lost. */
const LOSS_MS = 1000;

type Unfinished = Exclude<RunOutcome, { readonly kind: "done" }>;

interface OpenDevice extends Engines {
  readonly report: DeviceReport;
  /** Set when the device has been lost. */
  lost: string | null;
}

export class LocalEngine implements Engine {
  readonly #host: EngineHost;
  #opening: Promise<OpenDevice> | null = null;
  #loaded: LoadedModel | null = null;
  #session: Session | null = null;
  /** What the session runs on. */
  #device: OpenDevice | null = null;
  readonly #losses: Losses;
  #abort: AbortController | null = null;
  #paused: { readonly until: Promise<void>; readonly release: () => void } | null = null;

  constructor(host: EngineHost) {
    this.#host = host;
    this.#losses = new Losses(host.mostLosses);
  }

  device(): Promise<DeviceAnswer> {
    return this.#answer(async ({ report }) => ({ kind: "device", device: report }));
  }

  examine(): Promise<DeviceAnswer> {
    return this.#answer(async (open) => ({ kind: "device", device: await examined(open) }));
  }

  sizes(): Promise<SizesAnswer> {
    return this.#answer(async ({ gpu, report }) => {
      // Planning is done now and then: the next run need not wait for its code.
      const { planSizes } = await import("./sizes.ts");
      return { kind: "planned", sizes: await planSizes(gpu, this.#budget(report)) };
    });
  }

  async #answer<T>(
    ask: (open: OpenDevice) => Promise<T>,
  ): Promise<T | { readonly kind: "unavailable"; readonly message: string }> {
    try {
      return await ask(await this.#open());
    } catch (error) {
      if (error instanceof GpuUnavailable) return { kind: "unavailable", message: error.message };
      throw error;
    }
  }

  async load(model: ModelSource, data: DataSource): Promise<Loaded> {
    try {
      const loaded = await loadModel(model, data, this.#host.readBundled);
      this.#closeSession();
      this.#loaded = loaded;
      return { kind: "loaded", card: loaded.card };
    } catch (error) {
      const message = refusalText(error);
      if (message === null) throw error;
      return { kind: "refused", message };
    }
  }

  inspect(settings: BatchSettings): Promise<Inspected> {
    return this.#exclusive(async (signal) => {
      const loaded = this.#needModel();
      const open = await this.#open();
      this.#device ??= open;
      const budget = this.#budget(open.report);
      const inspection = await inspectBatch({ ...open, loaded, settings, budget, signal });
      return { kind: "inspected", inspection };
    });
  }

  run(settings: RunSettings, onEvent: (event: RunEvent) => void): Promise<RunOutcome> {
    return this.#exclusive(async (signal) => {
      await this.#newSession(settings);
      return this.#surviving({ signal, onEvent }, (session, context) => session.measure(context));
    });
  }

  extend(
    more: { readonly steps: number; readonly probes: number },
    onEvent: (event: RunEvent) => void,
  ): Promise<RunOutcome> {
    return this.#exclusive((signal) => {
      this.#needSession().extend(more);
      return this.#surviving({ signal, onEvent }, (session, context) => session.measure(context));
    });
  }

  slice(
    rank: LossSlice["rank"],
    options: { readonly radius: number; readonly points: number },
    onEvent: (event: RunEvent) => void,
  ): Promise<RunOutcome> {
    return this.#exclusive((signal) =>
      this.#surviving({ signal, onEvent }, (session, context) => session.slice(rank, options, context)),
    );
  }

  landscape(request: LandscapeRequest, onEvent: (event: RunEvent) => void): Promise<RunOutcome> {
    return this.#exclusive((signal) =>
      this.#surviving({ signal, onEvent }, (session, context) => session.landscape(request, context)),
    );
  }

  ask(question: Question, onEvent: (event: RunEvent) => void): Promise<RunOutcome> {
    return this.#exclusive((signal) =>
      this.#surviving({ signal, onEvent }, (session, context) => session.ask(question, context)),
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
    const session = await this.#newSession(settings);
    const context = { signal: new AbortController().signal, onEvent: () => {}, gate: () => this.#gate() };
    await session.start(context);
    return { product: await session.product(vector), result: session.result() };
  }

  /** Diagonal, traces and Frobenius norm from `traceProbes` products, for the headless command. */
  async diagonal(
    settings: RunSettings,
    onEvent: (event: RunEvent) => void,
  ): Promise<{ result: RunResult; diagonal: DiagonalEstimate }> {
    const session = await this.#newSession(settings);
    const context = { signal: new AbortController().signal, onEvent, gate: () => this.#gate() };
    await session.start(context);
    return { diagonal: await session.diagonal(context), result: session.result() };
  }

  /** Ends what is going on. */
  destroy(): void {
    this.#abort?.abort();
    this.#closeSession();
    this.#opening?.then(({ gpu }) => gpu.device.destroy()).catch(() => {});
    this.#opening = null;
  }

  /** Waits while the run is paused. */
  async #gate(): Promise<void> {
    while (this.#paused !== null) await this.#paused.until;
  }

  #needModel(): LoadedModel {
    if (this.#loaded === null) throw new Error("internal: no model is loaded");
    return this.#loaded;
  }

  #needSession(): Session {
    if (this.#session === null) throw new Error("internal: there is no run to go on with");
    return this.#session;
  }

  #budget({ software }: DeviceReport): number {
    const { budget, budgetShare = 1 } = this.#host;
    return budget ?? budgetShare * defaultBudget(software);
  }

  #closeSession(): void {
    this.#session?.destroy();
    this.#session = null;
  }

  /** Of the loaded model, on a device that works; the one before it ends. */
  async #newSession(settings: RunSettings, lost: Session | null = null): Promise<Session> {
    const loaded = this.#needModel();
    const open = await this.#open();
    const device = await examined(open);
    const before = lost === null ? {} : { saved: lost.saved(), losses: lost.losses + 1 };
    this.#closeSession();
    this.#device = open;
    this.#session = new Session({
      ...{ ...open, loaded, settings, device },
      budget: this.#budget(open.report),
      ...before,
    });
    return this.#session;
  }

  /** Does a job on the session, and again on a new device if its own is lost meanwhile (recovery.ts). */
  async #surviving(
    { signal, onEvent }: Pick<RunContext, "signal" | "onEvent">,
    job: (session: Session, context: RunContext) => Promise<RunOutcome>,
  ): Promise<RunOutcome> {
    const context = { signal, onEvent, gate: () => this.#gate() };
    for (;;) {
      const session = this.#needSession();
      try {
        if (!session.hasStarted) await session.start(context);
        return await job(session, context);
      } catch (error) {
        if (signal.aborted || refusalOf(error) !== null) throw error;
        if ((await lossOf(this.#device)) === null || !this.#losses.survives()) throw error;
        const onProgress = (progress: Progress): void => onEvent({ type: "progress", progress });
        const opened = await whenGiven(() => this.#open(), { signal, onProgress }).catch(() => null);
        if (opened === null) throw error;
        await this.#newSession(session.settings, session);
      }
    }
  }

  #open(): Promise<OpenDevice> {
    if (this.#opening !== null) return this.#opening;
    const opening = (async () => {
      const engines = await openDevice(this.#host.gpu, this.#losses.slice);
      const report = reportDevice(engines.gpu, this.#host.kind);
      const open: OpenDevice = {
        ...engines,
        report: { ...report, budget: this.#budget(report) },
        lost: null,
      };
      void engines.gpu.device.lost.then(({ reason, message }) => {
        open.lost = message || reason;
        // The next run asks for a new device.
        if (this.#opening === opening) this.#opening = null;
      });
      return open;
    })().catch((error: unknown) => {
      this.#opening = null;
      throw error;
    });
    this.#opening = opening;
    return opening;
  }

  /** Runs one job at a time and turns what it throws into an outcome. */
  async #exclusive<T>(job: (signal: AbortSignal) => Promise<T>): Promise<T | Unfinished> {
    if (this.#abort !== null) return { kind: "failed", message: "A run is going on: cancel it first." };
    const controller = new AbortController();
    this.#abort = controller;
    try {
      const outcome = await job(controller.signal);
      const fault = this.#device?.gpu.faults[0];
      if (fault === undefined) return outcome;
      // What an invalid command computed is noise: a new device, and no result.
      this.destroy();
      return { kind: "failed", message: `internal: the GPU reported: ${fault}` };
    } catch (error) {
      const known = this.#session?.resultOrNull() ?? null;
      if (controller.signal.aborted) return { kind: "cancelled", result: known };
      const refusal = refusalOf(error);
      if (refusal !== null) return { kind: "refused", message: refusal };
      const lost = await lossOf(this.#device);
      if (lost !== null) {
        this.#closeSession();
        return { kind: "lost", message: `The GPU was lost (${lost}).`, result: known };
      }
      return { kind: "failed", message: error instanceof Error ? error.message : String(error) };
    } finally {
      this.#abort = null;
      await this.resume();
    }
  }
}

/** The sentence for the user, where a request cannot be met; null for other errors. */
function refusalOf(error: unknown): string | null {
  const known = [MemoryRefusal, RunRefusal, GpuUnavailable].some((kind) => error instanceof kind);
  return known ? (error as Error).message : refusalText(error);
}

/** The report with the passport. */
async function examined({ gpu, report }: OpenDevice): Promise<DeviceReport> {
  const passport = await passportOf(gpu);
  return passport === null ? report : { ...report, passport };
}

/** Why the device was lost; null if it was not. */
async function lossOf(open: OpenDevice | null): Promise<string | null> {
  if (open === null) return null;
  // Reading a buffer may fail a moment before the device says that it is lost.
  await Promise.race([open.gpu.device.lost, new Promise((resolve) => setTimeout(resolve, LOSS_MS))]);
  return open.lost;
}
