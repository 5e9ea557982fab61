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
  Question,
  RunEvent,
  RunOutcome,
  RunResult,
  RunSettings,
} from "./protocol.ts";
import { Session } from "./session.ts";

export interface EngineHost {
  readonly kind: DeviceReport["host"];
  readonly readBundled: ReadBundled;
  /** Where the GPU is asked for; by default `navigator.gpu`. */
  readonly gpu?: GPU;
  /** Bytes a run may use; by default a guess from the kind of device. */
  readonly budget?: number;
  /** The part of that guess for a guest on somebody else's page. */
  readonly budgetShare?: number;
}

/** How long a failed run waits to hear whether its device was lost. */
const LOSS_MS = 100;

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
  #abort: AbortController | null = null;
  #paused: { readonly until: Promise<void>; readonly release: () => void } | null = null;

  constructor(host: EngineHost) {
    this.#host = host;
  }

  device(): Promise<DeviceAnswer> {
    return this.#answer(async ({ report }) => report);
  }

  examine(): Promise<DeviceAnswer> {
    return this.#answer(examined);
  }

  async #answer(report: (open: OpenDevice) => Promise<DeviceReport>): Promise<DeviceAnswer> {
    try {
      return { kind: "device", device: await report(await this.#open()) };
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
      const session = await this.#newSession(settings);
      await session.start({ signal, onEvent, gate: () => this.#gate() });
      return session.measure({ signal, onEvent, gate: () => this.#gate() });
    });
  }

  extend(
    more: { readonly steps: number; readonly probes: number },
    onEvent: (event: RunEvent) => void,
  ): Promise<RunOutcome> {
    return this.#exclusive((signal) => {
      const session = this.#needSession();
      session.extend(more);
      return session.measure({ signal, onEvent, gate: () => this.#gate() });
    });
  }

  slice(
    rank: LossSlice["rank"],
    options: { readonly radius: number; readonly points: number },
    onEvent: (event: RunEvent) => void,
  ): Promise<RunOutcome> {
    return this.#exclusive((signal) =>
      this.#needSession().slice(rank, options, { signal, onEvent, gate: () => this.#gate() }),
    );
  }

  landscape(request: LandscapeRequest, onEvent: (event: RunEvent) => void): Promise<RunOutcome> {
    return this.#exclusive((signal) =>
      this.#needSession().landscape(request, { signal, onEvent, gate: () => this.#gate() }),
    );
  }

  ask(question: Question, onEvent: (event: RunEvent) => void): Promise<RunOutcome> {
    return this.#exclusive((signal) =>
      this.#needSession().ask(question, { signal, onEvent, gate: () => this.#gate() }),
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

  destroy(): void {
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
  async #newSession(settings: RunSettings): Promise<Session> {
    const loaded = this.#needModel();
    const open = await this.#open();
    this.#closeSession();
    this.#device = open;
    this.#session = new Session({
      ...{ ...open, loaded, settings, device: await examined(open) },
      budget: this.#budget(open.report),
    });
    return this.#session;
  }

  #open(): Promise<OpenDevice> {
    if (this.#opening !== null) return this.#opening;
    const opening = (async () => {
      const engines = await openDevice(this.#host.gpu);
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
      const refusal = refusalText(error);
      if (refusal !== null) return { kind: "refused", message: refusal };
      if ([MemoryRefusal, RunRefusal, GpuUnavailable].some((kind) => error instanceof kind))
        return { kind: "refused", message: (error as Error).message };
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
